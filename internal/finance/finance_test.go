package finance_test

import (
	"errors"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/finance"
	"baihuo/internal/id"
	"baihuo/internal/money"
)

// as runs a verb as somebody and gives what refuses it.
func as(t *testing.T, d *db.DB, actor string, fn func(*db.Tx) error) error {
	t.Helper()
	return d.Write(t.Context(), db.By{Actor: actor, Cause: "test"}, fn)
}

func open(t *testing.T, d *db.DB, actor string, shop id.Shop, terminal string) (s finance.Shift, err error) {
	t.Helper()
	err = as(t, d, actor, func(tx *db.Tx) (err error) {
		s, err = finance.OpenShift(tx, finance.Shift{Shop: shop, Terminal: terminal, Currency: money.CNY, Float: 30000})
		return err
	})
	return s, err
}

func sell(t *testing.T, d *db.DB, actor, key string, order id.Order, tenders ...finance.Tender) (s finance.Sale, err error) {
	t.Helper()
	total := money.Amount(0)
	for _, x := range tenders {
		total += x.Given
	}
	err = as(t, d, actor, func(tx *db.Tx) (err error) {
		s, err = finance.Record(tx, finance.Sale{Shop: 1, Key: key, Digest: []byte(key), Order: order, Currency: money.CNY, Total: total}, tenders)
		return err
	})
	return s, err
}

func TestShift(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, err := open(t, d, "S-1", 1, " 1 号台 ")
		if err != nil || s.Terminal != "1 号台" {
			t.Fatal(s, err)
		}
		if _, err := open(t, d, "S-1", 1, "2"); !errors.Is(err, finance.ErrShiftOpen) {
			t.Errorf("a second of the same person: %v", err)
		}
		if _, err := open(t, d, "S-2", 1, "1 号台"); !errors.Is(err, finance.ErrTillTaken) {
			t.Errorf("a second at the same till: %v", err)
		}
		if _, err := open(t, d, "S-2", 2, ""); !errors.Is(err, finance.ErrShiftInput) {
			t.Errorf("a till without a name: %v", err)
		}
		for i, x := range []finance.Tender{{Method: finance.Cash, Given: 1234}, {Method: finance.WeChat, Given: 5000}, {Method: finance.Cash, Given: 66}} {
			if _, err := sell(t, d, "S-1", string(rune('A'+i)), id.Order(10+i), x); err != nil {
				t.Fatal(err)
			}
		}
		move := func(amount money.Amount, why string) error {
			return as(t, d, "S-1", func(tx *db.Tx) error { return finance.MoveCash(tx, s.ID, amount, why) })
		}
		if err := errors.Join(move(-20000, "送银行"), move(500, "补零钱")); err != nil {
			t.Fatal(err)
		}
		if f := fault.Of(move(0, "")); !f.Is(finance.ErrShiftInput) || len(f.Fields) != 2 {
			t.Errorf("nothing, for no reason: %v", f)
		}
		end := func(reason string, counts ...finance.Count) (out finance.Shift, err error) {
			err = as(t, d, "S-1", func(tx *db.Tx) (err error) { out, err = finance.CloseShift(tx, s.ID, counts, reason); return err })
			return out, err
		}
		// 300.00 + 12.34 + 0.66 - 200.00 + 5.00 = 118.00
		if _, err := end("", finance.Count{Unit: 10000, Qty: 1}); !errors.Is(err, finance.ErrDifference) {
			t.Errorf("a difference without a reason: %v", err)
		}
		if _, err := end("", finance.Count{Unit: 77, Qty: 1}); !errors.Is(err, finance.ErrShiftInput) {
			t.Errorf("a coin that does not exist: %v", err)
		}
		got, err := end("少找 0.5", finance.Count{Unit: 10000, Qty: 1}, finance.Count{Unit: 500, Qty: 3}, finance.Count{Unit: 100, Qty: 2}, finance.Count{Unit: 50, Qty: 1},
			finance.Count{Unit: 10, Qty: 10})
		if err != nil || got.Expected != 11800 || got.Counted != 11850 || got.Difference() != 50 {
			t.Fatalf("%+v %v", got, err)
		}
		if _, err := end("again"); !errors.Is(err, finance.ErrShiftClosed) {
			t.Errorf("closed twice: %v", err)
		}
		if err := move(1, "late"); !errors.Is(err, finance.ErrShiftClosed) {
			t.Errorf("cash after the end: %v", err)
		}
		if _, err := sell(t, d, "S-1", "Z", 99, finance.Tender{Method: finance.Cash, Given: 1}); !errors.Is(err, finance.ErrNoShift) {
			t.Errorf("a sale after the end: %v", err)
		}
		if _, err := open(t, d, "S-1", 1, "1 号台"); err != nil {
			t.Errorf("the next day: %v", err)
		}
		clean(t, d)
	})
}

func TestSale(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, err := open(t, d, "S-1", 1, "1")
		if err != nil {
			t.Fatal(err)
		}
		first, err := sell(t, d, "S-1", "K", 7, finance.Tender{Method: finance.Card, Given: 100}, finance.Tender{Method: finance.Cash, Given: 50})
		if err != nil {
			t.Fatal(err)
		}
		again, err := sell(t, d, "S-1", "K", 8, finance.Tender{Method: finance.Cash, Given: 150})
		if err != nil || again.ID != first.ID || again.Order != 7 {
			t.Errorf("the same key: %+v %v", again, err)
		}
		void := func() error {
			return as(t, d, "S-1", func(tx *db.Tx) error { _, err := finance.Void(tx, first.ID, "错"); return err })
		}
		if err := void(); err != nil {
			t.Fatal(err)
		}
		if err := void(); !errors.Is(err, finance.ErrVoided) {
			t.Errorf("twice: %v", err)
		}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			for want := range int64(2) {
				if n, err := finance.Printed(tx, first.ID); err != nil || n != want+1 {
					t.Errorf("prints %d, %v", n, err)
				}
			}
			sums, err := finance.Sum(tx, s)
			if sums.Expected != 30000 || sums.Amount[finance.Card] != 0 || sums.Payments[finance.Card] != 2 {
				t.Errorf("%+v", sums)
			}
			return err
		})
		clean(t, d)
		t.Run("a breach shows", func(t *testing.T) {
			dbtest.Write(t, d, func(tx *db.Tx) error {
				_, err := tx.Exec(`UPDATE payments SET amount = amount + 1 WHERE amount > 0 AND method = 'cash'`)
				return err
			})
			dbtest.Read(t, d, func(tx *db.Tx) error {
				_, breaches, err := finance.Audit(tx)
				if len(breaches) != 1 {
					t.Errorf("%q", breaches)
				}
				return err
			})
		})
	})
}

func TestBalance(t *testing.T) {
	cash := func(n money.Amount) finance.Tender { return finance.Tender{Method: finance.Cash, Given: n} }
	for name, c := range map[string]struct {
		tenders       []finance.Tender
		change, total money.Amount
		want          string
	}{
		"to the cent":           {[]finance.Tender{cash(999)}, 0, 999, ""},
		"with change":           {[]finance.Tender{{Method: finance.Card, Given: 500}, cash(1000)}, 501, 999, ""},
		"nothing for nothing":   {nil, 0, 0, ""},
		"nothing for goods":     {nil, 0, 1, "tenders_differ"},
		"a cent over":           {[]finance.Tender{cash(1000)}, 0, 999, "tenders_differ"},
		"change without cash":   {[]finance.Tender{{Method: finance.Card, Given: 1000}}, 1, 999, "tender_invalid"},
		"all cash given back":   {[]finance.Tender{{Method: finance.Card, Given: 999}, cash(10)}, 10, 999, "tender_invalid"},
		"a way nobody knows":    {[]finance.Tender{{Method: "shells", Given: 999}}, 0, 999, "tender_invalid"},
		"nothing in one way":    {[]finance.Tender{cash(0)}, 0, 0, "tender_invalid"},
		"less than nothing":     {[]finance.Tender{cash(-5)}, 0, -5, "tender_invalid"},
		"more change than cash": {[]finance.Tender{cash(5)}, 6, -1, "tender_invalid"},
	} {
		f := finance.Balance(c.tenders, c.change, c.total, money.CNY)
		if code := codeOf(f); code != c.want {
			t.Errorf("%s: %q, want %q", name, code, c.want)
		}
	}
}

func codeOf(f *fault.Fault) string {
	if f == nil {
		return ""
	}
	return f.Code
}

func clean(t *testing.T, d *db.DB) {
	t.Helper()
	dbtest.Read(t, d, func(tx *db.Tx) error {
		_, breaches, err := finance.Audit(tx)
		for _, b := range breaches {
			t.Error(b)
		}
		return err
	})
}
