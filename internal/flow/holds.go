package flow

import (
	"fmt"

	"baihuo/internal/carrier"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/review"
)

// factsOf gives the review what it may look at of a new order.
func factsOf(m *accepting, reach carrier.Reach) *review.Facts {
	return review.FactsOf(m.order, m.shop, m.Party, reach)
}

// ownHolds are the holds that no rule decides: the order cannot go on as it is.
func ownHolds(m *accepting) (holds []review.HoldDraft) {
	for _, l := range m.order.Unmatched() {
		holds = append(holds, review.HoldDraft{Kind: "sku_unmatched", Handle: fmt.Sprintf("sku-%d", l.Position), NeedsPerson: true,
			Blocks: "release", Source: "catalog", ReleaseHow: "person",
			ReasonZH: fmt.Sprintf("第 %d 行商品编码 %q 未对应到系统商品", l.Position, l.Code),
			ReasonEN: fmt.Sprintf("Line %d: no SKU has the code %q", l.Position, l.Code)})
	}
	if by, differs := m.order.TotalDiffers(m.Draft.Total); differs {
		holds = append(holds, review.HoldDraft{Kind: "amount_differs", Handle: "amount_differs", NeedsPerson: true, Blocks: "release",
			Source: "order", ReleaseHow: "person", ReasonZH: fmt.Sprintf("平台金额与明细合计相差 %s", by.Format(m.order.Currency)),
			ReasonEN: fmt.Sprintf("The channel's total differs from the lines by %s", by.Format(m.order.Currency))})
	}
	if m.order.ChannelState == order.Strange {
		holds = append(holds, review.HoldDraft{Kind: "state_unknown", Handle: "state_unknown", NeedsPerson: true, Blocks: "release",
			Source: "channel", ReleaseHow: "person", ReasonZH: "平台状态无法识别:" + m.order.ChannelWord,
			ReasonEN: "The platform's state is unknown: " + m.order.ChannelWord})
	}
	return holds
}

// settleShortages asks the shortage rules what to do about short orders: those
// to be kept wait in the queue under a hold, the others are cancelled when their
// acceptance is complete.
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
		if review.JudgeShortage(set, m.order, m.shop, m.short).Cancel {
			m.cancel = true
			continue
		}
		m.holds = append(m.holds, shortageHold(m.short))
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
func Unhold(tx *db.Tx, releases []review.Release) error {
	ids := make([]id.Order, len(releases))
	for i, r := range releases {
		ids[i] = r.Order
	}
	orders, err := order.Lock(tx, ids)
	if err != nil {
		return err
	}
	if _, err := review.ReleaseHolds(tx, releases); err != nil {
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
	passes := make([]review.Pass, len(ids))
	for i, o := range ids {
		passes[i] = review.Pass{Order: o, Step: review.StepService, Reason: "delay is over"}
	}
	_, err = Pass(tx, passes)
	return len(ids), err
}

// Pass passes orders by hand or by the clock. Outcomes are in the order given.
func Pass(tx *db.Tx, passes []review.Pass) ([]fault.Outcome[id.Order], error) {
	outcomes, err := review.PassOrders(tx, passes)
	if err != nil {
		return nil, err
	}
	ids := make([]id.Order, len(passes))
	for i, p := range passes {
		ids[i] = p.Order
	}
	orders, err := order.Lock(tx, ids)
	if err != nil {
		return nil, err
	}
	return outcomes, refresh(tx, orders)
}

// Reject rejects an order: its claims are given up, it ships nothing.
func Reject(tx *db.Tx, o id.Order, why string) error {
	if err := review.Reject(tx, o, why); err != nil {
		return err
	}
	locked, err := order.Lock(tx, []id.Order{o})
	if err != nil {
		return err
	}
	return giveUp(tx, locked)
}

// giveUp releases all that orders claim without cancelling them.
func giveUp(tx *db.Tx, orders []*order.Order) error {
	if err := voidPackages(tx, orders, "订单被驳回", fulfilment.State.InHouse); err != nil {
		return err
	}
	var frees []inventory.Free
	var list []order.Change
	var lines []id.Line
	for _, o := range orders {
		for _, l := range o.Lines {
			if !l.Moves() {
				continue
			}
			lines = append(lines, l.ID)
			if l.Reserved > 0 {
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
	return refresh(tx, orders)
}
