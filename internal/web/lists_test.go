package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"baihuo/internal/carrier"
	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
)

// Several regions are stopped by one form, from a day on and for one carrier; what has
// not begun is listed, and the picker leads down to districts.
func TestStopsOfSeveralRegions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		v := owner(t, d, withKit(h))
		for lang, want := range map[string]string{"zh": "开始(留空为现在)", "en": "From (empty: now)"} {
			v.lang = lang
			if body := v.get("/stops").body; !strings.Contains(body, want) || !strings.Contains(body, `value="65"`) {
				t.Errorf("%s: %s", lang, text(body))
			}
			if part := v.get("/stops/regions?of=3301&part=live").body; !strings.Contains(part, "余杭区") || strings.Contains(part, "<html") {
				t.Errorf("%s: below Hangzhou: %s", lang, part)
			}
		}
		v.lang = "zh"
		tomorrow := d.Now().Time().AddDate(0, 0, 1).Format(time.DateOnly)
		form := url.Values{"region": {"65", "3301", "330110", "65"}, "carrier": {"FAST"}, "from": {tomorrow}, "until": {tomorrow}, "reason": {"大雪封路"}}
		key := v.key("/stops")
		form.Set("form_key", key)
		if one, two := v.post("/stops", form), v.post("/stops", form); one.status != 303 || two.to != one.to {
			t.Fatalf("saved: %d, sent again %d", one.status, two.status)
		}
		var ahead, now []carrier.Stoppage
		if err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
			if ahead, err = carrier.Ahead(tx, tx.Now()); err != nil {
				return err
			}
			now, err = carrier.Stops(tx, tx.Now())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if len(ahead) != 3 || len(now) != 0 {
			t.Fatalf("%d stops ahead, %d now; want 3 and none", len(ahead), len(now))
		}
		body := v.get("/stops").body
		for _, want := range []string{"浙江省杭州市余杭区 330110", "新疆维吾尔自治区 65", "未开始", "飞快快递"} {
			if !strings.Contains(text(body), want) {
				t.Errorf("lacks %q: %s", want, text(body))
			}
		}
		end := url.Values{"region": {"65"}, "carrier": {"FAST"}, "reason": {"大雪封路"}, "from_at": {fmt.Sprint(int64(ahead[0].From))}}
		if a := v.act("/stops", "/stops", end); a.status != 303 || strings.Contains(text(v.get("/stops").body), "新疆维吾尔自治区 65") {
			t.Errorf("called off: %d %s", a.status, text(a.body))
		}
		if a := v.act("/stops", "/stops", url.Values{"region": {"3399"}, "reason": {"手写的代码"}}); a.status != 400 || !strings.Contains(a.body, "手写的代码") {
			t.Errorf("a region that is not there: %d", a.status)
		}
	})
}

// A buyer comes on the black list by a phone, which is kept nowhere, until a day.
func TestBlackListByPhone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		h.Stock(0, "PASTE", 50)
		draft := h.Draft("TB", "BLACK-1", flowtest.Item{Code: "PASTE", Qty: 1})
		draft.Contact.Phone, draft.Buyer.Name = "13700137000", "黑名单买家"
		n := h.One(draft)
		v := owner(t, d, withKit(h))
		if a := v.act("/blacklist", "/blacklist", url.Values{"phone": {"13900000001"}, "why": {"恶意退款"}}); a.status != 400 || !strings.Contains(a.body, "没有可识别买家") || strings.Contains(a.body, "13900000001") {
			t.Errorf("an unknown phone: %d %s", a.status, text(a.body))
		}
		if a := v.act("/blacklist", "/blacklist", url.Values{"phone": {"137****7000"}, "why": {"恶意退款"}}); a.status != 400 {
			t.Errorf("a masked phone: %d", a.status)
		}
		if a := v.act("/blacklist", "/blacklist", url.Values{"phone": {"13700137000"}, "why": {"恶意退款"}, "until": {"2020-01-01"}}); a.status != 400 || !strings.Contains(a.body, "结束日期") {
			t.Errorf("until a day that is past: %d", a.status)
		}
		until := d.Now().Time().AddDate(0, 0, 3)
		if a := v.act("/blacklist", "/blacklist", url.Values{"phone": {"137 0013 7000"}, "why": {"恶意退款"}, "until": {until.Format(time.DateOnly)}}); a.status != 303 {
			t.Fatalf("entered: %d %s", a.status, text(a.body))
		}
		if body := v.get("/blacklist").body; !strings.Contains(body, "恶意退款") || strings.Contains(body, "13700137000") {
			t.Errorf("the list: %s", text(body))
		}
		again := h.Draft("TB", "BLACK-2", flowtest.Item{Code: "PASTE", Qty: 1})
		again.Contact.Phone, again.Buyer.Name = "13700137000", "黑名单买家"
		if o := h.One(again); !h.Card(o).Blocked {
			t.Error("an order of a buyer on the list is not held")
		}
		// It runs out by itself: neither listed nor held any more.
		h.Write(func(tx *db.Tx) error {
			_, err := tx.Exec(`/* test */ UPDATE buyers SET blacklisted_until = $1 WHERE buyer_id = $2`, tx.Now().Add(-time.Second), h.Order(n).Buyer)
			return err
		})
		later := h.Draft("TB", "BLACK-3", flowtest.Item{Code: "PASTE", Qty: 1})
		later.Contact.Phone, later.Buyer.Name = "13700137000", "黑名单买家"
		if o := h.One(later); h.Card(o).Blocked || strings.Contains(v.get("/blacklist").body, "恶意退款") {
			t.Error("what has run out still holds")
		}
		h.Clean()
	})
}

// The queue for stock and the black list go on page by page, also for who sees one shop.
func TestLongListsGoOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		const many = 230
		h.Write(func(tx *db.Tx) error {
			var skus []catalog.SKU
			for i := range many {
				skus = append(skus, catalog.SKU{Code: fmt.Sprintf("Q-%03d", i), Name: fmt.Sprintf("等货%03d", i), Price: 100})
			}
			put, err := catalog.Put(tx, skus)
			if err != nil {
				return err
			}
			var waits []inventory.Wait
			for i, o := range put {
				shop := []string{"TB", "WEB"}[i%2]
				waits = append(waits, inventory.Wait{Order: id.Order(i + 1), Line: id.Line(i + 1), Shop: h.Shops[shop].ID, SKU: o.Value, Qty: int64(i/3 + 1)},
					inventory.Wait{Order: id.Order(i + 1), Line: id.Line(many + i + 1), Shop: h.Shops[shop].ID, SKU: put[0].Value, Qty: 1})
			}
			if err := inventory.Queue(tx, waits); err != nil {
				return err
			}
			rows := tx.Insert("test", "buyers", []string{"buyer_id", "platform", "digest", "name_cipher", "name_mask", "id_cipher", "blacklisted_at", "blacklisted_why", "created_at"}, "")
			for i := range many {
				rows.Add(int64(i+1), "taobao", []byte(fmt.Sprint(i)), []byte{}, fmt.Sprintf("买%03d*", i), []byte{}, int64(tx.Now())+int64(i/2), "why", int64(tx.Now()))
			}
			_, err = rows.Run()
			return err
		})
		v := owner(t, d, withKit(h))
		v.hire("half", shops(h.Shops["WEB"].ID), "warehouse")
		half := v.in("half")
		for _, c := range []struct {
			v     *visitor
			path  string
			mark  string
			total int
		}{{v, "/waiting", `<small class="mono">Q-`, many}, {half, "/waiting", `<small class="mono">Q-`, many/2 + 1}, {v, "/waiting/Q-000", `<tr data-row="O-`, many + 1},
			{half, "/waiting/Q-000", `<tr data-row="O-`, many / 2}, {v, "/blacklist", `<tr><td data-word="买家">`, many}} {
			seen, at := 0, c.path
			for range 10 {
				body := c.v.get(at).body
				seen += strings.Count(body, c.mark)
				_, rest, more := strings.Cut(body, `class="pager"`)
				_, rest, next := strings.Cut(rest, `id="to-next"`)
				if !more || !next {
					break
				}
				head := body[:len(body)-len(rest)]
				href := head[strings.LastIndex(head, `href="`)+6:]
				at = strings.ReplaceAll(href[:strings.Index(href, `"`)], "&amp;", "&")
			}
			if seen != c.total {
				t.Errorf("%s: %d rows on all pages, want %d", c.path, seen, c.total)
			}
			if a := c.v.get(c.path + "?after=x"); a.status != 400 {
				t.Errorf("%s: a wrong place: %d", c.path, a.status)
			}
		}
	})
}
