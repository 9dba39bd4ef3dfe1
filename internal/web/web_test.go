package web_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/notice"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shipping"
	"baihuo/internal/web"
)

// world is a house in the middle of its day.
type world struct {
	h                        *flowtest.House
	gone, held, waits, short id.Order
}

func live(t testing.TB, d *db.DB) world {
	h := flowtest.Open(t, d)
	h.Stock(0, "SHAMPOO", 40)
	h.Stock(0, "PASTE", 80)
	w := world{h: h}
	w.gone = h.One(h.Draft("TB", "2026111100001", flowtest.Item{Code: "SHAMPOO", Qty: 2},
		flowtest.Item{Code: "KIT", Qty: 1}))
	deliver(h)
	w.waits = h.One(h.Draft("WEB", "W-1002", flowtest.Item{Code: "PASTE", Qty: 3}))
	draft := h.Draft("TB", "2026111100003", flowtest.Item{Code: "PASTE", Qty: 1})
	draft.BuyerMessage = "<script>alert(1)</script> 周末再发,谢谢"
	draft.Contact.Phone = ""
	w.held = h.One(draft)
	w.short = h.One(h.Draft("TB", "2026111100004", flowtest.Item{Code: "PAN", Qty: 1}))
	h.Write(func(tx *db.Tx) error { _, err := flow.Plan(tx, 100); return err })
	for i := range 12 {
		h.One(h.Draft("TB", fmt.Sprintf("20261111001%02d", i), flowtest.Item{Code: "SHAMPOO", Qty: 1}))
	}
	if _, err := notice.Reader().Turn(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	return w
}

// deliver brings all that is ready to the customer's door.
func deliver(h *flowtest.House) {
	h.T.Helper()
	h.Write(func(tx *db.Tx) error {
		if _, err := flow.Plan(tx, 100); err != nil {
			return err
		}
		_, packages, err := flow.Release(tx, h.Warehouses[0].ID, 100)
		if err != nil {
			return err
		}
		if _, err := flow.Pick(tx, packages); err != nil {
			return err
		}
		var list []fulfilment.Packing
		for _, p := range packages {
			list = append(list, fulfilment.Packing{Package: p, WeightG: 900})
		}
		if _, err := flow.Pack(tx, list); err != nil {
			return err
		}
		labels, err := shipping.OfPackages(tx, packages)
		if err != nil {
			return err
		}
		var numbers []shipping.Numbered
		var events []shipping.Event
		for _, p := range packages {
			numbers = append(numbers, shipping.Numbered{Waybill: labels[p].ID, Number: "FQ" + p.String()[2:]})
			for i, s := range []shipping.Parcel{shipping.PickedUp, shipping.InTransit, shipping.Delivered} {
				events = append(events, shipping.Event{Package: p, At: tx.Now().Add(time.Duration(i+1) * time.Minute),
					Code: string(s), State: s, Text: "杭州转运中心"})
			}
		}
		if _, err := shipping.Number(tx, numbers); err != nil {
			return err
		}
		if _, err := flow.HandOver(tx, packages); err != nil {
			return err
		}
		return flow.Track(tx, events)
	})
}

// owner gives a door and a browser in which the owner is signed in.
func owner(t testing.TB, d *db.DB, change ...func(*web.Config)) *visitor {
	t.Helper()
	s := raise(t, d, change...)
	s.hire("owner", everywhere(), "owner")
	return s.in("owner")
}

func get(t testing.TB, v *visitor, path, lang string) (int, string, http.Header) {
	t.Helper()
	v.lang = lang
	a := v.get(path)
	return a.status, a.body, a.head
}

var han = regexp.MustCompile(`\p{Han}`)

// Every page is rendered in both languages, whole and as its live part.
func TestPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := live(t, d)
		server := owner(t, d)
		cases := []struct {
			path   string
			status int
			zh, en []string
		}{
			{"/", 200, []string{"最急的订单", "待审核", "待处理异常", "平底锅 28cm", "杭州仓"}, []string{"Most urgent orders", "to review", "Open exceptions"}},
			{"/orders/" + w.gone.String(), 200, []string{"已完成", "已签收", "杭州转运中心", "组合装", "订单已接收", "取得运单号"},
				[]string{"completed", "delivered", "part of a bundle", "order accepted", "waybill numbered"}},
			{"/orders/" + w.held.String(), 200, []string{"挂起原因", "由工作人员解除", "买家有留言", "消息待发送"},
				[]string{"How it ends", "a person releases it", "buyer left a message"}[1:]},
			{"/orders/" + w.short.String(), 200, []string{"缺"}, []string{"Short"}},
			{"/orders/O-7", 404, []string{"订单不存在"}, []string{"does not exist"}},
			{"/orders/abc", 404, []string{"订单不存在"}, []string{"does not exist"}},
			{"/exceptions", 200, []string{"待处理异常", "买家留言"}, []string{"Open exceptions", "buyer&#39;s message"}},
			{"/exceptions?kind=buyer_message", 200, []string{"买家留言"}, []string{"buyer&#39;s message"}},
			{"/exceptions?kind=none", 200, []string{"没有待处理"}, []string{"Nothing waits"}},
			{"/exceptions?after=zz", 400, []string{"筛选条件有误"}, []string{"filter is not understood"}},
			{"/nowhere", 404, []string{"没有这个页面"}, []string{"no such page"}},
		}
		for _, c := range cases {
			for _, lang := range []string{"zh", "en"} {
				status, page, head := get(t, server, c.path, lang)
				if status != c.status || !strings.Contains(page,
					"</html>") || !strings.Contains(head.Get("Content-Security-Policy"), "default-src 'none'") {
					t.Errorf("%s %s: status %d", lang, c.path, status)
				}
				want := c.zh
				if lang == "en" {
					want = c.en
				}
				for _, s := range want {
					if !strings.Contains(page, s) {
						t.Errorf("%s %s: it does not say %q", lang, c.path, s)
					}
				}
				for _, secret := range []string{"陈小平", "13800138000", "文一西路 969 号 3 幢 201", "<script>alert", "style=",
					"onclick"} {
					if strings.Contains(page, secret) {
						t.Errorf("%s %s: it shows %q", lang, c.path, secret)
					}
				}
				at := c.path + "?part=live"
				if strings.Contains(c.path, "?") {
					at = c.path + "&part=live"
				}
				if status, part, _ := get(t, server, at, lang); status != c.status || strings.Contains(part,
					"<html") || len(part) < 50 {
					t.Errorf("%s %s: live part %d, %d bytes", lang, c.path, status, len(part))
				}
			}
		}
	})
}

// The English pages hold no Chinese but what people named or wrote: goods, shops,
// places, rules, messages.
func TestEnglishIsEnglish(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := live(t, d)
		server := owner(t, d)
		names := strings.NewReplacer("洗发水 500ml", "", "牙膏 120g", "", "平底锅 28cm", "", "洗漱套装", "", "淘宝店", "", "自营商城",
			"", "门店", "", "杭州仓", "", "东莞仓", "",
			"周末再发,谢谢", "", "收件人或电话缺失", "", "少量缺货先问买家", "", "买家留言", "",
			"陈*平", "", "浙江省杭州市余杭区", "", "中文", "", "飞快快递 标快", "", "杭州转运中心", "", "、", "")
		for _, path := range []string{"/", "/exceptions", "/orders/" + w.gone.String(), "/orders/" + w.held.String(),
			"/orders/" + w.short.String(), "/nowhere"} {
			_, page, _ := get(t, server, path, "en")
			for line := range strings.Lines(names.Replace(page)) {
				if han.MatchString(line) && !strings.Contains(line, "<dt>Address") {
					t.Errorf("%s: %s", path, strings.TrimSpace(line))
				}
			}
		}
	})
}

func TestEmptyHouse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		server := owner(t, d)
		for lang, words := range map[string][]string{
			"zh": {"没有超时或即将超时的订单", "没有待处理的异常", "没有未完成的包裹", "没有订单在等货", "没有低于安全线"},
			"en": {"No order is late", "Nothing waits for a person", "No package is under way",
				"No order waits for stock", "No stock is below"},
		} {
			_, page, _ := get(t, server, "/", lang)
			for _, w := range words {
				if !strings.Contains(page, w) {
					t.Errorf("%s: it does not say %q", lang, w)
				}
			}
		}
	})
}

func TestVisits(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		server := owner(t, d)
		clock := server.wall
		t.Run("a chosen language is remembered and leaves the address", func(t *testing.T) {
			if a := server.get("//evil.example/?lang=en&word=out"); strings.HasPrefix(a.to, "//") {
				t.Errorf("it leads away: %s", a.to)
			}
			if a := server.get("/?lang=en&word=out"); a.status != 303 || a.to != "/?word=out" || len(a.set) != 1 {
				t.Errorf("%d to %q, cookies %v", a.status, a.to, a.set)
			}
		})
		t.Run("viewers share a summary for some seconds", func(t *testing.T) {
			count := func() string {
				_, page, _ := get(t, server, "/", "zh")
				return regexp.MustCompile(`id="tile-reviewed"><b>(\d+)`).FindStringSubmatch(page)[1]
			}
			before := count()
			h.Stock(0, "PASTE", 5)
			h.One(h.Draft("TB", "V1", flowtest.Item{Code: "PASTE", Qty: 1}))
			if now := count(); now != before {
				t.Errorf("within seconds %s became %s", before, now)
			}
			clock.Advance(5 * time.Second)
			if now := count(); now != "1" {
				t.Errorf("after some seconds: %s", now)
			}
		})
		t.Run("files are named by what they hold and stay", func(t *testing.T) {
			_, page, _ := get(t, server, "/", "zh")
			for _, link := range regexp.MustCompile(`/static/[^"]+`).FindAllString(page, -1) {
				status, body, head := get(t, server, link, "zh")
				if status != 200 || body == "" || !strings.Contains(head.Get("Cache-Control"), "immutable") {
					t.Errorf("%s: %d, %d bytes, %s", link, status, len(body), head.Get("Cache-Control"))
				}
			}
			if status, _, _ := get(t, server, "/static/old/baihuo.css", "zh"); status != 404 {
				t.Errorf("a wrong name: %d", status)
			}
		})
		t.Run("another host's name is refused", func(t *testing.T) {
			server.head.Set("Host", "evil.example")
			if a := server.get("/"); a.status != 403 {
				t.Errorf("%d", a.status)
			}
			server.head.Del("Host")
		})
		t.Run("a page that fails shows a sentence and a number, and no cause", func(t *testing.T) {
			clock.Advance(time.Minute)
			dbtest.Write(t, d, func(tx *db.Tx) error {
				_,
					err := tx.Exec(`ALTER TABLE order_cards RENAME TO hidden`)
				return err
			})
			status, page, _ := get(t, server, "/", "zh")
			if status != 500 || !strings.Contains(page, "错误编号") || strings.Contains(page, "order_cards") {
				t.Errorf("%d\n%s", status, page)
			}
		})
	})
}

// Every word of an order and of its review has its sentence.
func TestEveryWordIsThere(t *testing.T) {
	for _, w := range order.Words() {
		for _, key := range []string{"word_", "why_"} {
			if !web.HasWord(key + string(w)) {
				t.Errorf("%s%s is missing", key, w)
			}
		}
	}
	for _, how := range []review.ReleaseHow{review.ByPerson, review.ByDeadline, review.ByFacts, review.ByService,
		review.ByFinance} {
		if !web.HasWord("ends_" + string(how)) {
			t.Errorf("ends_%s is missing", how)
		}
	}
	for _, s := range notice.States() {
		if !web.HasWord("notice_" + string(s)) {
			t.Errorf("notice_%s is missing", s)
		}
	}
}
