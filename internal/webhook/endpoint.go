package webhook

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/seal"
	"baihuo/internal/shop"
)

// Endpoint is an address that is told of events. It is never deleted, for its
// journal rows name it; Disable ends it. The verbs of this room alone change it.
type Endpoint struct {
	ID  id.Endpoint
	URL string
	// Kinds are the events it asked for: "order.accepted", "order.*", "*".
	Kinds []string
	// Shops whose events it is told; none means all.
	Shops       []id.Shop
	Description string
	OpenedAt    db.Instant
	// Since is from when on events are told: its opening, or its latest enabling.
	Since db.Instant
	// DisabledAt is 0 while it is enabled. DisabledWhy is Gone, Failing, or a
	// person's words.
	DisabledAt  db.Instant
	DisabledWhy string
	// FormerUntil is until when the secret before the present one signs too.
	FormerUntil db.Instant
	// FailingSince is when the row of failed attempts began, 0 after a success;
	// Failures is its length. RestUntil keeps everybody from calling.
	FailingSince db.Instant
	Failures     int64
	RestUntil    db.Instant
	// Version rises with each journaled change.
	Version int64

	secret, former []byte
}

// Why the hub itself disables an endpoint.
const (
	Gone    = "gone"    // it answered 410
	Failing = "failing" // days without one success
)

// endpointsMax bounds the enabled endpoints, and so the calls under way at once.
const endpointsMax = 100

// Kit is what the verbs need beside a transaction.
type Kit struct {
	Keys *seal.Keyring
	Gate *Gate
}

// Draft is what somebody says of an endpoint.
type Draft struct {
	URL         string
	Kinds       []string
	Shops       []id.Shop
	Description string
}

const (
	descriptionMax = 500
	kindsMax       = 50
	shopsMax       = 1000
)

// check brings a draft into its normal form, or refuses it with every wrong field.
func (d *Draft) check(tx *db.Tx, g *Gate) error {
	bad := ErrInvalid
	var wrongURL *wrong
	if d.URL, wrongURL = g.check(d.URL); wrongURL != nil {
		bad = bad.Field("url", wrongURL.zh, wrongURL.en)
	}
	d.Description = strings.TrimSpace(d.Description)
	if n := utf8.RuneCountInString(d.Description); n > descriptionMax || !utf8.ValidString(d.Description) || strings.ContainsRune(d.Description, 0) {
		bad = bad.Field("description", "最多 500 个字", "is at most 500 characters")
	}
	d.Kinds, d.Shops = once(d.Kinds), once(d.Shops)
	if len(d.Kinds) == 0 || len(d.Kinds) > kindsMax {
		bad = bad.Field("kinds", "请选择 1 到 50 种事件;全部写成 *", "names 1 to 50 kinds of events; * means all")
	}
	for _, k := range d.Kinds {
		if !knownKind(k) {
			bad = bad.Field("kinds", "没有这种事件;写成 order.accepted、order.* 或 *", "there is no such event; write order.accepted, order.* or *")
			break
		}
	}
	if len(d.Shops) > shopsMax {
		bad = bad.Field("shops", "最多 1000 个店铺", "at most 1000 shops")
	} else if known, err := shop.ByID(tx, d.Shops); err != nil {
		return err
	} else if len(known) < len(d.Shops) {
		bad = bad.Field("shops", "有不存在的店铺", "names a shop that does not exist")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

func once[T interface{ ~string | ~int64 }](list []T) []T {
	return slices.Compact(slices.Sorted(slices.Values(list)))
}

// inShop says whether the endpoint is told of events of a shop.
func (e *Endpoint) inShop(s id.Shop) bool { return len(e.Shops) == 0 || slices.Contains(e.Shops, s) }

const columns = `endpoint_id, url, kinds, shops, description, secret_cipher, former_cipher, former_until, opened_at, since,
	disabled_at, disabled_why, failing_since, failures, rest_until, version`

func scan(r db.Row) (e Endpoint, err error) {
	var kinds, shops string
	err = r.Scan(&e.ID, &e.URL, &kinds, &shops, &e.Description, &e.secret, &e.former, &e.FormerUntil, &e.OpenedAt, &e.Since,
		&e.DisabledAt, &e.DisabledWhy, &e.FailingSince, &e.Failures, &e.RestUntil, &e.Version)
	e.Kinds = strings.Fields(kinds)
	for _, word := range strings.Fields(shops) {
		if n, err := strconv.ParseInt(word, 10, 64); err == nil {
			e.Shops = append(e.Shops, id.Shop(n))
		}
	}
	return e, err
}

func encodeShops(shops []id.Shop) string {
	words := make([]string, len(shops))
	for i, s := range shops {
		words[i] = strconv.FormatInt(int64(s), 10)
	}
	return strings.Join(words, " ")
}
