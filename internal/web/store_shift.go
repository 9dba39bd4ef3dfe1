package web

import (
	"net/http"
	"strconv"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/finance"
	"baihuo/internal/id"
	"baihuo/internal/money"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// shiftView is a shift as its page and its print show it.
type shiftView struct {
	ID, Shop, Who, Terminal, Float, Expected, Counted, Difference, Reason, ClosedBy string
	Opened, Closed                                                                  stamp
	Open, Differs, Mine                                                             bool
	Sales                                                                           int64
	Totals                                                                          []totalRow
	Moves                                                                           []moveRow
	Counts                                                                          []coinRow
	Rows                                                                            []soldRow
}

type totalRow struct {
	Method, Amount string
	Payments       int64
}

type moveRow struct {
	Amount, Reason, By string
	At                 stamp
}

type coinRow struct {
	Unit, Name, Sum string
	Qty             int64
}

type soldRow struct {
	ID, No, Total string
	Order         string
	At            stamp
	Voided, Waits bool
}

// shiftSales is how many of a shift's sales its page lists.
const shiftSales = 50

// shift shows the visitor's own open shift, or the form to open one.
func (s *Site) shift(v *visit) error { return s.showShift(v, http.StatusOK, nil) }

func (s *Site) showShift(v *visit, status int, c *complaint) error {
	data := map[string]any{"Title": v.word("shift"), "FormKey": formKey(), "Complaint": c, "MayVoid": v.caller.May(staff.OrderCancel), "F": v.r.PostForm}
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		here, all, mine, err := v.storeOf(tx, v.r.URL.Query().Get("shop"))
		if err != nil {
			return err
		}
		data["Shops"], data["Shop"] = storeChoices(all, here.ID), here
		past, err := finance.Shifts(tx, here.ID, 0, 20)
		if err != nil {
			return err
		}
		var views []shiftView
		for _, one := range past {
			if mine == nil || one.ID != mine.ID {
				w, err := v.shiftView(tx, one, here)
				if err != nil {
					return err
				}
				views = append(views, w)
			}
		}
		data["Past"] = views
		if mine != nil {
			shops, err := shop.ByID(tx, []id.Shop{mine.Shop})
			if err != nil {
				return err
			}
			data["Shift"], err = v.shiftWhole(tx, *mine, shops[mine.Shop])
			data["Units"] = v.units(mine.Currency)
			return err
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.render(v, status, "store_shift", data)
}

// units are the notes and coins to count, with what was typed of them.
func (v *visit) units(cur money.Currency) (rows []coinRow) {
	for _, u := range finance.Units() {
		n, _ := strconv.ParseInt(v.r.PostForm.Get("unit_"+number64(int64(u))), 10, 64) // what cannot be read is asked again
		rows = append(rows, coinRow{Unit: number64(int64(u)), Name: price(u, cur), Qty: n})
	}
	return rows
}

// shiftView shows the head of a shift.
func (v *visit) shiftView(tx *db.Tx, s finance.Shift, here shop.Shop) (w shiftView, err error) {
	names, err := staff.Names(tx, []string{s.Actor, s.ClosedBy})
	if err != nil {
		return w, err
	}
	show := func(a money.Amount) string { return price(a, s.Currency) }
	return shiftView{ID: s.ID.String(), Shop: shopName(here), Who: firstWord(names[s.Actor], s.Actor), Terminal: s.Terminal, Float: show(s.Float), Expected: show(s.Expected),
		Counted: show(s.Counted), Difference: show(s.Difference()), Differs: s.Difference() != 0, Reason: s.Reason, ClosedBy: firstWord(names[s.ClosedBy], s.ClosedBy),
		Opened: v.stampOf(s.OpenedAt, tx.Now(), here.TimeZone), Closed: v.stampOf(s.ClosedAt, tx.Now(), here.TimeZone), Open: s.Open(),
		Mine: s.Actor == v.caller.Actor}, nil
}

// shiftWhole shows a shift with its totals, what moved, what was counted and sold.
func (v *visit) shiftWhole(tx *db.Tx, s finance.Shift, here shop.Shop) (w shiftView, err error) {
	if w, err = v.shiftView(tx, s, here); err != nil {
		return w, err
	}
	sum, err := finance.Sum(tx, s)
	if err != nil {
		return w, err
	}
	show := func(a money.Amount) string { return price(a, s.Currency) }
	w.Sales, w.Expected = sum.Sales, show(sum.Expected)
	for _, m := range finance.Methods() {
		w.Totals = append(w.Totals, totalRow{Method: v.word("pay_" + string(m)), Amount: show(sum.Amount[m]), Payments: sum.Payments[m]})
	}
	moves, err := finance.Moves(tx, s.ID)
	if err != nil {
		return w, err
	}
	for _, m := range moves {
		w.Moves = append(w.Moves, moveRow{Amount: show(m.Amount), Reason: m.Reason, At: v.stampOf(m.At, tx.Now(), here.TimeZone)})
	}
	counts, err := finance.Counts(tx, s.ID)
	if err != nil {
		return w, err
	}
	for _, c := range counts {
		w.Counts = append(w.Counts, coinRow{Name: show(c.Unit), Qty: c.Qty, Sum: show(c.Unit * money.Amount(c.Qty))})
	}
	sales, err := finance.Sales(tx, s.ID, shiftSales)
	for _, one := range sales {
		w.Rows = append(w.Rows, soldRow{ID: one.ID.String(), No: one.Key, Total: show(one.Total), Order: one.Order.String(),
			At: v.stampOf(one.SoldAt, tx.Now(), here.TimeZone), Voided: one.VoidedAt > 0, Waits: !one.Handed})
	}
	return w, err
}

// shiftNamed gives the shift of an address, within the visitor's scope. Fault:
// finance.ErrShiftMissing.
func (v *visit) shiftNamed(tx *db.Tx) (finance.Shift, error) {
	n, ok := id.Parse("SH", v.r.PathValue("id"))
	if !ok {
		return finance.Shift{}, finance.ErrShiftMissing
	}
	one, err := finance.GetShift(tx, id.Shift(n))
	if err == nil && !v.caller.Scope.HasShop(one.Shop) {
		err = finance.ErrShiftMissing
	}
	return one, err
}

// ownShift gives a shift that the visitor may work on: their own, or by right to take
// sales back another's, so that a forgotten one can be closed. Fault: errNotMine.
func (v *visit) ownShift(tx *db.Tx) (finance.Shift, error) {
	one, err := v.shiftNamed(tx)
	if err == nil && one.Actor != v.caller.Actor && !v.caller.May(staff.OrderCancel) {
		err = errNotMine
	}
	return one, err
}

var errNotMine = fault.New(fault.Forbidden, "shift_not_mine", "这是别人的班次;请由本人或有“取消订单”权限的人操作",
	"This is another's shift; let them do it, or somebody who may cancel orders")

// pastShift shows a shift for looking back and for print.
func (s *Site) pastShift(v *visit) error { return s.showPast(v, http.StatusOK, nil) }

func (s *Site) showPast(v *visit, status int, c *complaint) error {
	var w shiftView
	var cur money.Currency
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		one, err := v.shiftNamed(tx)
		if err != nil {
			return err
		}
		shops, err := shop.ByID(tx, []id.Shop{one.Shop})
		if err == nil {
			cur = one.Currency
			w, err = v.shiftWhole(tx, one, shops[one.Shop])
		}
		return err
	})
	if err != nil {
		return err
	}
	data := map[string]any{"Title": v.word("shift") + " " + w.ID, "FormKey": formKey(), "Shift": w, "Complaint": c, "MayVoid": v.caller.May(staff.OrderCancel),
		"F": v.r.PostForm, "Past": []shiftView(nil), "Print": true}
	if w.Open && (w.Mine || v.caller.May(staff.OrderCancel)) {
		data["Units"] = v.units(cur)
	}
	return s.render(v, status, "store_shift", data)
}

// shiftDone ends a form of a shift: what can be mended is said on the page it came from.
func (s *Site) shiftDone(v *visit, err error) error {
	if err == nil {
		return nil
	}
	c, status, rest := v.complain(err)
	if rest != nil {
		return rest
	}
	if v.r.PathValue("id") != "" && v.r.PostForm.Get("own") == "" {
		return s.showPast(v, status, c)
	}
	return s.showShift(v, status, c)
}

// yuan reads an amount of a form. Fault: finance.ErrShiftInput at the field.
func yuan(text, field string, cur money.Currency) (money.Amount, error) {
	if strings.TrimSpace(text) == "" {
		return 0, nil
	}
	a, err := money.Parse(text, cur)
	if err != nil {
		f := fault.Of(err)
		return 0, finance.ErrShiftInput.Field(field, f.ZH, f.EN)
	}
	return a, nil
}

func (s *Site) openShift(v *visit) error {
	return s.shiftDone(v, s.act(v, func(tx *db.Tx) (string, error) {
		form := v.r.PostForm
		here, _, _, err := v.storeOf(tx, form.Get("shop"))
		if err != nil {
			return "", err
		}
		float, err := yuan(form.Get("float"), "float", here.Currency)
		if err != nil {
			return "", err
		}
		_, err = finance.OpenShift(tx, finance.Shift{Shop: here.ID, Terminal: form.Get("terminal"), Currency: here.Currency, Float: float})
		return did("/store/shift", "shift_opened", 0, ""), err
	}))
}

func (s *Site) moveCash(v *visit) error {
	return s.shiftDone(v, s.act(v, func(tx *db.Tx) (string, error) {
		form := v.r.PostForm
		one, err := v.ownShift(tx)
		if err != nil {
			return "", err
		}
		amount, err := yuan(form.Get("amount"), "amount", one.Currency)
		if err != nil {
			return "", err
		}
		if form.Get("way") == "out" {
			amount = -amount
		}
		return did("/store/shift", "cash_moved", 0, ""), finance.MoveCash(tx, one.ID, amount, form.Get("reason"))
	}))
}

func (s *Site) closeShift(v *visit) error {
	return s.shiftDone(v, s.act(v, func(tx *db.Tx) (string, error) {
		one, err := v.ownShift(tx)
		if err != nil {
			return "", err
		}
		var counts []finance.Count
		for _, u := range finance.Units() {
			text := strings.TrimSpace(v.r.PostForm.Get("unit_" + number64(int64(u))))
			if text == "" {
				continue
			}
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				n = -1 // CloseShift says what a count is
			}
			counts = append(counts, finance.Count{Unit: u, Qty: n})
		}
		_, err = finance.CloseShift(tx, one.ID, counts, v.r.PostForm.Get("reason"))
		return did("/store/shift/"+one.ID.String(), "shift_closed", 0, ""), err
	}))
}
