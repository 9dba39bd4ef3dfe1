package flow

import (
	"fmt"
	"slices"

	"baihuo/internal/carrier"
	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shop"
)

// factsOf gives the review what it may look at of a new order.
func factsOf(o *order.Order, s shop.Shop, p *customer.Party, reach carrier.Reach) *review.Facts {
	f := review.Of(o)
	f.Shop, f.ShopKind, f.Platform, f.Contactless = s.Code, string(s.Kind), s.Platform, contactless(o, s)
	f.Issues, f.Place, f.Blacklisted = p.Issues, p.Place, p.Blacklisted
	f.IssueZH, f.IssueEN = p.UnclearZH, p.UnclearEN
	f.Deliverable = true
	if why := reach.Fault(); why != nil {
		f.Deliverable, f.ReachZH, f.ReachEN = false, why.ZH, why.EN
	}
	return f
}

// contactless says that nobody must be reached and nothing brought anywhere for an
// order: its shop sells over the counter alone, or this one went over it.
func contactless(o *order.Order, s shop.Shop) bool {
	return s.Kind.Contactless() || o.Kind == order.Counter
}

// ownHolds are the holds that no rule decides: the order cannot go on as it is.
func ownHolds(m *accepting) (holds []review.HoldDraft) {
	holds = append(holds, unmatchedHolds(m.order)...)
	if by, differs := m.order.TotalDiffers(m.Draft.Total); differs {
		holds = append(holds, review.HoldDraft{Kind: "amount_differs", Handle: "amount_differs", NeedsPerson: true, Blocks: "release",
			Source: "order", ReasonZH: fmt.Sprintf("平台金额与明细合计相差 %s", by.Format(m.order.Currency)),
			ReasonEN: fmt.Sprintf("The channel's total differs from the lines by %s", by.Format(m.order.Currency))})
	}
	if m.order.ChannelState == order.Strange {
		holds = append(holds, review.HoldDraft{Kind: "state_unknown", Handle: "state_unknown", NeedsPerson: true, Blocks: "release",
			Source: "channel", ReasonZH: "平台状态无法识别:" + m.order.ChannelWord,
			ReasonEN: "The platform's state is unknown: " + m.order.ChannelWord})
	}
	return holds
}

// unmatchedHolds ask a person about lines whose goods the catalog does not know.
func unmatchedHolds(o *order.Order) (holds []review.HoldDraft) {
	for _, l := range o.Unmatched() {
		holds = append(holds, review.HoldDraft{Kind: "sku_unmatched", Handle: unmatchedHandle(l), NeedsPerson: true,
			Blocks:   review.BlocksRelease,
			Source:   "catalog",
			ReasonZH: fmt.Sprintf("第 %d 行商品编码 %q 未对应到系统商品", l.Position, l.Code),
			ReasonEN: fmt.Sprintf("Line %d: no SKU has the code %q", l.Position, l.Code)})
	}
	return holds
}

func unmatchedHandle(l *order.Line) string { return fmt.Sprintf("sku-%d", l.Position) }

// settleShortages asks the shortage rules what to do about each short line: it
// waits in the queue, and a rule may ask a person to ask the customer, or give
// the missing pieces up once the acceptance is complete.
func settleShortages(tx *db.Tx, kit Kit, short []*accepting) error {
	if len(short) == 0 {
		return nil
	}
	set, err := kit.Rules.Set(tx, review.KindShortage)
	if err != nil {
		return err
	}
	var orders []*order.Order
	for _, m := range short {
		facts := review.Shortages(m.order, m.shop.Code, contactless(m.order, m.shop))
		for i, v := range review.JudgeShortages(set, facts) {
			m.holds = append(m.holds, v.Holds...)
			if v.Act == review.ActCancel && m.order.Kind != order.Counter { // those goods are gone, whatever the books say
				if m.cancel == nil {
					m.cancel = map[id.Line]int64{}
				}
				m.cancel[v.Line] = facts[i].Short
			}
		}
		orders = append(orders, m.order)
	}
	return queueShort(tx, orders)
}

func placeHolds(tx *db.Tx, fresh []*accepting) error {
	var holds []review.Hold
	for _, m := range fresh {
		for _, h := range m.holds {
			holds = append(holds, review.Hold{Order: m.order.ID, Shop: m.order.Shop, HoldDraft: h})
		}
	}
	if len(holds) == 0 {
		return nil
	}
	_, err := review.Place(tx, holds)
	return err
}

// Hold stops an order by hand; its packages in the house are stopped too.
func Hold(tx *db.Tx, o id.Order, h review.HoldDraft) error {
	locked, err := order.Lock(tx, []id.Order{o})
	if err != nil {
		return err
	}
	if len(locked) == 0 {
		return order.ErrMissing
	}
	if _, err := review.Place(tx, []review.Hold{{Order: o, Shop: locked[0].Shop, HoldDraft: h}}); err != nil {
		return err
	}
	if _, err := stopPackages(tx, o, h.ReasonZH); err != nil {
		return err
	}
	return refresh(tx, locked)
}

// Unhold releases holds of orders. One that does not exist is a no-op. When
// nothing blocks an order any more, its packages go on.
func Unhold(tx *db.Tx, releases []review.HoldEnd) error {
	ids := make([]id.Order, len(releases))
	for i, r := range releases {
		ids[i] = r.Order
	}
	orders, err := order.Lock(tx, ids)
	if err != nil {
		return err
	}
	if _, err := review.Release(tx, releases); err != nil {
		return err
	}
	return goOn(tx, orders)
}

// goOn resumes the packages of orders that nothing blocks, and shows the cards.
func goOn(tx *db.Tx, orders []*order.Order) error {
	holds, err := review.Live(tx, idsOf(orders))
	if err != nil {
		return err
	}
	of, err := fulfilment.OfOrders(tx, idsOf(orders))
	if err != nil {
		return err
	}
	var resume []id.Package
	for _, o := range orders {
		for _, p := range of[o.ID] {
			if len(holds[o.ID]) == 0 && p.Stop != "" && p.State.InHouse() {
				resume = append(resume, p.ID)
			}
		}
	}
	if _, err := fulfilment.Resume(tx, resume); err != nil {
		return err
	}
	return refresh(tx, orders)
}

// ReleaseDue releases holds whose deadline has passed and gives their number.
func ReleaseDue(tx *db.Tx, limit int) (int, error) {
	ids, err := review.ReleaseDue(tx, limit)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	orders, err := order.Lock(tx, ids)
	if err != nil {
		return 0, err
	}
	return len(ids), goOn(tx, orders)
}

// PassDelayed passes orders whose delayed review is due, and gives their number.
func PassDelayed(tx *db.Tx, limit int) (int, error) {
	ids, err := order.Delayed(tx, tx.Now(), limit)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	if _, err := review.PassDue(tx, ids); err != nil {
		return 0, err
	}
	orders, err := order.Lock(tx, ids)
	if err != nil {
		return 0, err
	}
	return len(ids), goOn(tx, orders)
}

// Pass passes orders by hand or by the clock. Outcomes are in the order given.
func Pass(tx *db.Tx, passes []review.Decision) ([]fault.Outcome[order.Review], error) {
	return decide(tx, passes, review.Pass, goOn)
}

// TakeBack takes passes back (反审核) as long as the warehouse does not have the
// orders: packages that are only planned are undone.
func TakeBack(tx *db.Tx, list []review.Decision) ([]fault.Outcome[order.Review], error) {
	return decide(tx, list, review.TakeBack, func(tx *db.Tx, orders []*order.Order) error {
		pending := pendingOf(orders)
		if err := voidPlanned(tx, pending, "反审核"); err != nil {
			return err
		}
		if err := claimMissing(tx, pending); err != nil {
			return err
		}
		return refresh(tx, orders)
	})
}

// claimMissing claims what orders may hold and do not: a rejected one that is
// taken back had given everything up.
func claimMissing(tx *db.Tx, orders []*order.Order) error {
	may, err := claiming(tx, orders)
	if err != nil {
		return err
	}
	lacking := slices.DeleteFunc(may, func(o *order.Order) bool { return shortUnits(o) == 0 })
	if len(lacking) == 0 {
		return nil
	}
	return claimAgain(tx, lacking)
}

func pendingOf(orders []*order.Order) (list []*order.Order) {
	for _, o := range orders {
		if o.Review == order.Pending {
			list = append(list, o)
		}
	}
	return list
}

// Reject rejects orders: their claims are given up, they ship nothing.
func Reject(tx *db.Tx, list []review.Decision) ([]fault.Outcome[order.Review], error) {
	return decide(tx, list, review.Reject, func(tx *db.Tx, orders []*order.Order) error {
		var rejected []*order.Order
		for _, o := range orders {
			if o.Review == order.Rejected {
				rejected = append(rejected, o)
			}
		}
		if err := giveUp(tx, rejected, "订单被驳回"); err != nil {
			return err
		}
		if _, err := review.ReleaseAll(tx, idsOf(rejected), "order rejected"); err != nil {
			return err
		}
		return refresh(tx, orders)
	})
}

func decide(tx *db.Tx, list []review.Decision, verb func(*db.Tx, []review.Decision) ([]fault.Outcome[order.Review], error),
	then func(*db.Tx, []*order.Order) error) ([]fault.Outcome[order.Review], error) {
	outcomes, err := verb(tx, list)
	if err != nil {
		return nil, err
	}
	ids := make([]id.Order, len(list))
	for i, d := range list {
		ids[i] = d.Order
	}
	orders, err := order.Lock(tx, ids)
	if err != nil {
		return nil, err
	}
	return outcomes, then(tx, orders)
}

// giveUp releases all that orders claim without cancelling them.
func giveUp(tx *db.Tx, orders []*order.Order, why string) error {
	if err := voidPackages(tx, orders, why, fulfilment.State.InHouse); err != nil {
		return err
	}
	var frees []inventory.Free
	var list []order.Change
	var lines []id.Line
	var gone []order.Cancelled
	for _, o := range orders {
		for _, l := range o.Lines {
			if !l.Moves() {
				continue
			}
			lines = append(lines, l.ID)
			if l.Reserved > 0 {
				gone = append(gone, order.Cancelled{Line: l, Free: l.Reserved})
				frees = append(frees, inventory.Free{Order: o.ID, Line: l.ID})
				list = append(list, order.Change{Line: l.ID, Reserved: -l.Reserved})
			}
		}
	}
	if len(frees) > 0 {
		if _, err := inventory.Release(tx, frees); err != nil {
			return err
		}
	}
	if err := inventory.Leave(tx, lines); err != nil {
		return err
	}
	if err := order.Move(tx, orders, "claims_given_up", list); err != nil {
		return err
	}
	return serveFreed(tx, gone, orders)
}
