package order

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/money"
)

// Amending is a three-way merge. The new message is compared with what the
// channel said last, and only what the channel changed is applied. What the
// channel said last is the order itself, except for the fields a person changed
// since and for lines of which the channel took pieces back: for those
// Order.Edited keeps the channel's word. Where the channel now changes a field that
// a person changed too, both values stand and a person decides.

// Conflict is a field that a person and the channel both changed.
type Conflict struct {
	Field  string `json:"field"`
	Ours   string `json:"ours"`
	Theirs string `json:"theirs"`
}

// Amendment is what a new message of the channel means for an order. Amend has
// applied it to heads and lines, except for what needs other rooms first: the
// caller cancels Cancel, claims stock for what grew, and stops packages.
type Amendment struct {
	Changed   []string
	Conflicts []Conflict
	// Cancel: pieces of lines that the channel took back.
	Cancel map[id.Line]int64
	// Grown: lines that are new or larger now.
	Grown []*Line
	// Refund: lines for which the buyer now asks the money back.
	Refund []*Line
	// NewContact: the goods go somewhere else or to somebody else.
	NewContact bool
	// Closed: the channel ended the order before it shipped.
	Closed bool
	// Paid: the channel now says that it may ship, and did not before.
	Paid bool
}

// Empty says that the message brought nothing new.
func (a *Amendment) Empty() bool { return len(a.Changed)+len(a.Conflicts) == 0 }

// field is one thing of a head that a channel tells. Where it is personal, free says
// that people typed it, so that a message brings none of it back to an order that was
// erased; a sealed one is compared by same and shown by show.
type field struct {
	name string
	get  func(*Order) string
	set  func(o, from *Order)
	free bool
	same func(a, b string) bool
	show func(*Order) string
}

func (f *field) equal(a, b string) bool {
	if f.same != nil {
		return f.same(a, b)
	}
	return a == b
}

func (f *field) shown(o *Order) string {
	if f.show != nil {
		return f.show(o)
	}
	return f.get(o)
}

func instant(n db.Instant) string  { return strconv.FormatInt(int64(n), 10) }
func amount(n money.Amount) string { return strconv.FormatInt(int64(n), 10) }

// fields are compared in this order; contact is merged apart, by its digest.
var fields = []field{
	{name: "kind", get: func(o *Order) string { return string(o.Kind) }, set: func(o, n *Order) { o.Kind = n.Kind }},
	{name: "channel_state", get: func(o *Order) string { return string(o.ChannelState) }, set: func(o, n *Order) { o.ChannelState = n.ChannelState }},
	{name: "channel_word", get: func(o *Order) string { return o.ChannelWord }, set: func(o, n *Order) { o.ChannelWord = n.ChannelWord }},
	{name: "paid_at", get: func(o *Order) string { return instant(o.PaidAt) }, set: func(o, n *Order) { o.PaidAt = n.PaidAt }},
	{name: "pay_by", get: func(o *Order) string { return instant(o.PayBy) }, set: func(o, n *Order) { o.PayBy = n.PayBy }},
	{name: "pay_method", get: func(o *Order) string { return o.PayMethod }, set: func(o, n *Order) { o.PayMethod = n.PayMethod }},
	{name: "paid", get: func(o *Order) string { return amount(o.Paid) }, set: func(o, n *Order) { o.Paid = n.Paid }},
	{name: "amount_cod", get: func(o *Order) string { return amount(o.AmountCOD) }, set: func(o, n *Order) { o.AmountCOD = n.AmountCOD }},
	{name: "freight", get: func(o *Order) string { return amount(o.Freight) }, set: func(o, n *Order) { o.Freight = n.Freight }},
	{name: "wishes", get: func(o *Order) string { return o.Wishes }, set: func(o, n *Order) { o.Wishes = n.Wishes }, free: true},
	{name: "invoice", get: func(o *Order) string { return o.Invoice.same() }, set: func(o, n *Order) { o.Invoice = n.Invoice }, free: true,
		same: sameInvoice, show: func(o *Order) string { kind, title := o.Invoice.Shown(); return strings.TrimSpace(title + " " + kind) }},
	{name: "buyer_message", get: func(o *Order) string { return o.BuyerMessage }, set: func(o, n *Order) { o.BuyerMessage = n.BuyerMessage }, free: true},
	{name: "seller_memo", get: func(o *Order) string { return o.SellerMemo }, set: func(o, n *Order) { o.SellerMemo = n.SellerMemo }, free: true},
	{name: "flag", get: func(o *Order) string { return strconv.Itoa(o.Flag) }, set: func(o, n *Order) { o.Flag = n.Flag }},
	{name: "label", get: func(o *Order) string { return o.Label }, set: func(o, n *Order) { o.Label = n.Label }, free: true},
	{name: "tags", get: func(o *Order) string { return o.Tags }, set: func(o, n *Order) { o.Tags = n.Tags }, free: true},
	{name: "ship_by", get: func(o *Order) string { return instant(o.ShipBy) }, set: func(o, n *Order) { o.ShipBy = n.ShipBy }},
	{name: "collect_by", get: func(o *Order) string { return instant(o.CollectBy) }, set: func(o, n *Order) { o.CollectBy = n.CollectBy }},
	{name: "sign_by", get: func(o *Order) string { return instant(o.SignBy) }, set: func(o, n *Order) { o.SignBy = n.SignBy }},
}

// Amend merges what the channel now says (n, made by Open from the new message)
// into o, which is locked. digest is the recipient's keyed digest as stored, fresh the
// one told now under each key held, the newest first. A message not newer than the last
// one changes nothing.
func Amend(tx *db.Tx, o, n *Order, digest []byte, fresh [][]byte) (*Amendment, error) {
	a := &Amendment{Cancel: map[id.Line]int64{}}
	if n.ModifiedAt <= o.ModifiedAt {
		return a, nil
	}
	before, was, lines := o.ChannelState, *o, o.lineStates()
	edited := o.edits()
	for _, f := range fields {
		if !f.free || o.ErasedAt == 0 {
			a.merge(f, o, n, edited)
		}
	}
	var added, changed []*Line
	if o.Ended() {
		a.Conflicts = nil // nothing is left to decide; its words are kept all the same
	} else {
		a.contact(hex.EncodeToString(digest), fresh, edited)
		added, changed = a.lines(o, n, edited)
	}
	o.sum()
	o.ModifiedAt = n.ModifiedAt
	o.Edited = jsonOrEmpty(edited, len(edited) == 0)
	if o.Ended() {
		if err := save(tx, o, nil, "amended", map[string]any{"changed": a.Changed}); err != nil {
			return nil, err
		}
		return a, record(tx, o, differences(&was, o, a.Changed))
	}
	a.Paid = before != ToShip && o.ChannelState == ToShip
	a.Closed = before != Closed && o.ChannelState == Closed
	if len(added) > 0 {
		if err := insertLines(tx, added); err != nil {
			return nil, err
		}
	}
	if err := save(tx, o, once(changed), "amended", map[string]any{"changed": a.Changed, "conflicts": conflictNames(a.Conflicts)}); err != nil {
		return nil, err
	}
	return a, record(tx, o, append(differences(&was, o, a.Changed), o.since(lines)...))
}

func (o *Order) edits() map[string]string {
	edited := map[string]string{}
	if o.Edited != "" {
		if err := json.Unmarshal([]byte(o.Edited), &edited); err != nil {
			panic("order: edited: " + err.Error())
		}
	}
	return edited
}

func (a *Amendment) merge(f field, o, n *Order, edited map[string]string) {
	ours, theirs := f.get(o), f.get(n)
	last, byPerson := edited[f.name]
	switch {
	case !byPerson && !f.equal(theirs, ours):
		f.set(o, n)
		a.Changed = append(a.Changed, f.name)
	case byPerson && !f.equal(theirs, last):
		edited[f.name] = theirs
		if f.equal(theirs, ours) {
			delete(edited, f.name) // both came to the same
			return
		}
		a.Conflicts = append(a.Conflicts, Conflict{f.name, f.shown(o), f.shown(n)})
	}
}

// contact merges the recipient, whose value is a digest: no plaintext is
// compared or kept. What is stored may be of an older key, so the digest told now is
// taken under the key that knows it, if one does.
func (a *Amendment) contact(ours string, fresh [][]byte, edited map[string]string) {
	last, byPerson := edited["contact"]
	theirs := ""
	for i, d := range fresh {
		if told := hex.EncodeToString(d); i == 0 || told == ours || byPerson && told == last {
			theirs = told
		}
	}
	switch {
	case theirs == "":
	case !byPerson && theirs != ours:
		a.NewContact = true
		a.Changed = append(a.Changed, "contact")
	case byPerson && theirs != last && theirs != ours:
		edited["contact"] = theirs
		a.Conflicts = append(a.Conflicts, Conflict{"contact", ours[:min(8, len(ours))], theirs[:min(8, len(theirs))]})
	}
}

// lines merges the lines by the channel's number and code, or by code alone where
// it has no numbers: another code is other goods.
func (a *Amendment) lines(o, n *Order, edited map[string]string) (added, changed []*Line) {
	matched := map[*Line]bool{}
	news := tops(n)
	for _, l := range tops(o) {
		if m := match(l, news, matched); m != nil {
			matched[m] = true
			changed = append(changed, a.line(o, l, m, edited)...)
		} else if l.Kind != Charge {
			changed = append(changed, a.quantity(o, l, 0, edited)...)
		}
	}
	for _, m := range news {
		if matched[m] {
			continue
		}
		added = append(added, o.adopt(m, n)...)
		a.Changed = append(a.Changed, "line added "+m.Code)
	}
	for _, l := range added {
		if l.Moves() && l.Open() > 0 {
			a.Grown = append(a.Grown, l)
		}
	}
	return added, changed
}

func tops(o *Order) (lines []*Line) {
	for _, l := range o.Lines {
		if l.Kind != Component {
			lines = append(lines, l)
		}
	}
	return lines
}

func match(l *Line, news []*Line, taken map[*Line]bool) *Line {
	for _, m := range news {
		if taken[m] {
			continue
		}
		if l.ExternalNo != "" || m.ExternalNo != "" {
			if l.ExternalNo == m.ExternalNo && l.Code == m.Code {
				return m
			}
		} else if l.Code == m.Code {
			return m
		}
	}
	return nil
}

// line merges one line and gives what of it changed in place.
func (a *Amendment) line(o *Order, l, m *Line, edited map[string]string) (changed []*Line) {
	name := "line " + strconv.Itoa(l.Position)
	if m.Refund != l.Refund {
		l.Refund = m.Refund
		a.Changed = append(a.Changed, name+" refund")
		changed = append(changed, l)
		if m.Refund == RefundRequested {
			a.Refund = append(a.Refund, l)
		}
	}
	changed = append(changed, a.quantity(o, l, m.Ordered-m.Cancelled, edited)...)
	if m.Price != l.Price || m.Discount != l.Discount {
		l.Price, l.Discount = m.Price, m.Discount
		l.Due = l.gross() - l.Discount
		o.shareOut(l)
		a.Changed = append(a.Changed, name+" price")
		changed = append(append(changed, l), parts(o, l)...)
	}
	return changed
}

// quantity merges how many pieces the channel wants. What it wanted last is what
// was ordered, unless it took some back since: then Edited remembers. So pieces
// that a person cancelled stay cancelled while the channel says what it said.
func (a *Amendment) quantity(o *Order, l *Line, want int64, edited map[string]string) (changed []*Line) {
	key, last := "qty "+strconv.Itoa(l.Position), l.Ordered
	if text, was := edited[key]; was {
		last, _ = strconv.ParseInt(text, 10, 64)
	}
	switch {
	case want == last:
		return nil
	case want > last:
		changed = a.grow(o, l, last, want-last)
		a.Changed = append(a.Changed, "line "+strconv.Itoa(l.Position)+" more")
	case want < l.Ordered-l.Cancelled:
		a.Cancel[l.ID] = min(l.Ordered-l.Cancelled-want, l.Open())
		a.Changed = append(a.Changed, "line "+strconv.Itoa(l.Position)+" less")
	}
	if delete(edited, key); want != l.Ordered {
		edited[key] = strconv.FormatInt(want, 10)
	}
	return changed
}

// grow adds pieces to a line and, of a bundle, to its components. Pieces that the
// channel had taken back come first: they are no longer cancelled.
func (a *Amendment) grow(o *Order, l *Line, last, more int64) []*Line {
	changed, each := []*Line{l}, parts(o, l)
	old := l.Ordered
	back := min(more, l.Cancelled, old-last)
	for _, p := range each {
		back = min(back, p.Cancelled*old/p.Ordered)
	}
	for _, p := range each {
		one := p.Ordered / old
		p.Cancelled -= back * one
		p.Ordered += (more - back) * one
		changed = append(changed, p)
		a.Grown = append(a.Grown, p)
	}
	l.Cancelled -= back
	l.Ordered += more - back
	l.Due = l.gross() - l.Discount
	o.shareOut(l)
	if l.Moves() {
		a.Grown = append(a.Grown, l)
	}
	return changed
}

// once gives each line one time.
func once(lines []*Line) (list []*Line) {
	for _, l := range lines {
		if !slices.Contains(list, l) {
			list = append(list, l)
		}
	}
	return list
}

func parts(o *Order, l *Line) (list []*Line) {
	for _, p := range o.Lines {
		if p.Kind == Component && p.Parent == l.ID {
			list = append(list, p)
		}
	}
	return list
}

// shareOut splits what is due for a bundle over its components anew, in the
// proportion they had.
func (o *Order) shareOut(bundle *Line) {
	list := parts(o, bundle)
	weights := make([]int64, len(list))
	for i, p := range list {
		weights[i] = int64(p.Due + p.Discount)
	}
	dues, discounts := money.Split(bundle.Due, weights), money.Split(bundle.Discount, weights)
	for i, p := range list {
		p.Due, p.Discount = dues[i], discounts[i]
	}
}

// adopt moves a line of the new reading, with its components, into o.
func (o *Order) adopt(m *Line, n *Order) []*Line {
	lines := append([]*Line{m}, parts(n, m)...)
	for _, l := range lines {
		l.Order, l.Position = o.ID, len(o.Lines)+1
		o.Lines = append(o.Lines, l)
	}
	return lines
}

func conflictNames(list []Conflict) (names []string) {
	for _, c := range list {
		names = append(names, c.Field)
	}
	return names
}
