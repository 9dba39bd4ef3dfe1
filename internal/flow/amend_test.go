package flow_test

import (
	"fmt"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
)

// two is the order that the amendments below are about: 2 shampoo, 1 set.
func two(h *flowtest.House, no string) *order.Draft {
	return h.Draft("TB", no, flowtest.Item{Code: "SHAMPOO", Qty: 2}, flowtest.Item{Code: "KIT", Qty: 1})
}

func edit(h *flowtest.House, o id.Order, e order.Edit) {
	h.T.Helper()
	h.Write(func(tx *db.Tx) error {
		_, err := flow.Edit(tx, o, 0, e)
		return err
	})
}

// hold gives a live hold of a kind, nil where there is none.
func hold(h *flowtest.House, o id.Order, kind string) *review.Hold {
	h.T.Helper()
	var found *review.Hold
	dbtest.Read(h.T, h.D, func(tx *db.Tx) error {
		live, err := review.Live(tx, []id.Order{o})
		for i := range live[o] {
			if live[o][i].Kind == kind {
				found = &live[o][i]
			}
		}
		return err
	})
	return found
}

func packagesOf(h *flowtest.House, o id.Order) (list []*fulfilment.Package) {
	h.T.Helper()
	dbtest.Read(h.T, h.D, func(tx *db.Tx) error {
		of, err := fulfilment.OfOrders(tx, []id.Order{o})
		list = of[o]
		return err
	})
	return list
}

// top gives the line of a code that is no component.
func top(o *order.Order, code string) *order.Line {
	for _, l := range o.Lines {
		if l.Code == code && l.Kind != order.Component {
			return l
		}
	}
	return &order.Line{}
}

func ptr[T any](v T) *T { return &v }

// Each case: the first message, what a person does, the second message, and what
// is then true. The books are clean after each.
func TestAmend(t *testing.T) {
	type world struct {
		*flowtest.House
		t *testing.T
		o id.Order
	}
	cases := []struct {
		name   string
		first  func(d *order.Draft)
		person func(w world)
		second func(d *order.Draft)
		then   func(w world)
	}{
		{
			"a field that only the channel changed is applied", nil, nil,
			func(d *order.Draft) { d.SellerMemo, d.Flag = "送小票", 2 },
			func(w world) {
				if o := w.Order(w.o); o.SellerMemo != "送小票" || o.Flag != 2 {
					w.t.Errorf("memo %q flag %d", o.SellerMemo, o.Flag)
				}
			},
		},
		{
			"a field that only a person changed stays", func(d *order.Draft) { d.SellerMemo = "平台" },
			func(w world) { edit(w.House, w.o, order.Edit{SellerMemo: ptr("人工")}) },
			func(d *order.Draft) { d.SellerMemo = "平台"; d.Flag = 3 },
			func(w world) {
				if o := w.Order(w.o); o.SellerMemo != "人工" || o.Flag != 3 || hold(w.House, w.o, "edit_conflict") != nil {
					w.t.Errorf("memo %q flag %d hold %v", o.SellerMemo, o.Flag, hold(w.House, w.o, "edit_conflict"))
				}
			},
		},
		{
			"a field that both changed is held with both values", func(d *order.Draft) { d.SellerMemo = "平台" },
			func(w world) { edit(w.House, w.o, order.Edit{SellerMemo: ptr("人工")}) },
			func(d *order.Draft) { d.SellerMemo = "平台新" },
			func(w world) {
				hd := hold(w.House, w.o, "edit_conflict")
				if o := w.Order(w.o); o.SellerMemo != "人工" || hd == nil || !w.Card(w.o).Blocked {
					w.t.Fatalf("memo %q hold %v card %+v", o.SellerMemo, hd, w.Card(w.o))
				}
				if want := "字段 seller_memo 人工与平台都改过:我方 人工,平台 平台新"; hd.ReasonZH != want {
					w.t.Errorf("reason %q, want %q", hd.ReasonZH, want)
				}
			},
		},
		{
			"a field that both changed to the same is settled", func(d *order.Draft) { d.SellerMemo = "平台" },
			func(w world) { edit(w.House, w.o, order.Edit{SellerMemo: ptr("一样")}) },
			func(d *order.Draft) { d.SellerMemo = "一样" },
			func(w world) {
				if o := w.Order(w.o); o.SellerMemo != "一样" || o.Edited != "" || hold(w.House, w.o, "edit_conflict") != nil {
					w.t.Errorf("memo %q edited %q", o.SellerMemo, o.Edited)
				}
			},
		},
		{
			"a conflict stops the package in the house", func(d *order.Draft) { d.SellerMemo = "平台" },
			func(w world) { edit(w.House, w.o, order.Edit{SellerMemo: ptr("人工")}); work(w.House) },
			func(d *order.Draft) { d.SellerMemo = "平台新" },
			func(w world) {
				if p := packagesOf(w.House, w.o)[0]; p.Stop == "" {
					w.t.Errorf("package %+v", p)
				}
			},
		},
		{
			"fewer pieces are taken back", nil, nil, func(d *order.Draft) { d.Lines[0].Qty = 1 },
			func(w world) {
				if l := top(w.Order(w.o), "SHAMPOO"); l.Cancelled != 1 || l.Reserved != 1 {
					w.t.Errorf("line %+v", l)
				}
			},
		},
		{
			"more pieces claim stock", nil, nil, func(d *order.Draft) { d.Lines[0].Qty = 4 },
			func(w world) {
				if l := top(w.Order(w.o), "SHAMPOO"); l.Ordered != 4 || l.Reserved != 4 || l.Due != 4*2990 {
					w.t.Errorf("line %+v", l)
				}
			},
		},
		{
			"more sets explode into more components", nil, nil, func(d *order.Draft) { d.Lines[1].Qty = 3 },
			func(w world) {
				var due int64
				for _, l := range w.Order(w.o).Lines {
					if l.Kind == order.Component {
						due += int64(l.Due)
						if want := map[string]int64{"SHAMPOO": 3, "PASTE": 6}[l.Code]; l.Ordered != want || l.Reserved != want {
							w.t.Errorf("component %+v", l)
						}
					}
				}
				if due != 3*4500 {
					w.t.Errorf("the components owe %d", due)
				}
			},
		},
		{
			"more pieces and another discount in one message", nil, nil,
			func(d *order.Draft) { d.Lines[0].Qty, d.Lines[0].Discount = 3, 100 },
			func(w world) {
				if l := top(w.Order(w.o), "SHAMPOO"); l.Ordered != 3 || l.Due != 3*2990-100 {
					w.t.Errorf("line %+v", l)
				}
			},
		},
		{
			"a new line is added", nil, nil,
			func(d *order.Draft) {
				d.Lines = append(d.Lines, order.DraftLine{ExternalNo: "new", Code: "PAN", Qty: 1, Price: 9900})
			},
			func(w world) {
				if l := top(w.Order(w.o), "PAN"); l.Ordered != 1 || l.Reserved != 1 {
					w.t.Errorf("line %+v", l)
				}
			},
		},
		{
			"a new line of unknown goods is held", nil, nil,
			func(d *order.Draft) {
				d.Lines = append(d.Lines, order.DraftLine{ExternalNo: "new", Code: "NOBODY", Qty: 1, Price: 9900})
			},
			func(w world) {
				if hold(w.House, w.o, "sku_unmatched") == nil || !w.Card(w.o).Blocked {
					w.t.Errorf("card %+v", w.Card(w.o))
				}
			},
		},
		{
			"unknown goods that the channel mends are held no more", func(d *order.Draft) { d.Lines[0].Code = "NOBODY" }, nil,
			func(d *order.Draft) { d.Lines[0].Code = "SHAMPOO" },
			func(w world) {
				if l := top(w.Order(w.o), "SHAMPOO"); l.Reserved != 2 || hold(w.House, w.o, "sku_unmatched") != nil {
					w.t.Errorf("line %+v, hold %v", l, hold(w.House, w.o, "sku_unmatched"))
				}
			},
		},
		{
			"a line that is gone is taken back", nil, nil, func(d *order.Draft) { d.Lines = d.Lines[:1] },
			func(w world) {
				if l := top(w.Order(w.o), "KIT"); l.Cancelled != 1 {
					w.t.Errorf("line %+v", l)
				}
			},
		},
		{
			"other goods under the same number", nil, nil, func(d *order.Draft) { d.Lines[0].Code = "TOWEL" },
			func(w world) {
				if was, is := top(w.Order(w.o), "SHAMPOO"), top(w.Order(w.o), "TOWEL"); was.Cancelled != 2 || is.Reserved != 2 {
					w.t.Errorf("was %+v, is %+v", was, is)
				}
			},
		},
		{
			"another price", nil, nil, func(d *order.Draft) { d.Lines[0].Price, d.Lines[1].Discount = 2500, 300 },
			func(w world) {
				if o := w.Order(w.o); top(o, "SHAMPOO").Due != 5000 || top(o, "KIT").Due != 4200 || o.Total != 9200 {
					w.t.Errorf("total %d: %+v", o.Total, o)
				}
			},
		},
		{
			"pieces that a person cancelled stay cancelled", nil,
			func(w world) {
				line := top(w.Order(w.o), "SHAMPOO").ID
				w.Write(func(tx *db.Tx) error {
					_, err := flow.Cancel(tx, []flow.Cancellation{{Order: w.o, Lines: map[id.Line]int64{line: 1}, Why: "少要一件"}})
					return err
				})
			},
			func(d *order.Draft) { d.Flag = 1 },
			func(w world) {
				if l := top(w.Order(w.o), "SHAMPOO"); l.Ordered != 2 || l.Cancelled != 1 || l.Reserved != 1 {
					w.t.Errorf("line %+v", l)
				}
			},
		},
		{
			"the recipient moves: planned packages are undone", nil, func(w world) {
				w.Write(func(tx *db.Tx) error { _, err := flow.Plan(tx, 1000); return err })
			},
			func(d *order.Draft) { d.Contact.Detail = "文二西路 1 号" },
			func(w world) {
				if p := packagesOf(w.House, w.o); len(p) != 1 || p[0].State != fulfilment.Voided {
					w.t.Errorf("packages %+v", p)
				}
			},
		},
		{
			"the recipient moves after packing: the package stops and a person looks", nil, func(w world) { work(w.House) },
			func(d *order.Draft) { d.Contact.Detail = "文二西路 1 号" },
			func(w world) {
				if p := packagesOf(w.House, w.o); p[0].Stop == "" || hold(w.House, w.o, "address_changed") == nil {
					w.t.Errorf("package %+v", p[0])
				}
			},
		},
		{
			"an older message changes nothing", nil, nil,
			func(d *order.Draft) { d.ModifiedAt = 1; d.SellerMemo = "旧" },
			func(w world) {
				if o := w.Order(w.o); o.SellerMemo != "" || o.Version != 1 {
					w.t.Errorf("order %+v", o)
				}
			},
		},
		{
			"a message of the same time changes nothing", func(d *order.Draft) { d.ModifiedAt = 1 << 55 }, nil,
			func(d *order.Draft) { d.ModifiedAt = 1 << 55; d.SellerMemo = "同时" },
			func(w world) {
				if o := w.Order(w.o); o.SellerMemo != "" || o.Version != 1 {
					w.t.Errorf("order %+v", o)
				}
			},
		},
		{
			"a refund is asked for: the order is held and its package stops", nil, func(w world) { work(w.House) },
			func(d *order.Draft) { d.Lines[0].Refund = order.RefundRequested },
			func(w world) {
				if hold(w.House, w.o, "refund_requested") == nil || packagesOf(w.House, w.o)[0].Stop == "" {
					w.t.Errorf("card %+v", w.Card(w.o))
				}
			},
		},
		{
			"a refunded line is taken back and the hold ends", func(d *order.Draft) { d.Lines[0].Refund = order.RefundRequested }, nil,
			func(d *order.Draft) { d.Lines[0].Refund, d.Lines[0].Closed = order.RefundDone, true },
			func(w world) {
				if l := top(w.Order(w.o), "SHAMPOO"); l.Cancelled != 2 || hold(w.House, w.o, "refund_requested") != nil {
					w.t.Errorf("line %+v", l)
				}
			},
		},
		{
			"a closed order is cancelled, its package and label undone", nil, func(w world) { work(w.House) },
			func(d *order.Draft) { d.ChannelState = order.Closed },
			func(w world) {
				if c := w.Card(w.o); c.Word != order.Gone || packagesOf(w.House, w.o)[0].State != fulfilment.Voided {
					w.t.Errorf("card %+v", c)
				}
			},
		},
		{
			"closed after it left: a person hears of it", nil, func(w world) { ship(w.House, work(w.House)) },
			func(d *order.Draft) { d.ChannelState = order.Closed },
			func(w world) {
				if n := exceptions(w.House, "late_cancellation"); n != 1 || w.Card(w.o).Word != order.Out {
					w.t.Errorf("%d exceptions, card %+v", n, w.Card(w.o))
				}
			},
		},
		{
			"paid after unpaid: the web shop reserves now", func(d *order.Draft) {
				d.ShopCode, d.ChannelState, d.PaidAt = "WEB", order.Unpaid, 0
			},
			func(w world) {
				if c := w.Card(w.o); c.Word != order.WaitPay || top(w.Order(w.o), "SHAMPOO").Reserved != 0 {
					w.t.Errorf("before the payment: %+v", c)
				}
			},
			func(d *order.Draft) { d.ShopCode = "WEB" },
			func(w world) {
				if c := w.Card(w.o); c.Word != order.Reviewed || top(w.Order(w.o), "SHAMPOO").Reserved != 2 {
					w.t.Errorf("after the payment: %+v", c)
				}
			},
		},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		for _, sku := range []string{"SHAMPOO", "PASTE", "TOWEL", "PAN"} {
			h.Stock(0, sku, 500)
		}
		for i, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				h.T = t
				first, second := two(h, fmt.Sprint("T", i)), two(h, fmt.Sprint("T", i))
				if c.first != nil {
					c.first(first)
				}
				w := world{h, t, h.One(first)}
				if c.person != nil {
					c.person(w)
				}
				c.second(second)
				if again := h.One(second); again != w.o {
					t.Fatalf("a second order %d was made", again)
				}
				c.then(w)
				h.Clean()
			})
		}
	})
}

func exceptions(h *flowtest.House, kind string) (n int64) {
	h.T.Helper()
	dbtest.Read(h.T, h.D, func(tx *db.Tx) (err error) {
		n, err = tx.Number(`SELECT COUNT(*) FROM exceptions WHERE kind = $1 AND closed_at = 0`, kind)
		return err
	})
	return n
}

// The accident: 3 pieces, then 2, then 3 again, and the third never came back.
func TestAmendLessThenMore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 20)
		h.Stock(0, "SHAMPOO", 20)
		var o id.Order
		for _, qty := range []int64{3, 2, 3, 1, 5} {
			o = h.One(h.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: qty}, flowtest.Item{Code: "KIT", Qty: qty}))
			paste, kit := top(h.Order(o), "PASTE"), top(h.Order(o), "KIT")
			if paste.Open() != qty || paste.Reserved != qty || kit.Open() != qty || kit.Reserved != qty {
				t.Errorf("told %d: %+v, %+v", qty, paste, kit)
			}
			h.Clean()
		}
	})
}
