package shop_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/shop"
)

func taobao() shop.Shop {
	return shop.Shop{Code: " tb01 ", Name: "百货旗舰店", Platform: "taobao", Kind: shop.Online, Currency: "CNY",
		TimeZone: "Asia/Shanghai", Promises: true}
}

func open(t *testing.T, d *db.DB, shops ...shop.Shop) []shop.Shop {
	t.Helper()
	var out []shop.Shop
	dbtest.Write(t, d, func(tx *db.Tx) (err error) { out, err = shop.Open(tx, shops); return err })
	return out
}

func timeline(t *testing.T, d *db.DB, object int64) string {
	t.Helper()
	var words []string
	dbtest.Read(t, d, func(tx *db.Tx) error {
		rows, err := journal.Timeline(tx, object, 0, 100)
		for _, r := range rows {
			words = append(words, r.What)
		}
		return err
	})
	return strings.Join(words, " ")
}

func TestOpen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		counter := shop.Shop{Code: "UK", Name: "Counter", Platform: "own", Kind: shop.Counter, Currency: "GBP",
			TimeZone: "Europe/London"}
		first := open(t, d, taobao(), counter)
		t.Run("creates and gives them as they stand", func(t *testing.T) {
			var byCode map[string]shop.Shop
			var byID map[id.Shop]shop.Shop
			var all []shop.Shop
			dbtest.Read(t, d, func(tx *db.Tx) (err error) {
				if byCode, err = shop.ByCode(tx, []string{" tb01", "TB01", "no\x00", "none", "bad\xff"}); err != nil {
					return err
				}
				if byID, err = shop.ByID(tx, []id.Shop{first[1].ID, 7}); err != nil {
					return err
				}
				all, err = shop.All(tx)
				return err
			})
			if diff := cmp.Diff(map[string]shop.Shop{" tb01": first[0], "TB01": first[0]}, byCode); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(map[id.Shop]shop.Shop{first[1].ID: first[1]}, byID); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(first, all); diff != "" {
				t.Error(diff)
			}
		})
		t.Run("the same again does nothing", func(t *testing.T) {
			if again := open(t, d, taobao()); again[0] != first[0] || timeline(t, d, int64(first[0].ID)) != "shop_opened" {
				t.Errorf("%+v, journal %s", again, timeline(t, d, int64(first[0].ID)))
			}
		})
		t.Run("a change raises the version", func(t *testing.T) {
			s := taobao()
			s.ReserveUnpaid = true
			if got := open(t, d, s)[0]; got.Version != 2 || got.ID != first[0].ID || !got.ReserveUnpaid {
				t.Errorf("%+v", got)
			}
			if got := timeline(t, d, int64(first[0].ID)); got != "shop_opened shop_changed" {
				t.Error(got)
			}
		})
		refuse := func(name string, want *fault.Fault, fields int, shops ...shop.Shop) {
			t.Run(name, func(t *testing.T) {
				err := d.Write(context.Background(), dbtest.By, func(tx *db.Tx) error {
					_, err := shop.Open(tx, shops)
					return err
				})
				if !errors.Is(err, want) || len(fault.Of(err).Fields) != fields {
					t.Errorf("got %v", err)
				}
			})
		}
		pounds := taobao()
		pounds.Currency = "GBP"
		refuse("another currency is refused", shop.ErrCurrencyFixed, 0, pounds)
		refuse("every wrong field is named", shop.ErrInvalid, 6, shop.Shop{Code: "X\x00", Kind: "stall", Currency: "XX",
			TimeZone: "Local"})
		refuse("one code twice is refused", shop.ErrInvalid, 1, taobao(), taobao())
		refuse("a name of 10 MB is refused", shop.ErrInvalid, 1, shop.Shop{Code: "Y", Name: strings.Repeat("长", 4<<20),
			Platform: "jd", Kind: shop.Web, Currency: "CNY", TimeZone: "UTC"})
	})
}

func TestRoutes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, taobao())[0]
		set := func(province string, ws ...id.Warehouse) error {
			return d.Write(context.Background(), dbtest.By, func(tx *db.Tx) error {
				return shop.SetWarehouses(tx, s.ID, province, ws)
			})
		}
		route := func() shop.Route {
			var r map[id.Shop]shop.Route
			dbtest.Read(t, d, func(tx *db.Tx) (err error) { r, err = shop.Routes(tx, []id.Shop{s.ID, 99}); return err })
			return r[s.ID]
		}
		if got := route().For("33"); got != nil {
			t.Fatalf("a shop without lists has %v", got)
		}
		for _, err := range []error{set("", 1, 2, 3), set("33", 3, 1), set("44", 9), set("44"), set("33", 3, 1)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for province, want := range map[string][]id.Warehouse{"33": {3, 1}, "44": {1, 2, 3}, "": {1, 2, 3}, "??": {1, 2, 3}} {
			if diff := cmp.Diff(want, route().For(province)); diff != "" {
				t.Errorf("province %q: %s", province, diff)
			}
		}
		if got := timeline(t, d, int64(s.ID)); got != "shop_opened"+strings.Repeat(" warehouses_set", 4) {
			t.Error(got)
		}
		for name, err := range map[string]error{
			"twice_is_refused":        set("", 1, 1),
			"zero_is_refused":         set("", 0),
			"a_long_code_is_refused":  set("330106", 1),
			"a_name_is_refused":       set("浙江", 1),
			"too_many_are_refused":    set("", make([]id.Warehouse, 51)...),
			"nul_province_is_refused": set("3\x00", 1),
		} {
			if !errors.Is(err, shop.ErrRoute) {
				t.Errorf("%s: %v", name, err)
			}
		}
		err := d.Write(context.Background(), dbtest.By, func(tx *db.Tx) error {
			return shop.SetWarehouses(tx, 12345, "", nil)
		})
		if !errors.Is(err, shop.ErrMissing) {
			t.Errorf("unknown shop: %v", err)
		}
	})
}

func TestAudit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, taobao())[0]
		audit := func() (breaches []string, counts map[string]int64) {
			dbtest.Write(t, d, func(tx *db.Tx) (err error) { counts, breaches, err = shop.Audit(tx); return err })
			return breaches, counts
		}
		dbtest.Write(t, d, func(tx *db.Tx) error { return shop.SetWarehouses(tx, s.ID, "", []id.Warehouse{1, 2}) })
		if b, c := audit(); len(b) > 0 || c["shops"] != 1 || c["routes"] != 2 {
			t.Fatalf("%v %v", b, c)
		}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			if _, err := tx.Exec(`UPDATE shops SET time_zone = 'Mars'`); err != nil {
				return err
			}
			_, err := tx.Exec(`INSERT INTO shop_warehouses (shop_id, province, position, warehouse_id)
				VALUES (1, '', 0, 1), ($1, '', 7, 2)`, int64(s.ID))
			return err
		})
		if b, _ := audit(); len(b) != 3 {
			t.Errorf("%q", b)
		}
	})
}

func TestDay(t *testing.T) {
	at := db.At(time.Date(2026, 11, 10, 16, 30, 0, 0, time.UTC))
	for zone, want := range map[string]string{"Asia/Shanghai": "2026-11-11", "Europe/London": "2026-11-10"} {
		if got := (shop.Shop{TimeZone: zone}).Day(at); got != want {
			t.Errorf("%s: %s", zone, got)
		}
	}
	if !shop.Counter.Contactless() || shop.Store.Contactless() {
		t.Error("counter sales alone have no contact")
	}
}
