package shop

import (
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a shop's business day must not depend on what the machine has installed

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/money"
)

// Kind says what sort of place of sale a shop is.
type Kind string

// The kinds of shops.
const (
	Online  Kind = "online"  // on a marketplace
	Web     Kind = "web"     // our own web shop
	Store   Kind = "store"   // a store that also delivers
	Counter Kind = "counter" // sales over the counter
)

// Known says whether k is one of the kinds.
func (k Kind) Known() bool { return slices.Contains([]Kind{Online, Web, Store, Counter}, k) }

// Contactless says that orders of this kind have nobody to reach and no place to
// deliver to, so the rules about contact and address do not apply.
func (k Kind) Contactless() bool { return k == Counter }

// Shop is one place of sale on one platform. It lives as long as its orders do:
// there is no closing one. Open alone changes it.
type Shop struct {
	ID       id.Shop
	Code     string // the merchant's own, folded: see Fold
	Name     string
	Platform string // the channel's word: "taobao", "jd", "own"
	Kind     Kind
	Currency money.Currency // fixed once the shop is open
	TimeZone string         // IANA name; the shop's business days are days there

	// ReserveUnpaid: the channel counts stock when the order is placed, so an
	// unpaid order reserves until its pay deadline.
	ReserveUnpaid bool
	// Promises: we ourselves promise this shop's stock, so its orders are
	// guarded by ATP instead of free stock.
	Promises bool

	Version   int64
	CreatedAt db.Instant
}

// Location gives the shop's time zone, for its business days.
func (s Shop) Location() *time.Location {
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil { // Open let no such zone in
		return time.UTC
	}
	return zone
}

// Day gives the shop's business day at an instant, as yyyy-mm-dd.
func (s Shop) Day(at db.Instant) string { return at.Time().In(s.Location()).Format(time.DateOnly) }

// Fold gives the form in which codes are kept and compared.
func Fold(code string) string { return strings.ToUpper(strings.TrimSpace(code)) }
