package shipping_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/shipping"
)

// stubborn is the worst carrier there may be: it gives a new number each time it
// is asked, whatever the key, and its line breaks as the script says.
type stubborn struct {
	script []string
	given  map[string][]string
	asked  func()
}

var errDown = fault.New(fault.Transient, "down", "连不上", "It is down")

func (c *stubborn) next() string {
	if len(c.script) == 0 {
		return "well"
	}
	word := c.script[0]
	c.script = c.script[1:]
	return word
}

func (c *stubborn) Number(_ context.Context, key string, _ shipping.Shipment) (string, error) {
	if c.asked != nil {
		c.asked()
	}
	how := c.next()
	if how == "down" {
		return "", errDown
	}
	number := fmt.Sprintf("ST-%s-%d", key, len(c.given[key]))
	c.given[key] = append(c.given[key], number)
	switch how {
	case "answer_lost":
		return "", fault.New(fault.Unknown, "lost", "未知", "Nobody knows")
	case "garbled":
		return "", errors.New("unexpected end of JSON")
	case "empty":
		return "", nil
	case "dies":
		panic("the process dies here")
	}
	return number, nil
}

func (c *stubborn) Lookup(_ context.Context, key string) (string, bool, error) {
	switch c.next() {
	case "down":
		return "", false, errDown
	case "garbled", "answer_lost":
		return "", false, errors.New("unexpected end of JSON")
	}
	if given := c.given[key]; len(given) > 0 {
		return given[0], true, nil
	}
	return "", false, nil
}

func (c *stubborn) Track(_ context.Context, _ string) ([]shipping.Event, error) {
	return []shipping.Event{{At: 1, Code: "50", State: shipping.PickedUp}}, nil
}

// fetch makes one attempt; a death in it leaves everything as it lies.
func fetch(d *db.DB, c *stubborn, w id.Waybill, recorded bool) (err error) {
	defer func() {
		if recover() != nil {
			err = errDied
		}
	}()
	finish, err := shipping.Fetch(context.Background(), d, c, w)
	if err != nil || !recorded {
		return err
	}
	return d.Write(context.Background(), dbtest.By, finish)
}

var errDied = errors.New("died")

// Whatever breaks at whatever moment, a carrier that would give a second number
// for a key is never asked for one, and the number arrives in the end.
func TestNeverTwoNumbersForOneKey(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			clock, pack := dbtest.NewClock(), id.Package(0)
			d := dbtest.Open(t, engine, db.Options{Clock: clock.Now})
			rapid.Check(t, func(rt *rapid.T) {
				pack++
				w := ask(t, d, asking(pack))[0].Value
				breaks := rapid.SampledFrom([]string{"well", "down", "answer_lost", "garbled", "empty", "dies"})
				c := &stubborn{given: map[string][]string{}, script: rapid.SliceOfN(breaks, 0, 6).Draw(rt, "breaks")}
				for range rapid.IntRange(0, 5).Draw(rt, "attempts") {
					_ = fetch(d, c, w.ID, rapid.Bool().Draw(rt, "recorded"))
					if rapid.Bool().Draw(rt, "much_later") {
						clock.Advance(3 * time.Minute)
					}
				}
				c.script = nil // the line is mended
				clock.Advance(3 * time.Minute)
				if err := fetch(d, c, w.ID, true); err != nil {
					rt.Fatal(err)
				}
				if got := get(t, d, w.ID); len(c.given[w.Key()]) != 1 || got.Number != c.given[w.Key()][0] {
					rt.Fatalf("given %v, written down %q", c.given[w.Key()], got.Number)
				}
			})
			clean(t, d)
		})
	}
}

func TestFetch(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		t.Run("fetch/while_another_is_under_way_waits", func(t *testing.T) {
			w, calls := ask(t, d, asking(10))[0].Value.ID, 0
			c := &stubborn{given: map[string][]string{}}
			c.asked = func() {
				calls++
				if err := fetch(d, c, w, true); !errors.Is(err, shipping.ErrUnderWay) {
					t.Errorf("a second attempt at the same time: %v", err)
				}
			}
			if err := fetch(d, c, w, true); err != nil || calls != 1 {
				t.Fatalf("%d calls, %v", calls, err)
			}
		})
		t.Run("fetch/after_a_certain_refusal_asks_again_at_once", func(t *testing.T) {
			w := ask(t, d, asking(11))[0].Value.ID
			c := &stubborn{given: map[string][]string{}, script: []string{"down"}}
			if err := fetch(d, c, w, true); !errors.Is(err, errDown) {
				t.Fatal(err)
			}
			if err := fetch(d, c, w, true); err != nil {
				t.Fatal(err)
			}
		})
		t.Run("fetch/of_a_numbered_one_asks_nobody", func(t *testing.T) {
			w := numbered(t, d, 12)
			if err := fetch(d, &stubborn{script: []string{"dies", "dies"}}, w, true); err != nil {
				t.Fatal(err)
			}
		})
		t.Run("fetch/of_a_reclaimed_or_missing_one_is_refused", func(t *testing.T) {
			w := ask(t, d, asking(13))[0].Value.ID
			reclaim(t, d, w)
			if err := fetch(d, &stubborn{}, w, true); !errors.Is(err, shipping.ErrMove) {
				t.Fatal(err)
			}
			if err := fetch(d, &stubborn{}, 1, true); !errors.Is(err, shipping.ErrMissing) {
				t.Fatal(err)
			}
		})
		t.Run("fetch/reclaimed_while_the_carrier_answers_is_refused_at_the_end", func(t *testing.T) {
			w := ask(t, d, asking(14))[0].Value.ID
			c := &stubborn{given: map[string][]string{}, asked: func() { reclaim(t, d, w) }}
			if err := fetch(d, c, w, true); !errors.Is(err, shipping.ErrMove) {
				t.Fatal(err)
			}
		})
		clean(t, d)
	})
}

func TestFollow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := numbered(t, d, 10)
		events, err := shipping.Follow(context.Background(), d, &stubborn{}, w)
		if err != nil || len(events) != 1 || events[0].Package != 10 || events[0].Waybill != w {
			t.Fatalf("%v, %v", events, err)
		}
		bare := ask(t, d, asking(11))[0].Value.ID
		if _, err := shipping.Follow(context.Background(), d, &stubborn{}, bare); !errors.Is(err, shipping.ErrNotNumbered) {
			t.Fatal(err)
		}
	})
}
