package shipping_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/shipping"
)

var digest = []byte{1, 2, 3}

func asking(pack id.Package) shipping.Asking {
	return shipping.Asking{Package: pack, Carrier: 5, Service: "标快", Digest: digest, Freight: 800}
}

func ask(t *testing.T, d *db.DB, list ...shipping.Asking) (out []fault.Outcome[*shipping.Waybill]) {
	t.Helper()
	dbtest.Write(t, d, func(tx *db.Tx) (err error) { out, err = shipping.Ask(tx, list); return err })
	return out
}

func number(t *testing.T, d *db.DB, list ...shipping.Numbered) (out []fault.Outcome[*shipping.Waybill]) {
	t.Helper()
	dbtest.Write(t, d, func(tx *db.Tx) (err error) { out, err = shipping.Number(tx, list); return err })
	return out
}

func use(t *testing.T, d *db.DB, list ...shipping.Using) (out []fault.Outcome[*shipping.Waybill]) {
	t.Helper()
	dbtest.Write(t, d, func(tx *db.Tx) (err error) { out, err = shipping.Use(tx, list); return err })
	return out
}

func reclaim(t *testing.T, d *db.DB, list ...id.Waybill) (out []fault.Outcome[*shipping.Waybill]) {
	t.Helper()
	dbtest.Write(t, d, func(tx *db.Tx) (err error) { out, err = shipping.Reclaim(tx, list, "改地址"); return err })
	return out
}

// want compares each outcome's fault with what should be; nil means none.
func want(t *testing.T, outcomes []fault.Outcome[*shipping.Waybill], faults ...error) {
	t.Helper()
	for i, f := range faults {
		if got := outcomes[i].Fault; f == nil && got != nil || f != nil && !errors.Is(got, f) {
			t.Errorf("member %d: %v, want %v", i, got, f)
		}
	}
}

func get(t *testing.T, d *db.DB, w id.Waybill) (out *shipping.Waybill) {
	t.Helper()
	dbtest.Read(t, d, func(tx *db.Tx) (err error) { out, err = shipping.Get(tx, w); return err })
	return out
}

func what(t *testing.T, d *db.DB, w id.Waybill) string {
	t.Helper()
	var words []string
	dbtest.Read(t, d, func(tx *db.Tx) error {
		rows, err := journal.Timeline(tx, int64(w), 0, 100)
		for _, r := range rows {
			words = append(words, r.What)
		}
		return err
	})
	return strings.Join(words, " ")
}

func audit(t *testing.T, d *db.DB) (all string) {
	t.Helper()
	dbtest.Read(t, d, func(tx *db.Tx) error {
		_, breaches, err := shipping.Audit(tx)
		all = strings.Join(breaches, "; ")
		return err
	})
	return all
}

func clean(t *testing.T, d *db.DB) {
	t.Helper()
	if all := audit(t, d); all != "" {
		t.Errorf("breaches: %s", all)
	}
}

func TestJourney(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := ask(t, d, asking(10), asking(11), asking(10), shipping.Asking{Package: 12})
		want(t, o, nil, nil, nil, shipping.ErrAsking)
		if o[0].Value.ID != o[2].Value.ID {
			t.Fatal("two waybills for one package")
		}
		w, other := o[0].Value.ID, o[1].Value.ID
		want(t, number(t, d, shipping.Numbered{w, " SF100 "}, shipping.Numbered{other, "SF100"}, shipping.Numbered{1, "SF101"},
			shipping.Numbered{other, "S F"}, shipping.Numbered{other, "SF101"}),
			nil, shipping.ErrNumberTaken, shipping.ErrMissing, shipping.ErrNumber, nil)
		t.Run("number/the_same_again_changes_nothing_another_is_refused", func(t *testing.T) {
			want(t, number(t, d, shipping.Numbered{w, "SF100"}, shipping.Numbered{w, "SF102"}), nil, shipping.ErrOtherNumber)
			if got := get(t, d, w); got.Number != "SF100" || got.Version != 2 {
				t.Fatalf("%+v", got)
			}
		})
		want(t, use(t, d, shipping.Using{10, digest}, shipping.Using{10, digest}, shipping.Using{99, digest}),
			nil, shipping.ErrMove, shipping.ErrNone)
		want(t, reclaim(t, d, w, other, other, 1), shipping.ErrMove, nil, shipping.ErrMove, shipping.ErrMissing)
		if got := what(t, d, w); got != "asked numbered used" {
			t.Fatal(got)
		}
		t.Run("number/of_a_reclaimed_waybill_is_refused_and_is_never_given_again", func(t *testing.T) {
			again := ask(t, d, asking(11))[0].Value.ID
			want(t, number(t, d, shipping.Numbered{other, "SF101"}, shipping.Numbered{again, "SF101"}),
				shipping.ErrMove, shipping.ErrNumberTaken)
		})
		dbtest.Read(t, d, func(tx *db.Tx) error {
			found, err := shipping.ByNumber(tx, 5, []string{"SF100", "SF101", "SF999", "\x00"})
			if len(found) != 2 || found["SF100"].Package != 10 || found["SF101"].Live() {
				t.Errorf("%v", found)
			}
			return err
		})
		clean(t, d)
	})
}

// C27: an old label is reprinted after the address was mended; two numbers stand
// on one order.
func TestC27LabelIsBoundToTheAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := ask(t, d, asking(10))[0].Value.ID
		number(t, d, shipping.Numbered{w, "SF100"})
		mended := []byte{9}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			for _, c := range []struct {
				pack   id.Package
				digest []byte
				stale  bool
			}{{10, digest, false}, {10, mended, true}, {11, digest, false}} {
				if stale, err := shipping.Check(tx, c.pack, c.digest); err != nil || stale != c.stale {
					t.Errorf("package %s: stale %v, %v", c.pack, stale, err)
				}
			}
			return nil
		})
		want(t, use(t, d, shipping.Using{10, mended}), shipping.ErrStale)
		anew := asking(10)
		anew.Digest = mended
		want(t, ask(t, d, anew), shipping.ErrLive)
		reclaim(t, d, w)
		second := ask(t, d, anew)[0].Value.ID
		want(t, use(t, d, shipping.Using{10, mended}), shipping.ErrMove) // no number yet
		number(t, d, shipping.Numbered{second, "SF101"})
		want(t, use(t, d, shipping.Using{10, mended}), nil)
		dbtest.Read(t, d, func(tx *db.Tx) error {
			live, err := shipping.OfPackages(tx, []id.Package{10, 11})
			if len(live) != 1 || live[10].ID != second {
				t.Errorf("%v", live)
			}
			return err
		})
		clean(t, d)
	})
}

func TestReclaimNeedsAReason(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(tx *db.Tx) error {
			if _, err := shipping.Reclaim(tx, nil, " "); !errors.Is(err, shipping.ErrWhy) {
				t.Error(err)
			}
			return nil
		})
	})
}

func TestAuditFinds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := ask(t, d, asking(10))[0].Value.ID
		number(t, d, shipping.Numbered{w, "SF100"})
		record(t, d, event(10, 5, shipping.PickedUp))
		clean(t, d)
		set := func(table, column, wrong, right string) [2]string {
			return [2]string{"UPDATE " + table + " SET " + column + " = " + wrong, "UPDATE " + table + " SET " + column + " = " + right}
		}
		for name, c := range map[string]struct {
			sql  [2]string
			want string
		}{
			"an_unknown_state":    {set("waybills", "state", "'gone'", "'numbered'"), "not known"},
			"a_lost_number":       {set("waybills", "number", "''", "'SF100'"), "its number is"},
			"a_number_too_early":  {set("waybills", "state", "'asked'", "'numbered'"), "its number is"},
			"a_missing_time":      {set("waybills", "numbered_at", "0", "1"), "the time of it"},
			"a_wrong_parcel":      {set("waybills", "tracked", "'delivered'", "'picked_up'"), "its events say"},
			"news_of_another":     {set("trackings", "waybill_id", "waybill_id + 1", "waybill_id - 1"), "which is not its"},
			"a_silent_change":     {set("waybills", "version", "version + 1", "version - 1"), "its journal is not"},
			"a_change_taken_back": {set("waybills", "version", "version - 1", "version + 1"), "its journal is not"},
		} {
			t.Run(name, func(t *testing.T) {
				dbtest.Write(t, d, func(tx *db.Tx) error { _, err := tx.Exec(c.sql[0]); return err })
				if all := audit(t, d); !strings.Contains(all, c.want) {
					t.Errorf("found %q, want %q", all, c.want)
				}
				dbtest.Write(t, d, func(tx *db.Tx) error { _, err := tx.Exec(c.sql[1]); return err })
				clean(t, d)
			})
		}
	})
}

func TestAskedAndLoadedAreEqual(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := ask(t, d, asking(10))[0].Value
		if diff := cmp.Diff(w, get(t, d, w.ID), cmp.AllowUnexported(shipping.Waybill{})); diff != "" {
			t.Fatal(diff)
		}
	})
}
