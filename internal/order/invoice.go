package order

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/seal"
)

// SealedInvoice is the invoice a buyer wishes as an order carries it: the title and the
// tax number name a person or a firm, so they lie there as ciphertext, beside a mask and
// keyed digests that tell equal wishes from others. Empty for none.
type SealedInvoice string

// sealedInvoice is what a SealedInvoice says, as JSON.
type sealedInvoice struct {
	Kind string `json:"kind,omitempty"`
	// Title is a mask.
	Title string `json:"title,omitempty"`
	// Same has a digest for each key that was held, joined by commas.
	Same   string `json:"same"`
	Cipher []byte `json:"cipher"`
}

const (
	purposeInvoice = "order.invoice"
	digestInvoice  = "digest.invoice"
)

// SealInvoice seals a wish.
func SealInvoice(keys *seal.Keyring, v Invoice) SealedInvoice {
	if v == (Invoice{}) {
		return ""
	}
	text := jsonOrEmpty(v, false)
	s := sealedInvoice{Kind: v.Kind, Title: seal.MaskName(v.Title), Cipher: keys.Seal(purposeInvoice, text)}
	var prints []string
	for _, d := range keys.Digests(digestInvoice, v.Title, v.TaxNo, v.Kind) {
		prints = append(prints, hex.EncodeToString(d))
	}
	s.Same = strings.Join(prints, ",")
	return SealedInvoice(jsonOrEmpty(s, false))
}

// Open gives the wish in the clear. Who calls it has noted who sees it, and why.
func (v SealedInvoice) Open(keys *seal.Keyring) (open Invoice, err error) {
	if v == "" {
		return open, nil
	}
	text := string(v)
	if s := v.read(); len(s.Cipher) > 0 { // wishes of the first days lie open until they are sealed
		if text, err = keys.Open(purposeInvoice, s.Cipher); err != nil {
			return open, err
		}
	}
	return open, json.Unmarshal([]byte(text), &open)
}

// Shown gives the kind of the invoice and the mask of its title.
func (v SealedInvoice) Shown() (kind, title string) {
	s := v.read()
	if len(s.Cipher) == 0 {
		return s.Kind, seal.MaskName(s.Title)
	}
	return s.Kind, s.Title
}

func (v SealedInvoice) read() (s sealedInvoice) {
	_ = json.Unmarshal([]byte(v), &s) // what is no JSON is nothing
	return s
}

// same gives the digests by which two wishes are compared.
func (v SealedInvoice) same() string { return v.read().Same }

// sameInvoice says whether two texts of digests have one in common, or neither any.
func sameInvoice(a, b string) bool {
	if a == "" || b == "" {
		return a == b
	}
	theirs := strings.Split(b, ",")
	return slices.ContainsFunc(strings.Split(a, ","), func(d string) bool { return slices.Contains(theirs, d) })
}

type invoiceRow struct {
	order   id.Order
	invoice SealedInvoice
}

// ResealInvoices seals wishes with the newest key, of at most limit orders after one.
// One that was changed meanwhile stays as it is.
func ResealInvoices(tx *db.Tx, keys *seal.Keyring, after int64, limit int) (turn seal.Turn, err error) {
	page, err := db.List(tx, `/* order.ResealInvoices */ SELECT order_id, invoice FROM orders WHERE invoice <> '' AND order_id > $1
		ORDER BY order_id LIMIT $2`, func(r db.Row) (v invoiceRow, err error) { return v, r.Scan(&v.order, &v.invoice) }, after, limit)
	if err != nil {
		return turn, err
	}
	turn.Seen = int64(len(page))
	if len(page) == limit {
		turn.Next = int64(page[len(page)-1].order)
	}
	rows := tx.Batch(`/* order.ResealInvoices */ WITH v (order_id, was, invoice) AS (VALUES {rows})
		UPDATE orders SET invoice = v.invoice FROM v WHERE orders.order_id = v.order_id AND orders.invoice = v.was`,
		"BIGINT", "TEXT", "TEXT")
	var ids []id.Order
	for _, v := range page {
		if keys.Current(v.invoice.read().Cipher) {
			continue
		}
		open, err := v.invoice.Open(keys)
		if err != nil {
			return turn, err
		}
		ids = append(ids, v.order)
		rows.Add(int64(v.order), string(v.invoice), string(SealInvoice(keys, open)))
	}
	if _, err := db.Lock(tx, "orders", "order_id", ids); err != nil {
		return turn, err
	}
	turn.Changed, err = rows.Run()
	return turn, err
}

// TallyInvoices counts a page of wishes by the key that sealed them, 0 for one that lies
// open.
func TallyInvoices(tx *db.Tx, after int64, limit int) (t seal.Tally, err error) {
	seen := 0
	err = tx.Each(`/* order.TallyInvoices */ SELECT order_id, invoice FROM orders WHERE invoice <> '' AND order_id > $1
		ORDER BY order_id LIMIT $2`, func(r db.Row) error {
		var v SealedInvoice
		err := r.Scan(&t.Next, &v)
		head := v.read().Cipher
		if len(head) == 0 {
			head = []byte{0}
		}
		t.Count(head)
		seen++
		return err
	}, after, limit)
	if seen < limit {
		t.Next = 0
	}
	return t, err
}
