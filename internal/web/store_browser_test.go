package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/finance"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/order"
)

// atTill opens the till in a browser, with the goods known and the page kept.
func (s *counter) atTill(login string) *browser {
	s.t.Helper()
	b := s.browse(login)
	b.ownClock()
	b.open("/store/new")
	b.ready()
	b.until(`(async () => (await caches.match("/store/new")) && navigator.serviceWorker.controller)()`)
	return b
}

func (b *browser) ready() {
	b.t.Helper()
	b.until(`document.body.dataset.scanner === "on" && Object.keys(localStorage).some(k => k.startsWith("baihuo.shelf."))`)
}

const (
	noLines = `document.getElementById("till-lines").rows.length === 0`
	state   = `document.getElementById("till-net").textContent`
)

// shiftSum gives what the shifts of the house took in cash, and with how many sales.
func (s *counter) shiftSum() (cash int64, sales int64) {
	s.t.Helper()
	dbtest.Read(s.t, s.d, func(tx *db.Tx) error {
		all, err := finance.Shifts(tx, s.h.Shops[s.shop].ID, 0, 10)
		for _, one := range all {
			sum, err := finance.Sum(tx, one)
			if err != nil {
				return err
			}
			cash, sales = cash+int64(sum.Amount[finance.Cash]), sales+sum.Sales
		}
		return err
	})
	return cash, sales
}

// Ten codes in two seconds are ten pieces, while an input method composes, too. A sale
// that is finished without network is one order when the network is back.
func TestC22_TillSurvivesWithoutNetwork(t *testing.T) {
	t.Parallel()
	s := openStore(t, testDB(t))
	b := s.browse("clerk")
	b.open("/store/new")
	b.ready()
	at := time.Now()
	for i := range 10 {
		next := at.Add(200 * time.Millisecond)
		b.scan([]string{"PASTE", "SHAMPOO"}[i%2], i >= 5, at)
		at = next
	}
	b.until(`[...document.querySelectorAll("#till-lines input.qty")].map(i => i.value).join() === "5,5"`)
	if got := b.text(`document.getElementById("till-scan").value`); got != "" {
		t.Errorf("the box still holds %q", got)
	}
	b.press("ArrowUp", "ArrowDown")
	b.offline(true)
	b.press("F2", "Enter", "F9")
	b.until(`/待上传 1/.test(` + state + `) && ` + noLines)
	if n := s.sold(); n != 0 {
		t.Errorf("%d sales arrived without network", n)
	}
	b.offline(false)
	b.until(`/已全部上传/.test(` + state + `)`)
	if n := s.sold(); n != 1 {
		t.Errorf("%d sales arrived, want one", n)
	}
	if got := s.stockOf("PASTE") + s.stockOf("SHAMPOO"); got != 2*50-10 {
		t.Errorf("%d pieces are left", got)
	}
	b.quiet()
	s.h.Clean()
}

// The network is gone for more than a minute. The clerk reloads the page, sells twice,
// takes somebody new down for a delivery and prints a receipt; when the network is back
// all of it arrives, each once, though the answer to the first was lost. Nothing of the
// customer lay in the browser in the clear, and nothing stays.
func TestC22_TillReloadsWithoutNetwork(t *testing.T) {
	t.Parallel()
	s := openStore(t, testDB(t))
	s.flagship()
	b := s.atTill("host")
	b.until(`(async () => { window.keptText = await (await caches.match("/store/new")).text(); return true; })()`)
	if kept := b.text(`window.keptText`); strings.Contains(kept, "Ms host") || strings.Contains(kept, "form_key") {
		t.Error("the page that is kept says who is signed in")
	}
	at := b.scan("PASTE", false, time.Now())
	b.until(`document.getElementById("till-lines").rows.length === 1`)
	b.offline(true)
	b.open("/store/new")
	b.ready()
	b.until(`document.getElementById("till-lines").rows.length === 1 && /断网.*价格库存为/.test(` + state + `)`) // what was being rung up is there

	b.scan("PASTE", true, at.Add(time.Second))
	b.until(`document.querySelector("#till-lines input.qty").value === "2"`)
	b.press("F2", "Enter", "F9")
	b.until(`/待上传 1 · 自/.test(` + state + `) && ` + noLines)
	b.later(61 * time.Second)
	b.until(`!document.getElementById("till-late").hidden && /1 笔销售还没有上传/.test(document.getElementById("till-late").textContent)`)

	b.text(`window.print = function () { window.printed = document.getElementById("till-slip").innerText; }`)
	b.press("F8")
	b.until(`document.getElementById("till-paper").open`)
	b.text(`document.activeElement.click()`)
	b.until(`/离线/.test(window.printed) && /PASTE/.test(window.printed) && /19.80/.test(window.printed)`)
	b.text(`document.querySelector("#till-paper [data-close]").click()`)

	b.scan("SHAMPOO", false, at.Add(5*time.Second))
	b.until(`document.getElementById("till-lines").rows.length === 1`)
	b.press("F3", "F3", "F4")
	b.write(`document.getElementById("till-person").phone`, "13800138000")
	b.text(`document.getElementById("till-person").requestSubmit()`)
	b.until(`!document.getElementById("till-new").hidden`)
	b.write(`document.getElementById("till-person").elements.name`, "陈小平")
	b.write(`document.getElementById("till-person").address`, "浙江省杭州市西湖区文三路 90 号")
	b.text(`document.getElementById("till-person").requestSubmit()`)
	b.until(`document.getElementById("till-who").textContent === "陈*平 · 138****8000"`)
	b.press("F2", "Enter", "F9")
	b.until(`/待上传 2/.test(` + state + `) && ` + noLines)
	const kept = `JSON.stringify(Object.entries(localStorage)) + JSON.stringify(Object.entries(sessionStorage))`
	if lies := b.text(kept); strings.Contains(lies, "13800138000") || strings.Contains(lies, "小平") || strings.Contains(lies, "文三路") {
		t.Errorf("the customer lies in the browser: %s", lies)
	}
	b.open("/store/new") // again, with all that waits
	b.until(`/待上传 2/.test(` + state + `) && document.querySelectorAll("#till-bad li").length === 2`)

	s.line.lose("/store/sale")
	b.offline(false)
	b.until(`/已全部上传/.test(` + state + `)`)
	if s.line.losing.Load() != nil {
		t.Error("no answer was lost")
	}
	if cash, sales := s.shiftSum(); s.sold() != 2 || sales != 2 || cash != 2*990+2990 {
		t.Errorf("%d sales, %d of the shift with %d in cash", s.sold(), sales, cash)
	}
	if got := s.stockOf("PASTE"); got != 48 {
		t.Errorf("%d pieces are left", got)
	}
	if lies := b.text(kept); strings.Contains(lies, "~") || strings.Contains(lies, "138****") {
		t.Errorf("the customer's sealed text stayed: %s", lies)
	}
	s.toWarehouse("陈*平")
	b.quiet()
	s.h.Clean()
}

// toWarehouse has the warehouse line take the sales that are brought home, as far as a
// waybill, and says to whom the last one goes.
func (s *counter) toWarehouse(mask string) {
	s.t.Helper()
	var home []id.Order
	dbtest.Read(s.t, s.d, func(tx *db.Tx) error {
		all, err := finance.Page(tx, 0, 100)
		for _, one := range all {
			home = append(home, one.Order)
		}
		return err
	})
	s.pack()
	dbtest.Read(s.t, s.d, func(tx *db.Tx) error {
		orders, err := order.Get(tx, home)
		if err != nil {
			return err
		}
		for _, o := range orders {
			if o.Kind != order.Normal {
				continue
			}
			packed, err := fulfilment.OfOrders(tx, []id.Order{o.ID})
			if err != nil {
				return err
			}
			if list := packed[o.ID]; len(list) != 1 || list[0].State != fulfilment.Packed || list[0].Carrier == 0 {
				s.t.Errorf("%s is in %d packages", o.ExternalNo, len(list))
				continue
			}
			people, err := customer.Get(tx, []id.Recipient{o.Recipient})
			if who := people[o.Recipient]; err != nil || who.Name.Mask != mask || who.Address.Mask == "" {
				s.t.Errorf("it goes to %s, %s: %v", who.Name.Mask, who.Address.Mask, err)
			}
			return err
		}
		s.t.Error("nothing is brought home")
		return nil
	})
}

// A day at the till by keyboard: a sale is laid aside and taken up again, goods go for
// another price by right, the receipt is printed twice, and the shift is closed with a
// difference that needs a reason.
func TestC22_TillDay(t *testing.T) {
	t.Parallel()
	s := openStore(t, testDB(t))
	s.flagship()
	s.shift(s.hire("boss", shops(s.h.Shops["FLAG"].ID), "sales"), "2")
	b := s.atTill("boss")
	b.scan("PASTE", false, time.Now())
	b.until(`document.getElementById("till-lines").rows.length === 1`)
	b.press("F6")
	b.write(`document.querySelector("#till-hold [name=label]")`, "红衣服")
	b.text(`document.getElementById("till-hold-form").requestSubmit()`)
	b.until(noLines)
	b.press("F7")
	b.until(`document.querySelector("#till-held button").textContent.includes("红衣服")`)
	b.text(`document.querySelector("#till-held button").click()`)
	b.until(`document.getElementById("till-lines").rows.length === 1`)

	b.press("F10")
	b.write(`document.activeElement`, "9") // what stood there is selected
	b.press("Enter")
	b.text(`document.activeElement.blur()`)
	b.until(`document.getElementById("till-total").textContent === "9.00" && /改价/.test(document.getElementById("till-lines").innerText)`)
	b.press("F2")
	b.write(`document.activeElement`, "10")
	b.press("F9")
	b.until(noLines + ` && /找零 ¥1.00/.test(document.getElementById("till-say").textContent) && /已全部上传/.test(` + state + `)`)

	b.text(`window.open = function (to) { window.opened = to; }`)
	b.press("F8")
	b.until(`window.opened`)
	slip := b.text(`window.opened`)
	for n := range 2 {
		b.open(slip)
		b.leave(`document.querySelector("form[action^='/store/receipt/'] button").click()`)
		b.until(fmt.Sprintf(`!!document.querySelector(".slip") && /9.00/.test(document.body.innerText) && /打印次数 2/.test(document.body.innerText) === %t && document.readyState === "complete" && /重打/.test(document.body.innerText)`, n == 1))
	}

	b.open("/store/shift")
	b.write(`document.querySelector("[name=unit_10000]")`, "1") // 100 of float and 9 in cash: 9 are missing
	b.leave(`document.querySelector("form[action$='/close']").requestSubmit()`)
	b.until(`/-9.00/.test(document.body.innerText) && document.querySelector("[name=unit_10000]").value === "1"`)
	b.write(`document.querySelector("form[action$='/close'] [name=reason]")`, "找错零钱")
	b.leave(`document.querySelector("form[action$='/close']").requestSubmit()`)
	b.until(`/已交班/.test(document.body.innerText) && /找错零钱/.test(document.body.innerText)`)
	if cash, sales := s.shiftSum(); cash != 900 || sales != 1 {
		t.Errorf("%d sales with %d", sales, cash)
	}
	b.quiet()
	s.h.Clean()
}
