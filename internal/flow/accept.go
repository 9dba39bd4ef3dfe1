package flow

import (
	"encoding/json"
	"slices"
	"strconv"

	"baihuo/internal/carrier"
	"baihuo/internal/catalog"
	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/rule"
	"baihuo/internal/seal"
	"baihuo/internal/shop"
)

// Kit is what the stories work with besides the database. It is safe for
// concurrent use.
type Kit struct {
	Keys  *seal.Keyring
	Rules *rule.Shelf
	// Read makes a message of its raw form once more, as the door did that kept it, given
	// the shops by code; nil where no door keeps any.
	Read func(raw []byte, shops map[string]shop.Shop) Message
	// Sealed are the places of sealed values that flow does not know. Rotate refuses
	// while it is nil: a place that is forgotten loses its values with the old key.
	Sealed []Piece
}

// Prepared is a draft whose personal data is sealed, ready to be accepted.
type Prepared struct {
	Draft   *order.Draft
	Party   *customer.Party
	Invoice order.SealedInvoice
	Fault   *fault.Fault
}

// Accepted is what became of one draft.
type Accepted struct {
	Order id.Order
	// Duplicate: the order was there before. Amended: and this message changed it.
	Duplicate bool
	Amended   bool
	Word      order.Word
	// Why says in Chinese what keeps the order, empty when nothing does.
	Why string
	// Short is how many pieces stock lacked, ShortLines on how many lines.
	Short      int64
	ShortLines int64
}

// The faults of the stories.
var (
	ErrShop = fault.New(fault.Invalid, "shop_unknown", "店铺编码 %q 不存在,请先建立店铺或改正编码",
		"No shop has the code %q; open the shop first or mend the code")
)

// Prepare checks and seals drafts. It is the work of an acceptance that needs no
// transaction, and runs outside it, on as many cores as call it. shops are those
// of the house, by code.
func Prepare(kit Kit, shops map[string]shop.Shop, drafts []*order.Draft) []Prepared {
	list := make([]Prepared, len(drafts))
	for i, d := range drafts {
		list[i] = prepare(kit, shops, d)
	}
	return list
}

func prepare(kit Kit, shops map[string]shop.Shop, d *order.Draft) Prepared {
	s, known := shops[shop.Fold(d.ShopCode)]
	if !known {
		return Prepared{Draft: d, Fault: ErrShop.With(d.ShopCode)}
	}
	if f := d.Check(); f != nil {
		return Prepared{Draft: d, Fault: f}
	}
	d.Note = customer.Scrub(d.Note, d.Buyer, d.Contact)
	return Prepared{Draft: d, Party: customer.Prepare(kit.Keys, s.Platform, d.Buyer, d.Contact),
		Invoice: order.SealInvoice(kit.Keys, d.Invoice)}
}

// accepting is one member on its way through the acceptance.
type accepting struct {
	*Prepared
	order      *order.Order
	shop       shop.Shop
	verdict    review.Verdict
	holds      []review.HoldDraft
	known      *order.Known
	from       []id.Warehouse
	short      int64
	shortLines int64
	// cancel: what a shortage rule gives up, per line.
	cancel map[id.Line]int64
}

// Accept takes orders in: places them (or finds that they were here before),
// judges them, chooses warehouses, reserves stock, queues what is short, writes
// the cards and the journal. An order is acknowledged only after the
// transaction is on disk. Outcomes are in the order given; a member's own fault
// never reaches the others.
func Accept(tx *db.Tx, kit Kit, list []Prepared) ([]fault.Outcome[Accepted], error) {
	outcomes := make([]fault.Outcome[Accepted], len(list))
	members, err := open(tx, list, outcomes)
	if err != nil {
		return nil, err
	}
	if err := customer.Buyers(tx, parties(members)); err != nil {
		return nil, err
	}
	if err := judge(tx, kit, members); err != nil {
		return nil, err
	}
	fresh, err := place(tx, members)
	if err != nil {
		return nil, err
	}
	if err := unmake(tx, members, fresh); err != nil {
		return nil, err
	}
	if err := reserve(tx, kit, fresh); err != nil {
		return nil, err
	}
	if err := settle(tx, fresh); err != nil {
		return nil, err
	}
	for i, m := range members {
		if m == nil {
			continue
		}
		if outcomes[i], err = conclude(tx, kit, m); err != nil {
			return nil, err
		}
	}
	return outcomes, nil
}

// open makes orders of the drafts in memory. members[i] is nil where the draft
// has a fault.
func open(tx *db.Tx, list []Prepared, outcomes []fault.Outcome[Accepted]) ([]*accepting, error) {
	var shopCodes, codes []string
	for i := range list {
		if list[i].Fault != nil {
			continue
		}
		shopCodes = append(shopCodes, list[i].Draft.ShopCode)
		for _, l := range list[i].Draft.Lines {
			codes = append(codes, l.Code)
			for _, p := range l.Parts {
				codes = append(codes, p.Code)
			}
		}
	}
	shops, err := shop.ByCode(tx, unique(shopCodes))
	if err != nil {
		return nil, err
	}
	skus, err := catalog.Find(tx, unique(codes))
	if err != nil {
		return nil, err
	}
	members := make([]*accepting, len(list))
	for i := range list {
		p := &list[i]
		s, known := shops[p.Draft.ShopCode]
		switch {
		case p.Fault != nil:
			outcomes[i] = fault.Refused[Accepted](p.Fault)
		case !known:
			outcomes[i] = fault.Refused[Accepted](ErrShop.With(p.Draft.ShopCode))
		default:
			m := &accepting{Prepared: p, order: order.Open(tx, p.Draft, s, skus), shop: s}
			m.Party.Recipient = id.Recipient(tx.NewID())
			m.order.Region = m.Party.Region
			m.order.Recipient = m.Party.Recipient
			m.order.Invoice = p.Invoice
			members[i] = m
		}
	}
	return members, nil
}

func parties(members []*accepting) (list []*customer.Party) {
	for _, m := range members {
		if m != nil {
			list = append(list, m.Party)
		}
	}
	return list
}

// judge asks the review about every order; history asks nobody.
func judge(tx *db.Tx, kit Kit, members []*accepting) error {
	set, err := kit.Rules.Set(tx, review.KindReview)
	if err != nil {
		return err
	}
	var regions []string
	var asked []*accepting
	for _, m := range members {
		if m == nil {
			continue
		}
		m.order.Buyer = m.Party.Buyer
		if m.order.History {
			m.order.Review = order.Passed
			closeHistory(m.order)
			continue
		}
		asked = append(asked, m)
		if m.Party.Region != "" {
			regions = append(regions, m.Party.Region)
		}
	}
	reach, err := carrier.Deliverable(tx, unique(regions), tx.Now())
	if err != nil {
		return err
	}
	facts := make([]*review.Facts, len(asked))
	for i, m := range asked {
		facts[i] = factsOf(m.order, m.shop, m.Party, reach[m.Party.Region])
	}
	for i, v := range review.Judge(set, facts, tx.Now()) {
		m := asked[i]
		m.verdict = v
		m.order.Review, m.order.DelayUntil = v.Review, v.DelayUntil
		if !m.order.Ended() { // what the channel had closed before is stopped by nothing
			m.holds = append(v.Holds, ownHolds(m)...)
		}
	}
	return nil
}

// place writes heads and recipients and gives the members that are new.
func place(tx *db.Tx, members []*accepting) ([]*accepting, error) {
	var orders []*order.Order
	for _, m := range members {
		if m != nil {
			orders = append(orders, m.order)
		}
	}
	known, err := order.Place(tx, orders)
	if err != nil {
		return nil, err
	}
	var fresh []*accepting
	var owned []customer.Owned
	for _, m := range members {
		if m == nil {
			continue
		}
		if k, was := known[m.order.ID]; was {
			m.known = &k
			continue
		}
		fresh = append(fresh, m)
		owned = append(owned, customer.Owned{Party: m.Party, Order: m.order.ID})
	}
	return fresh, customer.Recipients(tx, owned)
}

// unmake takes back buyers who were entered for orders that were here before.
func unmake(tx *db.Tx, members, fresh []*accepting) error {
	if len(fresh) == len(members) {
		return nil
	}
	var again []*accepting
	for _, m := range members {
		if m != nil && m.known != nil {
			again = append(again, m)
		}
	}
	return customer.Unmake(tx, parties(again), parties(fresh))
}

// reserve claims stock for the new orders and settles what is short.
func reserve(tx *db.Tx, kit Kit, fresh []*accepting) error {
	var claiming []*order.Order
	byOrder := make(map[id.Order]*accepting, len(fresh))
	shops := map[id.Shop]shop.Shop{}
	for _, m := range fresh {
		byOrder[m.order.ID] = m
		shops[m.shop.ID] = m.shop
		if m.order.Claims(m.shop.ReserveUnpaid) {
			claiming = append(claiming, m.order)
		}
	}
	granted, err := claim(tx, shops, claiming)
	if err != nil {
		return err
	}
	for _, g := range granted {
		m := byOrder[g.Order]
		m.from = appendOnce(m.from, g.Warehouse)
	}
	var short []*accepting
	for _, o := range claiming {
		m := byOrder[o.ID]
		if m.short, m.shortLines = shortUnits(o), shortLines(o); m.short > 0 {
			short = append(short, m)
		}
	}
	return settleShortages(tx, kit, short)
}

// settle writes lines, holds and cards of the new orders.
func settle(tx *db.Tx, fresh []*accepting) error {
	orders := make([]*order.Order, len(fresh))
	byOrder := make(map[id.Order]*accepting, len(fresh))
	for i, m := range fresh {
		orders[i] = m.order
		byOrder[m.order.ID] = m
	}
	err := order.Settle(tx, orders, func(o *order.Order) string { return byOrder[o.ID].reason() })
	if err != nil {
		return err
	}
	if err := placeHolds(tx, fresh); err != nil {
		return err
	}
	codes, err := warehouseCodes(tx)
	if err != nil {
		return err
	}
	facts := make([]order.Facts, len(fresh))
	for i, m := range fresh {
		facts[i] = m.facts(codes)
	}
	return order.Show(tx, facts)
}

// facts are what the rooms know of a new order: it has no packages yet.
func (m *accepting) facts(codes map[id.Warehouse]string) order.Facts {
	f := order.Facts{Order: m.order, NameMask: m.Party.Name.Mask, Place: m.Party.Place}
	for _, h := range m.holds {
		f.AddHold(h.ReasonZH, h.Blocks == review.BlocksRelease)
	}
	slices.Sort(m.from)
	for _, w := range m.from {
		f.Warehouses = append(f.Warehouses, codes[w])
	}
	return f
}

// reason is what the journal keeps of an acceptance: which rules looked at which
// facts, where the goods come from, what stops it.
func (m *accepting) reason() string {
	b := []byte(`{"rules":"`)
	b = append(b, m.verdict.RuleSet...)
	b = append(b, `","facts":"`...)
	b = append(b, m.verdict.FactsDigest...)
	b = append(b, `","review":"`...)
	b = append(b, m.order.Review...)
	b = append(b, `","from":[`...)
	for i, w := range m.from {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(w), 10)
	}
	b = append(b, `],"short":`...)
	b = strconv.AppendInt(b, m.short, 10)
	if len(m.holds) > 0 {
		kinds := make([]string, len(m.holds))
		for i, h := range m.holds {
			kinds[i] = h.Kind
		}
		text, _ := json.Marshal(kinds)
		b = append(b, `,"holds":`...)
		b = append(b, text...)
	}
	if m.Draft.Note != "" {
		text, _ := json.Marshal(m.Draft.Note)
		b = append(b, `,"note":`...)
		b = append(b, text...)
	}
	return string(append(b, '}'))
}

// conclude gives a member's outcome: a new order's, or what became of one that
// was here before.
func conclude(tx *db.Tx, kit Kit, m *accepting) (fault.Outcome[Accepted], error) {
	if m.known != nil {
		return again(tx, kit, m)
	}
	card := m.facts(nil).Card()
	a := Accepted{Order: m.order.ID, Word: card.Word, Why: card.Why, Short: m.short, ShortLines: m.shortLines}
	if len(m.cancel) == 0 {
		return fault.OK(a), nil
	}
	if err := cancelShort(tx, m); err != nil {
		return fault.Outcome[Accepted]{}, err
	}
	cards, err := order.Cards(tx, []id.Order{m.order.ID})
	a.Word, a.Why = cards[a.Order].Word, cards[a.Order].Why
	return fault.OK(a), err
}

// again handles a message about an order that was here before: a repeat is a
// no-op, a newer message amends.
func again(tx *db.Tx, kit Kit, m *accepting) (fault.Outcome[Accepted], error) {
	a := Accepted{Order: m.known.ID, Duplicate: true}
	if m.order.ModifiedAt > m.known.ModifiedAt {
		amended, err := amend(tx, kit, m.known.ID, m.order, m.Party, m.shop)
		if err != nil { // half of it may be written: all is undone, and AcceptAll finds the offender
			return fault.Outcome[Accepted]{}, err
		}
		a.Amended = amended
	}
	cards, err := order.Cards(tx, []id.Order{a.Order})
	if err != nil {
		return fault.Outcome[Accepted]{}, err
	}
	a.Word, a.Why = cards[a.Order].Word, cards[a.Order].Why
	return fault.OK(a), nil
}

// closeHistory marks an order as done elsewhere: shipped and delivered as far as
// it was not cancelled.
func closeHistory(o *order.Order) {
	for _, l := range o.Lines {
		n := l.Ordered - l.Cancelled
		l.Picked, l.Packed, l.Shipped, l.Delivered = n, n, n, n
	}
	o.CompletedAt = o.OrderedAt
}
