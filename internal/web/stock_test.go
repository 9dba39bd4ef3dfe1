package web_test

import (
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/staff"
)

func TestStockPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		_ = live(t, d)
		s := raise(t, d)
		s.hire("boss", staff.Everywhere(), "owner")
		for _, lang := range []string{"zh", "en"} {
			v := s.in("boss")
			v.lang = lang
			for _, path := range []string{"/stock", "/stock?state=short", "/stock?q=xx", "/stock/PAN", "/stock/SHAMPOO?prove=1", "/stock/KIT", "/stock/SHAMPOO/ledger",
				"/stock/SHAMPOO/ledger?kind=ship&until=2030-01-01", "/stock/receive", "/stock/move", "/stock/transfer", "/stock/count", "/products", "/products?q=zz", "/products/new",
				"/products/KIT", "/products/PASTE"} {
				if a := v.get(path); a.status != 200 {
					t.Errorf("%s %s: %d %s", lang, path, a.status, text(a.body))
				}
			}
		}
	})
}
