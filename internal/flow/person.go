package flow

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
)

// Subject names a person: by a whole phone number, as a buyer, or both.
type Subject struct {
	Phone string
	Buyer id.Buyer
}

// The faults about persons.
var (
	ErrSubject = fault.New(fault.Invalid, "person_unnamed", "请输入完整的电话号码,或指定买家", "Give a whole phone number, or a buyer")
	ErrLive    = fault.New(fault.Conflict, "person_orders_live", "该客户还有 %d 个订单未结束,完成或取消后才能删除:%s",
		"%d orders of this person have not ended; complete or cancel them first: %s")
)

const (
	// personPage bounds what one transaction reads or writes of a person.
	personPage = 200
	// scanPage is how many orders a page looks at for their buyer.
	scanPage = 20_000
	// liveShown is how many live orders a refusal names.
	liveShown = 20
)

// person is all that is found of somebody.
type person struct {
	number string
	// orders go to the person or were bought by them, by id.
	orders []order.Bought
	// recipients are those of the orders, and the ones with the number whose order has
	// gone to somebody else since.
	recipients map[id.Recipient]customer.Recipient
	// buyers bought for nobody else; shared are those who did.
	buyers []id.Buyer
	shared []id.Buyer
}

// findPerson finds a person page by page, each on its own snapshot. Whoever bought all
// of their orders for this number counts as the person too. Faults: ErrSubject,
// customer.ErrPhone.
func findPerson(ctx context.Context, d *db.DB, kit Kit, who Subject) (*person, error) {
	p := &person{recipients: map[id.Recipient]customer.Recipient{}}
	if who.Phone == "" && who.Buyer == 0 {
		return nil, ErrSubject
	}
	if who.Phone != "" {
		number, err := customer.Whole(who.Phone)
		if err != nil {
			return nil, err
		}
		p.number = number
		if err := p.byPhone(ctx, d, kit); err != nil {
			return nil, err
		}
	}
	if err := p.byBuyer(ctx, d, who.Buyer); err != nil {
		return nil, err
	}
	slices.SortFunc(p.orders, func(a, b order.Bought) int { return int(min(max(a.Order-b.Order, -1), 1)) })
	p.orders = slices.CompactFunc(p.orders, func(a, b order.Bought) bool { return a.Order == b.Order })
	return p, p.withReplaced(ctx, d)
}

// byPhone finds the recipients with the number and the orders that go to them now.
func (p *person) byPhone(ctx context.Context, d *db.DB, kit Kit) error {
	for after, more := id.Recipient(0), true; more; {
		err := d.Read(ctx, func(tx *db.Tx) error {
			page, err := customer.OfPhone(tx, kit.Keys, p.number, after, personPage)
			if err != nil {
				return err
			}
			var orders []id.Order
			for _, r := range page {
				p.recipients[r.ID], after = r, r.ID
				orders = append(orders, r.Order)
			}
			bought, err := order.WhoBought(tx, orders)
			for _, b := range bought {
				if _, theirs := p.recipients[b.Recipient]; theirs {
					p.orders = append(p.orders, b)
				}
			}
			more = len(page) == personPage
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// byBuyer looks through all orders for those of the buyer that was named, and for
// whether those who bought for the number bought for others too.
func (p *person) byBuyer(ctx context.Context, d *db.DB, named id.Buyer) error {
	own := map[id.Order]bool{}
	asked := map[id.Buyer]bool{named: true}
	for _, b := range p.orders {
		own[b.Order] = true
		asked[b.Buyer] = true
	}
	delete(asked, 0)
	buyers := make([]id.Buyer, 0, len(asked))
	for b := range asked {
		buyers = append(buyers, b)
	}
	others := map[id.Buyer]bool{}
	for after, more := id.Order(0), len(buyers) > 0; more; more = after > 0 {
		err := d.Read(ctx, func(tx *db.Tx) error {
			list, next, err := order.OfBuyers(tx, buyers, after, scanPage)
			for _, b := range list {
				if b.Buyer == named {
					p.orders = append(p.orders, b)
				} else if !own[b.Order] && !b.Erased {
					others[b.Buyer] = true
				}
			}
			after = next
			return err
		})
		if err != nil {
			return err
		}
	}
	for _, b := range sortedIDs(buyers) {
		if others[b] {
			p.shared = append(p.shared, b)
		} else {
			p.buyers = append(p.buyers, b)
		}
	}
	return nil
}

// withReplaced adds the recipients of the orders, those of earlier days too.
func (p *person) withReplaced(ctx context.Context, d *db.DB) error {
	for page := range slices.Chunk(p.orders, personPage) {
		err := d.Read(ctx, func(tx *db.Tx) error {
			var ids []id.Recipient
			for _, b := range page {
				ids = append(ids, b.Recipient)
			}
			found, err := customer.WithReplaced(tx, ids)
			for n, r := range found {
				p.recipients[n] = r
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// live refuses while an order of the person has not ended.
func (p *person) live() error {
	var names []string
	n := 0
	for _, b := range p.orders {
		if b.Ended {
			continue
		}
		if n++; n <= liveShown {
			names = append(names, b.ExternalNo)
		}
	}
	if n == 0 {
		return nil
	}
	if n > liveShown {
		names = append(names, "…")
	}
	return ErrLive.With(n, strings.Join(names, ", "))
}

func (p *person) recipientIDs() []id.Recipient {
	var ids []id.Recipient
	for n, r := range p.recipients {
		if r.ErasedAt == 0 {
			ids = append(ids, n)
		}
	}
	return sortedIDs(ids)
}

// traces is by what a person is known again in a raw message.
type traces struct {
	numbers []string
	// words stand in the message as whole quoted values: order numbers, the buyer's name.
	words map[string]bool
	homes []home
}

type home struct{ name, end string }

const (
	nameLeast = 4 // a shorter name, or number of an order, may be anybody's
	noLeast   = 8
	homeEnd   = 8 // of an address, its last letters: house and room
)

// tracesOf opens what is sealed of a person. Fault: customer.ErrReasonPersonal, where text,
// which is to be kept, names them.
func tracesOf(ctx context.Context, d *db.DB, kit Kit, p *person, text string) (t traces, err error) {
	t.words = map[string]bool{}
	word := func(s string, least int) {
		if s = strings.TrimSpace(s); utf8.RuneCountInString(s) >= least {
			t.words[s] = true
		}
	}
	if p.number != "" {
		t.numbers = append(t.numbers, p.number)
	}
	for _, b := range p.orders {
		word(b.ExternalNo, noLeast)
	}
	for _, r := range p.recipients {
		c, err := r.Open(kit.Keys)
		if err != nil {
			return t, err
		}
		if c.MentionedIn(text) {
			return t, customer.ErrReasonPersonal
		}
		if number, err := customer.Whole(c.Phone); err == nil && !slices.Contains(t.numbers, number) {
			t.numbers = append(t.numbers, number)
		}
		runes := []rune(strings.TrimSpace(c.Detail))
		h := home{strings.TrimSpace(c.Name), string(runes[max(0, len(runes)-homeEnd):])}
		if h.name != "" && len(runes) >= homeEnd && !slices.Contains(t.homes, h) {
			t.homes = append(t.homes, h)
		}
	}
	return t, d.Read(ctx, func(tx *db.Tx) error {
		buyers, err := customer.GetBuyers(tx, p.buyers)
		for _, b := range buyers {
			open, err := b.Open(kit.Keys)
			if err != nil {
				return err
			}
			word(open.Name, nameLeast)
			word(open.ID, nameLeast)
		}
		return err
	})
}

// in says whether a raw message is about the person.
func (t *traces) in(raw string) bool {
	for _, n := range t.numbers {
		if customer.Mentions(raw, n) {
			return true
		}
	}
	for _, h := range t.homes {
		if strings.Contains(raw, h.name) && strings.Contains(raw, h.end) {
			return true
		}
	}
	for part := range strings.SplitSeq(raw, `"`) {
		if t.words[part] {
			return true
		}
		if strings.Contains(part, `\`) {
			var plain string
			if json.Unmarshal([]byte(`"`+part+`"`), &plain) == nil && t.words[plain] {
				return true
			}
		}
	}
	return false
}

// message is a raw message about a person.
type message struct {
	exception id.Exception
	text      string
}

// messages looks through the raw messages that are kept for those about the person. use
// gets each page of them.
func messages(ctx context.Context, d *db.DB, kit Kit, t *traces, use func([]message) error) error {
	for after, more := id.Exception(0), true; more; {
		var page []message
		err := d.Read(ctx, func(tx *db.Tx) error {
			page = nil
			kept, err := review.Kepts(tx, after, personPage)
			if err != nil {
				return err
			}
			for _, k := range kept {
				after = k.Exception
				raw, err := kit.Keys.OpenBytes(PurposeRaw, k.Raw)
				if err != nil {
					return err
				}
				if t.in(string(raw)) {
					page = append(page, message{k.Exception, string(raw)})
				}
			}
			more = len(kept) > 0
			return nil
		})
		if err != nil {
			return err
		}
		if len(page) == 0 {
			continue
		}
		if err := use(page); err != nil {
			return err
		}
	}
	return nil
}
