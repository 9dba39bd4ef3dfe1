package flow

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/notice"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shipping"
	"baihuo/internal/shop"
)

// Person is all that the house holds of somebody, in the clear and ready for JSON. Times
// are RFC 3339 in UTC, amounts are decimals of their order's currency.
type Person struct {
	Buyers     []PersonBuyer     `json:"buyers"`
	Recipients []PersonRecipient `json:"recipients"`
	// Orders are the newest; OrdersInAll says how many there are.
	Orders      []PersonOrder `json:"orders"`
	OrdersInAll int           `json:"orders_in_all"`
	// Messages are those that could not be read and are kept raw.
	Messages []string      `json:"messages"`
	Seen     []PersonSight `json:"seen"`
}

// Format prints how much there is and nothing of it, whatever the verb.
func (p Person) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "[a person: %d recipients, %d orders]", len(p.Recipients), p.OrdersInAll)
}

// PersonBuyer is the person as a channel knows them.
type PersonBuyer struct {
	Buyer       string `json:"buyer_id"`
	Platform    string `json:"platform"`
	Name        string `json:"name"`
	Known       string `json:"known_as,omitempty"`
	Blacklisted string `json:"blacklisted,omitempty"`
	Since       string `json:"since"`
}

// PersonRecipient is one address of the person.
type PersonRecipient struct {
	Recipient string `json:"recipient_id"`
	Order     string `json:"order_id"`
	Name      string `json:"name"`
	Phone     string `json:"phone"`
	Address   string `json:"address"`
	OpaqueID  string `json:"opaque_id,omitempty"`
	Since     string `json:"since"`
	Erased    string `json:"erased,omitempty"`
}

// PersonOrder is one order and what hangs on it.
type PersonOrder struct {
	Order      string         `json:"order_id"`
	Shop       string         `json:"shop"`
	ExternalNo string         `json:"external_no"`
	OrderedAt  string         `json:"ordered_at"`
	PaidAt     string         `json:"paid_at,omitempty"`
	Ended      string         `json:"ended,omitempty"`
	Currency   string         `json:"currency"`
	Total      string         `json:"total"`
	Paid       string         `json:"paid"`
	Message    string         `json:"buyer_message,omitempty"`
	Memo       string         `json:"seller_memo,omitempty"`
	Wishes     string         `json:"wishes,omitempty"`
	Tags       string         `json:"tags,omitempty"`
	Invoice    *order.Invoice `json:"invoice,omitempty"`
	Lines      []PersonLine   `json:"lines"`
	Parcels    []PersonParcel `json:"parcels,omitempty"`
	Holds      []PersonNote   `json:"holds,omitempty"`
	Exceptions []PersonNote   `json:"exceptions,omitempty"`
	Notices    []PersonNote   `json:"notices,omitempty"`
	Notes      []PersonNote   `json:"notes,omitempty"`
}

// PersonLine is one line of an order.
type PersonLine struct {
	Code string `json:"code"`
	Name string `json:"name"`
	Qty  int64  `json:"qty"`
	Due  string `json:"due"`
}

// PersonParcel is one package and what the carrier said of it.
type PersonParcel struct {
	State  string       `json:"state"`
	Number string       `json:"number,omitempty"`
	News   []PersonNote `json:"news,omitempty"`
}

// PersonNote is something that was said at a time.
type PersonNote struct {
	At   string `json:"at"`
	What string `json:"what"`
	Text string `json:"text,omitempty"`
}

// PersonSight is somebody who saw the person's data.
type PersonSight struct {
	At     string `json:"at"`
	What   string `json:"what"`
	Actor  string `json:"actor"`
	Reason string `json:"reason"`
	Order  string `json:"order_id,omitempty"`
}

const (
	// exportMost bounds the orders of one export.
	exportMost = 2000
	// notesMost bounds each list of notes about an order.
	notesMost = 200
	sightMost = 1000
)

// PersonData gives all that the house holds of a person (个人信息查阅、复制). It notes on
// each recipient who asked and why before it opens any, and takes one from the actor's
// quota of the day. Faults: ErrSubject, customer.ErrPhone, ErrReasonMissing,
// ErrReasonPersonal, ErrQuota.
func PersonData(ctx context.Context, d *db.DB, by db.By, kit Kit, who Subject, reason string) (Person, error) {
	var data Person
	if err := customer.CheckReason(reason); err != nil {
		return data, err
	}
	p, err := findPerson(ctx, d, kit, who)
	if err != nil {
		return data, err
	}
	t, err := tracesOf(ctx, d, kit, p, reason)
	if err != nil {
		return data, err
	}
	if err := noteExport(ctx, d, by, p.recipientIDs(), reason); err != nil {
		return data, err
	}
	data.OrdersInAll = len(p.orders)
	for page := range slices.Chunk(p.orders[max(0, len(p.orders)-exportMost):], personPage) {
		err := d.Read(ctx, func(tx *db.Tx) error { return data.addOrders(tx, kit, page) })
		if err != nil {
			return Person{}, err
		}
	}
	err = d.Read(ctx, func(tx *db.Tx) error { return data.addPeople(tx, kit, p) })
	if err != nil {
		return Person{}, err
	}
	return data, messages(ctx, d, kit, &t, func(page []message) error {
		for _, m := range page {
			data.Messages = append(data.Messages, m.text)
		}
		return nil
	})
}

// noteExport writes down who asked and why before anything is handed out.
func noteExport(ctx context.Context, d *db.DB, by db.By, ids []id.Recipient, reason string) error {
	if err := d.Write(ctx, by, customer.Spend); err != nil {
		return err
	}
	for page := range slices.Chunk(ids, resealMost) {
		err := d.Write(ctx, by, func(tx *db.Tx) error { return customer.Note(tx, page, customer.Exported, reason) })
		if err != nil {
			return err
		}
	}
	return nil
}

// addPeople adds who they are and who saw them.
func (data *Person) addPeople(tx *db.Tx, kit Kit, p *person) error {
	buyers, err := customer.GetBuyers(tx, p.buyers)
	if err != nil {
		return err
	}
	for _, n := range p.buyers {
		b := buyers[n]
		open, err := b.Open(kit.Keys)
		if err != nil {
			return err
		}
		data.Buyers = append(data.Buyers, PersonBuyer{Buyer: id.Text("B", int64(n)), Platform: b.Platform, Name: open.Name, Known: open.ID,
			Blacklisted: b.Why, Since: rfc(b.CreatedAt)})
	}
	orders := map[id.Recipient]id.Order{}
	for _, r := range p.recipients {
		orders[r.ID] = r.Order
		c, err := r.Open(kit.Keys)
		if err != nil {
			return err
		}
		data.Recipients = append(data.Recipients, PersonRecipient{Recipient: id.Text("R", int64(r.ID)), Order: r.Order.String(), Name: c.Name,
			Phone: c.Phone, Address: c.Detail, OpaqueID: c.OpaqueID, Since: rfc(r.CreatedAt), Erased: rfc(r.ErasedAt)})
	}
	slices.SortFunc(data.Recipients, func(a, b PersonRecipient) int { return cmp.Compare(a.Recipient, b.Recipient) })
	seen, err := customer.Saw(tx, orders, sightMost)
	for _, s := range seen {
		data.Seen = append(data.Seen, PersonSight{At: rfc(s.At), What: s.What, Actor: s.Actor, Reason: s.Reason, Order: s.Order.String()})
	}
	return err
}

// addOrders adds a page of orders and what hangs on them.
func (data *Person) addOrders(tx *db.Tx, kit Kit, page []order.Bought) error {
	ids := make([]id.Order, len(page))
	for i, b := range page {
		ids[i] = b.Order
	}
	orders, err := order.Get(tx, ids)
	if err != nil {
		return err
	}
	var shopIDs []id.Shop
	for _, o := range orders {
		shopIDs = append(shopIDs, o.Shop)
	}
	shops, err := shop.ByID(tx, shopIDs)
	if err != nil {
		return err
	}
	packages, err := fulfilment.OfOrders(tx, ids)
	if err != nil {
		return err
	}
	for _, o := range orders {
		po, err := orderOf(kit, o, shops[o.Shop].Name)
		if err != nil {
			return err
		}
		if err := po.addParcels(tx, packages[o.ID]); err != nil {
			return err
		}
		if err := po.addNotes(tx, kit, o.ID); err != nil {
			return err
		}
		data.Orders = append(data.Orders, po)
	}
	return nil
}

func orderOf(kit Kit, o *order.Order, shopName string) (po PersonOrder, err error) {
	po = PersonOrder{Order: o.ID.String(), Shop: shopName, ExternalNo: o.ExternalNo, OrderedAt: rfc(o.OrderedAt), PaidAt: rfc(o.PaidAt),
		Ended: rfc(cmp.Or(o.CancelledAt, o.CompletedAt)), Currency: string(o.Currency), Total: o.Total.Format(o.Currency),
		Paid: o.Paid.Format(o.Currency), Message: o.BuyerMessage, Memo: o.SellerMemo, Wishes: o.Wishes, Tags: o.Tags}
	if o.Invoice != "" {
		invoice, err := o.Invoice.Open(kit.Keys)
		if err != nil {
			return po, err
		}
		po.Invoice = &invoice
	}
	for _, l := range o.Lines {
		if l.Kind != order.Component {
			po.Lines = append(po.Lines, PersonLine{Code: l.Code, Name: l.Name, Qty: l.Ordered, Due: l.Due.Format(o.Currency)})
		}
	}
	return po, nil
}

func (po *PersonOrder) addParcels(tx *db.Tx, packages []*fulfilment.Package) error {
	var ids []id.Package
	for _, p := range packages {
		ids = append(ids, p.ID)
	}
	labels, err := shipping.OfPackages(tx, ids)
	if err != nil {
		return err
	}
	for _, p := range packages {
		parcel := PersonParcel{State: string(p.State)}
		if w := labels[p.ID]; w != nil {
			parcel.Number = w.Number
		}
		news, err := shipping.Timeline(tx, p.ID)
		if err != nil {
			return err
		}
		for _, e := range news {
			parcel.News = append(parcel.News, PersonNote{At: rfc(e.At), What: string(e.State), Text: e.Text})
		}
		po.Parcels = append(po.Parcels, parcel)
	}
	return nil
}

func (po *PersonOrder) addNotes(tx *db.Tx, kit Kit, o id.Order) error {
	holds, err := review.Holds(tx, o, 0, notesMost)
	if err != nil {
		return err
	}
	for _, h := range holds {
		po.Holds = append(po.Holds, PersonNote{At: rfc(h.PlacedAt), What: h.Kind, Text: h.ReasonZH})
	}
	for _, settled := range []bool{false, true} {
		work, err := review.List(tx, review.Filter{Order: o, Settled: settled, Limit: notesMost})
		if err != nil {
			return err
		}
		for _, e := range work {
			po.Exceptions = append(po.Exceptions, PersonNote{At: rfc(e.OpenedAt), What: e.Kind, Text: e.ZH})
		}
	}
	notes, err := order.Notes(tx, kit.Keys, o)
	if err != nil {
		return err
	}
	for _, n := range notes {
		po.Notes = append(po.Notes, PersonNote{At: rfc(n.At), What: n.Actor, Text: n.Text})
	}
	notices, err := notice.OfOrder(tx, o)
	for _, n := range notices {
		po.Notices = append(po.Notices, PersonNote{At: rfc(cmp.Or(n.EndedAt, n.QueuedAt)), What: string(n.Template), Text: string(n.State)})
	}
	return err
}

func rfc(at db.Instant) string {
	if at == 0 {
		return ""
	}
	return at.Time().Format(time.RFC3339)
}
