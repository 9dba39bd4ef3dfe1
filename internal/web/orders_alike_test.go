package web_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

// Orders with the same goods stand together, on however many lines they name them; a
// group leads to its orders and is worked as one; what has ended is in no group.
func TestOrdersWithTheSameGoods(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 100)
		h.Stock(0, "TOWEL", 100)
		paste, towel := flowtest.Item{Code: "PASTE", Qty: 1}, flowtest.Item{Code: "TOWEL", Qty: 2}
		var same []id.Order
		for i, items := range [][]flowtest.Item{{paste, towel}, {towel, paste}, {paste, {Code: "TOWEL", Qty: 1}, {Code: "TOWEL", Qty: 1}}} {
			same = append(same, h.One(h.Draft("TB", "SAME-"+number(i), items...)))
		}
		h.One(h.Draft("TB", "OTHER-1", paste))
		gone := h.One(h.Draft("TB", "GONE-1", paste, towel))
		v := owner(t, d, withKit(h))
		if a := v.act("/orders/"+gone.String(), "/orders/"+gone.String()+"/act", url.Values{"act": {"cancel"}, "reason": {"重复"}}); a.status != 303 {
			t.Fatalf("cancelled: %d %s", a.status, text(a.body))
		}
		var groups []order.Alike
		if err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
			var cut bool
			groups, _, cut, err = order.SameGoods(tx, order.Browsing{Scope: staff.Everywhere()})
			if cut {
				t.Error("cut")
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if len(groups) != 2 || groups[0].Orders != 3 || groups[1].Orders != 1 {
			t.Fatalf("groups %+v, want one of 3 and one of 1", groups)
		}
		for lang, word := range map[string]string{"zh": "商品完全相同的在一起", "en": "the same goods together"} {
			v.lang = lang
			if body := text(v.get("/orders/alike?shop=TB").body); !strings.Contains(body, word) {
				t.Errorf("%s: %s", lang, body)
			}
			if body := v.get("/orders/alike?flag=5").body; strings.Contains(body, `name="goods"`) {
				t.Error("a filter that nothing fits leaves groups")
			}
			if a := v.get("/orders/alike?flag=9"); a.status != 400 {
				t.Errorf("a wrong filter: %d", a.status)
			}
		}
		v.lang = "zh"
		key := number(int(groups[0].Goods))
		list := v.get("/orders?view=none&sort=goods&goods=" + key).body
		if !strings.Contains(list, "SAME-0") || strings.Contains(list, "OTHER-1") || strings.Contains(list, "GONE-1") || !strings.Contains(text(list), "3 单") {
			t.Errorf("the list of a group: %s", text(list))
		}
		a := v.act("/orders/alike", "/batches", url.Values{"act": {"tag"}, "all": {"1"}, "query": {"shop=TB"}, "goods": {key}})
		if a.status != 303 {
			t.Fatalf("a batch of a group: %d", a.status)
		}
		page := a.to
		if a = v.act(page, page, url.Values{"tag": {"一批"}}); a.status != 303 || h.Order(same[2]).Tags != "一批" || h.Order(gone).Tags != "" {
			t.Errorf("tagged: %d, %q", a.status, h.Order(same[2]).Tags)
		}
		h.Clean()
	})
}

// What was written before goods were told apart is put into its group by the worker.
func TestOrdersRegroup(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		n := h.One(h.Draft("TB", "OLD-1", flowtest.Item{Code: "PASTE", Qty: 1}))
		want := h.Card(n).Goods
		for _, left := range []int{1, 0} {
			h.Write(func(tx *db.Tx) error {
				if left == 1 {
					if _, err := tx.Exec(`/* test */ UPDATE order_cards SET goods = 0`); err != nil {
						return err
					}
				}
				done, err := order.Regroup(tx, 10)
				if done != left {
					t.Errorf("%d regrouped, want %d", done, left)
				}
				return err
			})
		}
		if got := h.Card(n).Goods; got != want || want == 0 {
			t.Errorf("goods %d, want %d", got, want)
		}
		h.Clean()
	})
}

// A row unfolds: lines with stock, packages and notes, for who may see the order.
func TestOrderUnfolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := live(t, d)
		v := owner(t, d, withKit(w.h))
		at := "/orders/" + w.waits.String()
		if a := v.act(at, at+"/notes", url.Values{"text": {"先打电话"}}); a.status != 303 {
			t.Fatalf("noted: %d", a.status)
		}
		for lang, words := range map[string][]string{"zh": {"可用", "包裹与物流", "先打电话"}, "en": {"Free", "Packages and tracking", "先打电话"}} {
			v.lang = lang
			part := v.get(at + "/brief?part=live")
			for _, word := range words {
				if !strings.Contains(text(part.body), word) {
					t.Errorf("%s: lacks %q: %s", lang, word, text(part.body))
				}
			}
			if part.status != 200 || strings.Contains(part.body, "<html") || !strings.Contains(v.get(at+"/brief").body, "<html") {
				t.Errorf("%s: part %d", lang, part.status)
			}
		}
		if body := v.get("/orders?view=all").body; !strings.Contains(body, `data-brief="`+at+`/brief"`) {
			t.Error("the list has nothing to unfold")
		}
		v.hire("elsewhere", shops(), "clerk")
		if a := v.in("elsewhere").get(at + "/brief"); a.status != 404 {
			t.Errorf("outside of the scope: %d", a.status)
		}
	})
}

func number(n int) string { return strconv.Itoa(n) }
