package carrier_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"baihuo/internal/carrier"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/money"
)

func must(t *testing.T, d *db.DB, carriers ...carrier.Carrier) []carrier.Carrier {
	t.Helper()
	var out []carrier.Carrier
	dbtest.Write(t, d, func(tx *db.Tx) (err error) { out, err = carrier.Put(tx, carriers); return err })
	return out
}

func tariffs(t *testing.T, d *db.DB, all ...carrier.Tariff) (outcomes []fault.Outcome[bool]) {
	t.Helper()
	dbtest.Write(t, d, func(tx *db.Tx) (err error) { outcomes, err = carrier.PutTariffs(tx, all); return err })
	return outcomes
}

func stop(d *db.DB, s carrier.Stoppage) error {
	return d.Write(context.Background(), dbtest.By, func(tx *db.Tx) error { return carrier.Stop(tx, s) })
}

// tariff costs 10.00 for the first kilogram and 2.00 for each one above, in 3 days.
func tariff(c id.Carrier, service, destination string) carrier.Tariff {
	return carrier.Tariff{Carrier: c, Service: service, Origin: "33", Destination: destination,
		FirstWeightG: 1000, FirstPrice: 1000, NextWeightG: 1000, NextPrice: 200, Days: 3}
}

func words(t *testing.T, d *db.DB, object int64) string {
	t.Helper()
	var all []string
	dbtest.Read(t, d, func(tx *db.Tx) error {
		rows, err := journal.Timeline(tx, object, 0, 100)
		for _, r := range rows {
			all = append(all, r.What)
		}
		return err
	})
	return strings.Join(all, " ")
}

func TestPut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first := must(t, d, carrier.Carrier{Code: " yl", Name: "云翎速运", NumberPattern: `YL\d{13}`},
			carrier.Carrier{Code: "LD", Name: "陆达"})
		t.Run("the same again does nothing, a change raises the version", func(t *testing.T) {
			if again := must(t, d, carrier.Carrier{Code: "YL ", Name: "云翎速运", NumberPattern: `YL\d{13}`}); again[0] != first[0] {
				t.Errorf("%+v", again)
			}
			if again := must(t, d, carrier.Carrier{Code: "LD", Name: "陆达快运"}); again[0].Version != 2 ||
				again[0].ID != first[1].ID {
				t.Errorf("%+v", again)
			}
			if got := words(t, d, int64(first[0].ID)) + ", " + words(t, d, int64(first[1].ID)); got !=
				"carrier_created, carrier_created carrier_changed" {
				t.Error(got)
			}
		})
		t.Run("found by code and id", func(t *testing.T) {
			dbtest.Read(t, d, func(tx *db.Tx) error {
				byCode, err := carrier.ByCode(tx, []string{"yl ", "none", "\x00"})
				if err != nil || len(byCode) != 1 || byCode["yl "] != first[0] {
					t.Errorf("%v %v", byCode, err)
				}
				byID, err := carrier.ByID(tx, []id.Carrier{first[0].ID, 3})
				if err != nil || len(byID) != 1 || byID[first[0].ID] != first[0] {
					t.Errorf("%v %v", byID, err)
				}
				return err
			})
		})
		t.Run("an unusual number is a warning", func(t *testing.T) {
			c := first[0]
			if f := c.Unusual("YL1234567890123"); f != nil {
				t.Error(f)
			}
			for _, odd := range []string{"YL123", "xYL1234567890123", ""} {
				if !errors.Is(c.Unusual(odd), carrier.ErrNumber) {
					t.Errorf("%q is not unusual", odd)
				}
			}
			if f := first[1].Unusual("anything"); f != nil {
				t.Error(f)
			}
		})
		t.Run("every wrong field is named", func(t *testing.T) {
			err := d.Write(context.Background(), dbtest.By, func(tx *db.Tx) error {
				_, err := carrier.Put(tx, []carrier.Carrier{{Code: "A\x00"}, {Code: "B", Name: "b", NumberPattern: "("},
					{Code: "b", Name: "b"}})
				return err
			})
			if !errors.Is(err, carrier.ErrInvalid) || len(fault.Of(err).Fields) != 4 {
				t.Error(err)
			}
		})
	})
}

func TestPutTariffs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := must(t, d, carrier.Carrier{Code: "YL", Name: "云翎"})[0]
		bad := tariff(c.ID, "", "33x")
		bad.Origin, bad.FirstWeightG, bad.NextPrice, bad.Days = "330000", 0, -1, 1000
		got := tariffs(t, d, tariff(c.ID, "std", "33"), tariff(c.ID, "STD", "33"), bad, tariff(99, "STD", "33"),
			tariff(c.ID, "STD", "3301"))
		for i, want := range []*fault.Fault{nil, carrier.ErrTariff, carrier.ErrTariff, carrier.ErrMissing, nil} {
			if (want == nil) != (got[i].Fault == nil) || want != nil && !errors.Is(got[i].Fault, want) ||
				got[i].Value != (want == nil) {
				t.Errorf("%d: %+v", i, got[i])
			}
		}
		if n := len(got[2].Fault.Fields); n != 6 {
			t.Errorf("%d fields: %v", n, got[2].Fault)
		}
		if again := tariffs(t, d, tariff(c.ID, "STD", "33")); again[0].Value || again[0].Fault != nil {
			t.Errorf("the same again: %+v", again)
		}
		dearer := tariff(c.ID, "STD", "33")
		dearer.FirstPrice = 1100
		if again := tariffs(t, d, dearer); !again[0].Value {
			t.Errorf("a new price: %+v", again)
		}
		if got := words(t, d, int64(c.ID)); got != "carrier_created tariffs_set tariffs_set" {
			t.Error(got)
		}
	})
}

func TestQuote(t *testing.T) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Clock: clock.Now}, func(t *testing.T, d *db.DB) {
		cs := must(t, d, carrier.Carrier{Code: "A", Name: "A"}, carrier.Carrier{Code: "B", Name: "B"})
		a, b := cs[0].ID, cs[1].ID
		fast := tariff(a, "FAST", "33")
		fast.Days = 1
		far := tariff(b, "STD", "330106")
		far.FirstPrice = 5000
		tariffs(t, d, tariff(a, "STD", "33"), fast, tariff(b, "STD", "33"), far, tariff(b, "STD", "65"))
		quote := func(s ...carrier.Shipment) (out []fault.Outcome[[]carrier.Offer]) {
			dbtest.Read(t, d, func(tx *db.Tx) (err error) { out, err = carrier.Quote(tx, s); return err })
			return out
		}
		to := func(region string, g int64) carrier.Shipment {
			return carrier.Shipment{Origin: "33", Region: region, WeightG: g}
		}
		t.Run("cheapest, then fastest, then carrier; the longest destination holds", func(t *testing.T) {
			want := []fault.Outcome[[]carrier.Offer]{
				{Value: []carrier.Offer{{a, "FAST", 1000, 1}, {a, "STD", 1000, 3}, {b, "STD", 1000, 3}}},
				{Value: []carrier.Offer{{a, "FAST", 1200, 1}, {a, "STD", 1200, 3}, {b, "STD", 5200, 3}}},
			}
			if diff := cmp.Diff(want, quote(to("330108", 0), to("330106", 1001))); diff != "" {
				t.Error(diff)
			}
		})
		t.Run("members are judged one by one", func(t *testing.T) {
			out := quote(to("", 1), to("330108", -1), to("440000", 1), carrier.Shipment{Origin: "44", Region: "330108"},
				to("330108", 1), to("33\x00106", 1))
			for i, want := range []*fault.Fault{carrier.ErrShipment, carrier.ErrShipment, carrier.ErrNotDeliverable,
				carrier.ErrNotDeliverable, nil, carrier.ErrShipment} {
				if got := out[i].Fault; (want == nil) != (got == nil) || want != nil && !errors.Is(got, want) {
					t.Errorf("%d: %v", i, got)
				}
			}
		})
		now := db.At(clock.Now())
		put := func(s carrier.Stoppage) {
			t.Helper()
			if s.From == 0 {
				s.From = now
			}
			if err := stop(d, s); err != nil {
				t.Fatal(err)
			}
		}
		t.Run("a stop takes out what it names, until it ends", func(t *testing.T) {
			put(carrier.Stoppage{Region: "3301", Carrier: a, Service: "fast", Reason: "航班取消"})
			put(carrier.Stoppage{Region: "3301", Carrier: b, Reason: "站点关闭", From: now - 10, Until: now})
			if got := quote(to("330108", 1))[0].Value; len(got) != 2 || got[0].Service != "STD" {
				t.Errorf("%+v", got)
			}
			put(carrier.Stoppage{Region: "", Carrier: a, Reason: "春节停运"})
			put(carrier.Stoppage{Region: "330108", Reason: "疫情管控", Until: now.Add(time.Hour)})
			f := quote(to("330108", 1))[0].Fault
			if !errors.Is(f, carrier.ErrStopped) || !strings.Contains(f.ZH, "疫情管控") {
				t.Errorf("%v", f)
			}
			if got := quote(to("330109", 1))[0].Value; len(got) != 1 || got[0].Carrier != b {
				t.Errorf("%+v", got)
			}
			put(carrier.Stoppage{Region: "330108", Reason: "疫情管控", Until: now})
			if got := quote(to("330108", 1))[0].Value; len(got) != 1 {
				t.Errorf("%+v", got)
			}
			var stops []carrier.Stoppage
			dbtest.Read(t, d, func(tx *db.Tx) (err error) { stops, err = carrier.Stops(tx, tx.Now()); return err })
			if len(stops) != 2 {
				t.Errorf("%+v", stops)
			}
		})
		t.Run("a wrong stop is refused", func(t *testing.T) {
			good := carrier.Stoppage{Region: "33", Reason: "x", From: now}
			for name, c := range map[string]struct {
				change func(*carrier.Stoppage)
				want   *fault.Fault
			}{
				"place":             {func(s *carrier.Stoppage) { s.Region = "浙江" }, carrier.ErrStop},
				"no reason":         {func(s *carrier.Stoppage) { s.Reason = " " }, carrier.ErrStop},
				"NUL":               {func(s *carrier.Stoppage) { s.Reason = "a\x00" }, carrier.ErrStop},
				"service of nobody": {func(s *carrier.Stoppage) { s.Service = "STD" }, carrier.ErrStop},
				"backwards":         {func(s *carrier.Stoppage) { s.Until = now - 1 }, carrier.ErrStop},
				"unknown carrier":   {func(s *carrier.Stoppage) { s.Carrier = 7 }, carrier.ErrMissing},
			} {
				s := good
				c.change(&s)
				if err := stop(d, s); !errors.Is(err, c.want) {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	})
}

func TestDeliverable(t *testing.T) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Clock: clock.Now}, func(t *testing.T, d *db.DB) {
		cs := must(t, d, carrier.Carrier{Code: "A", Name: "A"}, carrier.Carrier{Code: "B", Name: "B"})
		tariffs(t, d, tariff(cs[0].ID, "STD", "33"), tariff(cs[1].ID, "STD", "3301"), tariff(cs[1].ID, "STD", "65"))
		now := db.At(clock.Now())
		reach := func(at db.Instant) string {
			var found map[string]carrier.Reach
			regions := []string{"330106", "330206", "650102", "440103", "33", "", "杭州", "65\x00102", "650102"}
			dbtest.Read(t, d, func(tx *db.Tx) (err error) { found, err = carrier.Deliverable(tx, regions, at); return err })
			var all []string
			for _, r := range regions[:len(regions)-1] {
				switch f := found[r].Fault(); {
				case f == nil:
					all = append(all, "yes")
				case errors.Is(f, carrier.ErrStopped):
					all = append(all, found[r].Reason)
				default:
					all = append(all, "no")
				}
			}
			return strings.Join(all, " ")
		}
		check := func(at db.Instant, want string) {
			t.Helper()
			if got := reach(at); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		check(now, "yes yes yes no yes no no no")
		for _, s := range []carrier.Stoppage{
			{Region: "33", Carrier: cs[0].ID, Reason: "sorting", From: now},
			{Region: "65", Reason: "snow", From: now, Until: now.Add(time.Hour)},
			{Region: "6501", Carrier: cs[1].ID, Reason: "branch", From: now},
		} {
			if err := stop(d, s); err != nil {
				t.Fatal(err)
			}
		}
		check(now, "yes sorting snow no sorting no no no")
		check(now.Add(time.Hour), "yes sorting branch no sorting no no no")
		check(now-1, "yes yes yes no yes no no no")
	})
}

func TestFreight(t *testing.T) {
	for _, c := range []struct {
		g    int64
		want money.Amount
	}{{0, 1000}, {1, 1000}, {1000, 1000}, {1001, 1200}, {2000, 1200}, {2001, 1400}} {
		if got, err := tariff(1, "S", "33").Freight(c.g); got != c.want || err != nil {
			t.Errorf("%d g: %d, %v", c.g, got, err)
		}
	}
	dear := tariff(1, "S", "33")
	dear.NextPrice, dear.NextWeightG = money.Limit, 1
	if _, err := dear.Freight(5000); !errors.Is(err, money.ErrRange) {
		t.Error(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		amount := func(most int64, label string) money.Amount {
			return money.Amount(rapid.Int64Range(0, most).Draw(t, label))
		}
		f := carrier.Tariff{FirstWeightG: rapid.Int64Range(1, 1e8).Draw(t, "first"), FirstPrice: amount(1e6, "price"),
			NextWeightG: rapid.Int64Range(1, 1e8).Draw(t, "next"), NextPrice: amount(1e5, "step")}
		g := rapid.Int64Range(0, 1e8).Draw(t, "g")
		got, err := f.Freight(g)
		more, _ := f.Freight(g + 1)
		if err != nil || more < got || got < f.FirstPrice {
			t.Fatalf("%+v for %d g: %d then %d, %v", f, g, got, more, err)
		}
	})
}

func TestAudit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := must(t, d, carrier.Carrier{Code: "A", Name: "A"})[0].ID
		tariffs(t, d, tariff(c, "STD", "33"))
		if err := stop(d, carrier.Stoppage{Region: "33", Reason: "x", From: 1}); err != nil {
			t.Fatal(err)
		}
		audit := func() (breaches []string, counts map[string]int64) {
			dbtest.Read(t, d, func(tx *db.Tx) (err error) { counts, breaches, err = carrier.Audit(tx); return err })
			return breaches, counts
		}
		if b, n := audit(); len(b) > 0 || !cmp.Equal(n, map[string]int64{"carriers": 1, "tariffs": 1, "stops": 1}) {
			t.Fatalf("%v %v", b, n)
		}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			for _, text := range []string{
				fmt.Sprintf(`UPDATE carriers SET number_pattern = '(' WHERE carrier_id = %d`, c),
				`UPDATE tariffs SET destination = '3', carrier_id = 5`, `UPDATE carrier_stops SET reason = ''`,
			} {
				if _, err := tx.Exec(text); err != nil {
					return err
				}
			}
			return nil
		})
		if b, _ := audit(); len(b) != 3 {
			t.Errorf("%s", strings.Join(b, "\n"))
		}
	})
}

func BenchmarkDeliverable(b *testing.B) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		for _, stopped := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/stops=%t", engine, stopped), func(b *testing.B) { benchmarkDeliverable(b, engine, stopped) })
		}
	}
}

// 5 services from 3 provinces to 31, 256 orders to as many districts.
func benchmarkDeliverable(b *testing.B, engine db.Engine, stopped bool) {
	d := dbtest.Open(b, engine, db.Options{})
	dbtest.Write(b, d, func(tx *db.Tx) error {
		cs, err := carrier.Put(tx, []carrier.Carrier{{Code: "A", Name: "A"}})
		if err != nil {
			return err
		}
		var all []carrier.Tariff
		for p := range 31 {
			for s := range 5 {
				for _, origin := range []string{"33", "44", "12"} {
					t := tariff(cs[0].ID, fmt.Sprint("S", s), fmt.Sprint(20+p))
					t.Origin = origin
					all = append(all, t)
				}
			}
		}
		if _, err := carrier.PutTariffs(tx, all); err != nil || !stopped {
			return err
		}
		return carrier.Stop(tx, carrier.Stoppage{Region: "2201", Reason: "x", From: 1})
	})
	dbtest.Write(b, d, func(tx *db.Tx) error { _, err := tx.Exec(`ANALYZE`); return err })
	regions := make([]string, 256)
	for i := range regions {
		regions[i] = fmt.Sprint(200101 + (i%31)*10000 + i*37%900)
	}
	b.ReportAllocs()
	for b.Loop() {
		dbtest.Read(b, d, func(tx *db.Tx) error { _, err := carrier.Deliverable(tx, regions, tx.Now()); return err })
	}
}
