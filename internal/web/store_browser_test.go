package web_test

import (
	"testing"
	"time"
)

// Ten codes in two seconds are ten pieces, with an input method switched on, too. A sale
// that is finished without network is one order when the network is back.
func TestC22_TillSurvivesWithoutNetwork(t *testing.T) {
	s := openStore(t, testDB(t))
	b := s.browse("clerk")
	b.open("/store/new?shop=POS")
	b.until(`document.body.dataset.scanner === "on" && localStorage.getItem("baihuo.goods.POS") !== null`)
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
	b.until(`/1/.test(document.getElementById("till-net").textContent) && document.getElementById("till-lines").rows.length === 0`)
	if n := s.sold(); n != 0 {
		t.Errorf("%d sales arrived without network", n)
	}
	b.offline(false)
	b.until(`!/1/.test(document.getElementById("till-net").textContent)`)
	if n := s.sold(); n != 1 {
		t.Errorf("%d sales arrived, want one", n)
	}
	if got := s.stockOf("PASTE") + s.stockOf("SHAMPOO"); got != 2*50-10 {
		t.Errorf("%d pieces are left", got)
	}
	b.quiet()
	s.h.Clean()
}
