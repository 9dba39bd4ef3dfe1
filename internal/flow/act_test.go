package flow_test

import (
	"errors"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
)

// What an act says beforehand is what it then does, order by order, and asking changes
// nothing.
func TestActDoesWhatItSaid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 50)
		plain := h.One(h.Draft("TB", "A1", flowtest.Item{Code: "PASTE", Qty: 1}))
		pending := h.One(h.Draft("TB", "A2", flowtest.Item{Code: "PASTE", Qty: 1}))
		ended := h.One(h.Draft("TB", "A3", flowtest.Item{Code: "PASTE", Qty: 1}))
		h.Write(func(tx *db.Tx) error {
			if _, err := flow.TakeBack(tx, []review.Decision{{Order: pending, Reason: "again"}}); err != nil {
				return err
			}
			_, err := flow.Cancel(tx, []flow.Cancellation{{Order: ended, Why: "test"}})
			return err
		})
		ids := []id.Order{plain, pending, ended, 1}
		for _, a := range []flow.Act{
			{Verb: flow.ActTag, Tag: "vip"}, {Verb: flow.ActTag, Tag: "vip"}, {Verb: flow.ActFlag, Flag: 3, Label: "急"}, {Verb: flow.ActUntag, Tag: "vip"},
			{Verb: flow.ActMemo, Text: "电话订单"}, {Verb: flow.ActHold, Reason: "等客户"}, {Verb: flow.ActPassService, Reason: "好"},
			{Verb: flow.ActUnhold, Reason: "好了"}, {Verb: flow.ActPassService, Reason: "好"}, {Verb: flow.ActTakeBack, Reason: "再看"},
			{Verb: flow.ActNote, Text: "已电话"}, {Verb: flow.ActCancel, Reason: "不要了"},
		} {
			var said []*fault.Fault
			var did []flow.Did
			before := h.Order(plain).Version
			if err := d.Read(t.Context(), func(tx *db.Tx) (err error) { said, err = a.Try(tx, ids); return err }); err != nil {
				t.Fatal(err)
			}
			if h.Order(plain).Version != before {
				t.Errorf("%s: asking changed the order", a.Verb)
			}
			h.Write(func(tx *db.Tx) (err error) { did, err = a.Do(tx, h.Kit, ids); return err })
			for i := range ids {
				if (said[i] == nil) != (did[i].Fault == nil) || said[i] != nil && said[i].Code != did[i].Fault.Code {
					t.Errorf("%s of %d: said %v, did %v", a.Verb, i, said[i], did[i].Fault)
				}
			}
			if !errors.Is(did[3].Fault, order.ErrMissing) || did[2].Fault == nil && a.Verb != flow.ActNote {
				t.Errorf("%s: what is missing or over: %v, %v", a.Verb, did[3].Fault, did[2].Fault)
			}
		}
		for _, a := range []flow.Act{{Verb: "dance"}, {Verb: flow.ActTag, Tag: "a b"}, {Verb: flow.ActHold}, {Verb: flow.ActFlag, Flag: 9}, {Verb: flow.ActNote}} {
			if a.Check() == nil {
				t.Errorf("%+v is no act", a)
			}
		}
		h.Clean()
	})
}
