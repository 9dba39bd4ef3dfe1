package flow

import (
	"context"
	"fmt"
	"sort"

	"baihuo/internal/carrier"
	"baihuo/internal/catalog"
	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/finance"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/job"
	"baihuo/internal/journal"
	"baihuo/internal/notice"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shipping"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
	"baihuo/internal/webhook"
)

// Report is what a check proved, and each row that does not fit.
type Report struct {
	Proved   []Proof
	Breaches []string
}

// Proof says how many of a thing were looked at.
type Proof struct {
	Name  string
	Count int64
}

// OK says that the books are clean.
func (r Report) OK() bool { return len(r.Breaches) == 0 }

func (r *Report) add(room string, proved map[string]int64, breaches []string) {
	names := make([]string, 0, len(proved))
	for name := range proved {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		r.Proved = append(r.Proved, Proof{Name: room + ": " + name, Count: proved[name]})
	}
	for _, b := range breaches {
		r.Breaches = append(r.Breaches, room+": "+b)
	}
}

// Check proves the books on one snapshot, of a live database too: each room's
// own rows, and then what the rooms say of one another. anchorLines is the text
// of the anchor file, empty where there is none.
func Check(ctx context.Context, d *db.DB, anchorLines string) (Report, error) {
	var r Report
	err := d.Read(ctx, func(tx *db.Tx) error {
		r = Report{}
		if err := checkRooms(tx, &r); err != nil {
			return err
		}
		v, err := journal.Verify(tx, anchorLines)
		if err != nil {
			return err
		}
		r.add("journal", map[string]int64{"rows": v.Rows, "streams": v.Streams, "anchors": v.Anchors}, v.Breaches)
		if err := checkBetween(tx, &r); err != nil {
			return err
		}
		return checkTills(tx, &r)
	})
	return r, err
}

func checkRooms(tx *db.Tx, r *Report) error {
	type audit func(*db.Tx) (map[string]int64, []string, error)
	rooms := []struct {
		name  string
		audit audit
	}{
		{"shop", shop.Audit}, {"staff", staff.Audit}, {"catalog", catalog.Audit}, {"customer", customer.Audit}, {"carrier", carrier.Audit},
		{"inventory", inventory.Audit},
		{"order", order.Audit}, {"review", review.Audit}, {"fulfilment", fulfilment.Audit}, {"shipping", shipping.Audit},
		{"notice", notice.Audit}, {"webhook", webhook.Audit}, {"finance", finance.Audit},
	}
	for _, room := range rooms {
		proved, breaches, err := room.audit(tx)
		if err != nil {
			return fmt.Errorf("check %s: %w", room.name, err)
		}
		r.add(room.name, proved, breaches)
	}
	jobs, breaches, err := job.Audit(tx)
	if err != nil {
		return err
	}
	r.add("job", map[string]int64{"jobs": jobs}, breaches)
	return nil
}

const checkPage = 500

// checkBetween compares, order by order, what the rooms say of one another.
func checkBetween(tx *db.Tx, r *Report) error {
	var after id.Order
	proved := map[string]int64{}
	var breaches []string
	for {
		orders, err := order.Page(tx, after, checkPage)
		if err != nil {
			return err
		}
		if len(orders) == 0 {
			break
		}
		after = orders[len(orders)-1].ID
		found, err := compare(tx, orders, proved)
		if err != nil {
			return err
		}
		breaches = append(breaches, found...)
	}
	r.add("between", proved, breaches)
	return nil
}

func compare(tx *db.Tx, orders []*order.Order, proved map[string]int64) (breaches []string, err error) {
	ids := idsOf(orders)
	claims, err := inventory.ClaimsOf(tx, ids)
	if err != nil {
		return nil, err
	}
	packages, err := fulfilment.OfOrders(tx, ids)
	if err != nil {
		return nil, err
	}
	byLine := map[id.Line]inventory.Claimed{}
	for _, c := range claims {
		sum := byLine[c.Line]
		sum.Open += c.Open
		sum.Allocated += c.Allocated
		byLine[c.Line] = sum
	}
	for _, o := range orders {
		inHouse, out := packed(packages[o.ID])
		for _, l := range o.Lines {
			if !l.Moves() {
				continue
			}
			proved["line quantities"]++
			c := byLine[l.ID]
			delete(byLine, l.ID)
			if c.Open != l.Reserved || c.Allocated != l.Allocated {
				breaches = append(breaches, fmt.Sprintf("line %d of order %d: it says reserved %d allocated %d, stock says %d and %d",
					l.ID, o.ID, l.Reserved, l.Allocated, c.Open, c.Allocated))
			}
			if !o.History && (inHouse[l.ID] != l.Allocated || out[l.ID] != l.Shipped) {
				breaches = append(breaches, fmt.Sprintf("line %d of order %d: allocated %d shipped %d, its packages hold %d and %d",
					l.ID, o.ID, l.Allocated, l.Shipped, inHouse[l.ID], out[l.ID]))
			}
		}
	}
	for line, c := range byLine {
		breaches = append(breaches, fmt.Sprintf("reservations of %d pieces name line %d, which claims nothing", c.Open, line))
	}
	queue, err := checkQueue(tx, orders, proved)
	if err != nil {
		return nil, err
	}
	cards, err := checkCards(tx, orders, proved)
	return append(append(breaches, queue...), cards...), err
}

// checkQueue compares what orders wait for with what they lack: who waits for more
// would be given goods that nobody owes, who waits for less never gets the rest.
func checkQueue(tx *db.Tx, orders []*order.Order, proved map[string]int64) (breaches []string, err error) {
	waiting, err := inventory.WaitingOrders(tx, idsOf(orders))
	if err != nil {
		return nil, err
	}
	may, err := claiming(tx, orders)
	if err != nil {
		return nil, err
	}
	lacks := make(map[id.Order]int64, len(may))
	for _, o := range may {
		lacks[o.ID] = shortUnits(o)
	}
	for _, o := range orders {
		proved["waits"]++
		if waiting[o.ID] != lacks[o.ID] {
			breaches = append(breaches, fmt.Sprintf("order %d: it waits for %d pieces and lacks %d", o.ID, waiting[o.ID], lacks[o.ID]))
		}
	}
	return breaches, nil
}

// packed sums, per line, what lies allocated in packages in the house and what
// has left in packages.
func packed(packages []*fulfilment.Package) (inHouse, out map[id.Line]int64) {
	inHouse, out = map[id.Line]int64{}, map[id.Line]int64{}
	for _, p := range packages {
		for _, it := range p.Items {
			switch {
			case p.State.Out():
				out[it.Line] += it.Qty
			case p.Live() && p.State != fulfilment.Planned:
				inHouse[it.Line] += it.Qty
			}
		}
	}
	return inHouse, out
}

func checkCards(tx *db.Tx, orders []*order.Order, proved map[string]int64) (breaches []string, err error) {
	facts, err := gather(tx, orders)
	if err != nil {
		return nil, err
	}
	cards, err := order.Cards(tx, idsOf(orders))
	if err != nil {
		return nil, err
	}
	for _, f := range facts {
		proved["cards"]++
		want, have := f.Card(), cards[f.Order.ID]
		if have.Goods == 0 {
			want.Goods = 0 // written before goods were told apart
		}
		if want != have {
			breaches = append(breaches, fmt.Sprintf("card of order %d: shown %+v, its sources say %+v", f.Order.ID, have, want))
		}
	}
	return breaches, nil
}

// checkTills compares what the tills took with what the orders say was paid.
func checkTills(tx *db.Tx, r *Report) error {
	var after id.Sale
	var breaches []string
	proved := int64(0)
	for {
		sales, err := finance.Page(tx, after, checkPage)
		if err != nil {
			return err
		}
		if len(sales) == 0 {
			break
		}
		after = sales[len(sales)-1].ID
		ids := make([]id.Order, len(sales))
		for i, s := range sales {
			ids[i] = s.Order
		}
		orders, err := order.Get(tx, ids)
		if err != nil {
			return err
		}
		paid := map[id.Order]*order.Order{}
		for _, o := range orders {
			paid[o.ID] = o
		}
		for _, s := range sales {
			proved++
			if o := paid[s.Order]; o == nil || o.Paid != s.Total || o.Shop != s.Shop {
				breaches = append(breaches, fmt.Sprintf("sale %d of order %d: the till took %d, the order says otherwise", s.ID, s.Order, s.Total))
			}
		}
	}
	r.add("tills", map[string]int64{"sales against orders": proved}, breaches)
	return nil
}
