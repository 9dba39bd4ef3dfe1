package parcel_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"baihuo/internal/sim/parcel"
)

var start = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func serve(t *testing.T, now *time.Time, seed uint64) string {
	t.Helper()
	s := httptest.NewServer(parcel.Handler(parcel.Options{Seed: seed, Now: func() time.Time { return *now }}))
	t.Cleanup(s.Close)
	return s.URL
}

func ask(t *testing.T, base, key string) (status int, number string) {
	t.Helper()
	r, err := http.Post(base+"/waybills", "application/json", strings.NewReader(fmt.Sprintf(`{"key":%q}`, key)))
	if err != nil {
		t.Fatal(err)
	}
	return read(t, r)
}

func read(t *testing.T, r *http.Response) (int, string) {
	t.Helper()
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	var n struct{ Number string }
	if err := json.Unmarshal(body, &n); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return r.StatusCode, n.Number
}

func TestWaybills(t *testing.T) {
	now := start
	base := serve(t, &now, 1)
	failed := map[int]int{}
	numbers := map[string]bool{}
	for i := range 600 {
		key := fmt.Sprintf("W-%d", i)
		status, number := ask(t, base, key)
		for range 50 { // asking later helps
			if status == http.StatusOK {
				break
			}
			failed[status]++
			now = now.Add(5 * time.Minute)
			status, number = ask(t, base, key)
		}
		if status != http.StatusOK || numbers[number] {
			t.Fatalf("%s: status %d, number %q (known before: %v)", key, status, number, numbers[number])
		}
		numbers[number] = true
		if again, same := ask(t, base, key); again == http.StatusOK && same != number {
			t.Fatalf("%s has numbers %s and %s", key, number, same)
		}
		r, err := http.Get(base + "/waybills?key=" + key)
		if err != nil {
			t.Fatal(err)
		}
		if status, same := read(t, r); status == http.StatusOK && same != number || status >= 500 {
			t.Fatalf("look-up of %s: %d %s, want %s", key, status, same, number)
		}
	}
	for _, status := range []int{500, 502, 503} {
		if failed[status] == 0 {
			t.Errorf("no answer was ever %d: %v", status, failed)
		}
	}
	t.Run("without_key_is_refused", func(t *testing.T) {
		if status, _ := ask(t, base, ""); status != http.StatusBadRequest {
			t.Errorf("status %d", status)
		}
	})
}

type line struct {
	At   time.Time
	Code string
}

func track(t *testing.T, base, number string, collected time.Time) []line {
	t.Helper()
	at := collected.Format(time.RFC3339)
	r, err := http.Get(base + "/track?number=" + number + "&collected_at=" + url.QueryEscape(at))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var n struct{ Events []line }
	if err := json.NewDecoder(r.Body).Decode(&n); err != nil {
		t.Fatal(err)
	}
	return n.Events
}

func TestTrack(t *testing.T) {
	now := start
	base := serve(t, &now, 1)
	ends := map[string]int{}
	shuffled := 0
	for i := range 1000 {
		number := fmt.Sprintf("PX%06d", i)
		now = start.Add(300 * time.Hour)
		events := track(t, base, number, start)
		if len(events) == 0 {
			t.Fatalf("%s: no news", number)
		}
		byTime := func(a, b line) int { return a.At.Compare(b.At) }
		if !slices.IsSortedFunc(events, byTime) {
			shuffled++
		}
		slices.SortStableFunc(events, byTime)
		ends[events[len(events)-1].Code]++
		now = start.Add(20 * time.Hour)
		for _, early := range track(t, base, number, start) {
			if early.At.After(now) || !slices.Contains(events, early) {
				t.Fatalf("%s: %v is not of the way %v", number, early, events)
			}
		}
	}
	if ends["SIGN"] < 900 || ends["RETURN_SIGN"] < 5 || ends["SIGN"]+ends["RETURN_SIGN"] != 1000 || shuffled < 50 {
		t.Errorf("ends %v, %d in a strange order", ends, shuffled)
	}
	t.Run("not_collected_has_no_news", func(t *testing.T) {
		r, err := http.Get(base + "/track?number=PX01")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		body, _ := io.ReadAll(r.Body)
		if strings.TrimSpace(string(body)) != `{"number":"PX01","events":[]}` {
			t.Errorf("%s", body)
		}
	})
	t.Run("a_restart_tells_the_same", func(t *testing.T) {
		now = start.Add(100 * time.Hour)
		other := serve(t, &now, 1)
		if a, b := track(t, base, "PX07", start), track(t, other, "PX07", start); !slices.Equal(a, b) {
			t.Errorf("%v and %v", a, b)
		}
	})
}
