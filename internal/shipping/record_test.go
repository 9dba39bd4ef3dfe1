package shipping_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/shipping"
)

func event(pack id.Package, minute int, state shipping.Parcel) shipping.Event {
	return shipping.Event{Package: pack, At: db.Instant(minute) * 60e6, Code: "c-" + string(state), State: state, Text: "快件已到【上海】"}
}

func record(t *testing.T, d *db.DB, events ...shipping.Event) (changes []shipping.Change) {
	t.Helper()
	dbtest.Write(t, d, func(tx *db.Tx) (err error) { changes, err = shipping.Record(tx, events); return err })
	return changes
}

func numbered(t *testing.T, d *db.DB, pack id.Package) id.Waybill {
	t.Helper()
	w := ask(t, d, asking(pack))[0].Value.ID
	number(t, d, shipping.Numbered{w, fmt.Sprintf("SF%06d", pack)})
	return w
}

func TestRecord(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := numbered(t, d, 10)
		t.Run("record/gives_the_change_and_what_the_package_becomes", func(t *testing.T) {
			got := record(t, d, event(10, 5, shipping.InTransit), event(10, 1, shipping.Created))
			want := []shipping.Change{{Package: 10, Waybill: w, To: shipping.InTransit, Becomes: fulfilment.InTransit}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatal(diff)
			}
		})
		t.Run("record/the_same_or_older_news_changes_nothing", func(t *testing.T) {
			again := []shipping.Event{event(10, 5, shipping.InTransit), event(10, 5, shipping.InTransit), event(10, 3, shipping.PickedUp)}
			if got := record(t, d, again...); len(got) != 0 {
				t.Fatalf("%v", got)
			}
		})
		t.Run("record/what_only_was_ordered_moves_no_package", func(t *testing.T) {
			numbered(t, d, 20)
			got := record(t, d, event(20, 1, shipping.Created))
			if len(got) != 1 || got[0].To != shipping.Created || got[0].Becomes != "" {
				t.Fatalf("%v", got)
			}
		})
		t.Run("record/news_without_a_number_is_kept_and_changes_nothing", func(t *testing.T) {
			if got := record(t, d, event(30, 1, shipping.Delivered)); len(got) != 0 || len(timeline(t, d, 30)) != 1 {
				t.Fatalf("%v", got)
			}
		})
		t.Run("record/strange_text_and_phones_are_tidied", func(t *testing.T) {
			e := event(10, 6, "teleported")
			e.Text, e.Code = "派件员\x00张三 13812345678,13987654321 单号 SF13812345678901\xff", strings.Repeat("长", 50)
			if got := record(t, d, e); len(got) != 0 {
				t.Fatalf("%v", got)
			}
			line := timeline(t, d, 10)
			got := line[len(line)-1]
			if got.Text != "派件员张三 138****5678,139****4321 单号 SF13812345678901?" || len([]rune(got.Code)) != 40 || got.SeenAt == 0 {
				t.Fatalf("%+v", got)
			}
		})
		if got := what(t, d, w); got != "asked numbered tracked" {
			t.Fatal(got)
		}
		clean(t, d)
	})
}

func timeline(t *testing.T, d *db.DB, pack id.Package) (line []shipping.Event) {
	t.Helper()
	dbtest.Read(t, d, func(tx *db.Tx) (err error) { line, err = shipping.Timeline(tx, pack); return err })
	return line
}

// The carrier cancels an old number after the package has a new one.
func TestNewsOfAReclaimedNumber(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		old := numbered(t, d, 10)
		record(t, d, event(10, 1, shipping.Created))
		reclaim(t, d, old)
		fresh := ask(t, d, asking(10))[0].Value.ID
		number(t, d, shipping.Numbered{fresh, "SF777777"})
		record(t, d, event(10, 2, shipping.PickedUp))
		late := event(10, 9, shipping.Cancelled)
		late.Waybill = old
		if got := record(t, d, late); len(got) != 0 {
			t.Fatalf("%v", got)
		}
		if got := get(t, d, fresh); got.Tracked != shipping.PickedUp {
			t.Fatalf("%+v", got)
		}
		if n := len(timeline(t, d, 10)); n != 3 {
			t.Fatalf("%d lines", n)
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			stands, err := shipping.Stands(tx, []id.Package{10, 11})
			if !cmp.Equal(stands, map[id.Package]fulfilment.State{10: fulfilment.InTransit}) {
				t.Errorf("%v", stands)
			}
			return err
		})
		clean(t, d)
	})
}

// Every message repeated one to five times, shuffled and cut into any batches
// ends as the tidy sequence does, and every step on the way is one that the
// package's own table allows.
func TestShuffledNewsEndsTheSame(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		pack := id.Package(0)
		rapid.Check(t, func(rt *rapid.T) {
			pack += 2
			tidy, messy := pack, pack+1
			numbered(t, d, tidy)
			numbered(t, d, messy)
			events := drawNews(rt)
			var many []shipping.Event
			for _, e := range events {
				many = append(many, slices.Repeat([]shipping.Event{e}, rapid.IntRange(1, 5).Draw(rt, "times"))...)
			}
			many = rapid.Permutation(many).Draw(rt, "shuffled")
			slices.SortStableFunc(events, func(a, b shipping.Event) int { return int(a.At - b.At) })
			first, err := follow(d, tidy, [][]shipping.Event{events})
			if err != nil {
				rt.Fatal("tidy: ", err)
			}
			second, err := follow(d, messy, slices.Collect(slices.Chunk(many, rapid.IntRange(1, 9).Draw(rt, "batch"))))
			if err != nil {
				rt.Fatal("messy: ", err)
			}
			if first != second {
				rt.Fatalf("tidy ends %+v, messy %+v", first, second)
			}
		})
		clean(t, d)
	})
}

func drawNews(rt *rapid.T) []shipping.Event {
	words := append(shipping.Parcels(), "teleported")
	news := rapid.Custom(func(rt *rapid.T) shipping.Event {
		return event(0, rapid.IntRange(1, 12).Draw(rt, "minute"), rapid.SampledFrom(words).Draw(rt, "state"))
	})
	return rapid.SliceOfN(news, 1, 8).Draw(rt, "news")
}

// ending is where a parcel and its package stand and how long its timeline is.
type ending struct {
	parcel shipping.Parcel
	pack   fulfilment.State
	lines  int
}

// follow records batches for one package and moves it as the changes say.
func follow(d *db.DB, pack id.Package, batches [][]shipping.Event) (ending, error) {
	end := ending{pack: fulfilment.HandedOver}
	for _, batch := range batches {
		for i := range batch {
			batch[i].Package = pack
		}
		err := d.Write(context.Background(), dbtest.By, func(tx *db.Tx) error {
			changes, err := shipping.Record(tx, batch)
			for _, c := range changes {
				if c.From != end.parcel {
					return fmt.Errorf("it comes from %q, and stood at %q", c.From, end.parcel)
				}
				end.parcel = c.To
				if c.Becomes != "" && c.Becomes != end.pack {
					if !allowed(end.pack, c.Becomes) {
						return fmt.Errorf("the package cannot go from %s to %s", end.pack, c.Becomes)
					}
					end.pack = c.Becomes
				}
			}
			return err
		})
		if err != nil {
			return end, err
		}
	}
	err := d.Read(context.Background(), func(tx *db.Tx) error {
		line, err := shipping.Timeline(tx, pack)
		end.lines = len(line)
		return err
	})
	return end, err
}

func allowed(from, to fulfilment.State) bool {
	return slices.Contains(fulfilment.Moves(), [4]string{"package", string(from), string(to), "move"})
}
