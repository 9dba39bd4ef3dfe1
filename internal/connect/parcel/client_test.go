package parcel_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"baihuo/internal/connect/parcel"
	"baihuo/internal/fault"
	"baihuo/internal/shipping"
	sim "baihuo/internal/sim/parcel"
)

var start = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func TestClient(t *testing.T) {
	now := start
	server := httptest.NewServer(sim.Handler(sim.Options{Seed: 1, Now: func() time.Time { return now }}))
	defer server.Close()
	c := parcel.New(parcel.Options{URL: server.URL, Collected: func(_ context.Context, number string) (time.Time,
		error) {
		if strings.HasSuffix(number, "0") {
			return time.Time{}, nil
		}
		return start, nil
	}})
	kinds := map[fault.Kind]int{}
	words := map[shipping.Parcel]int{}
	for i := range 400 {
		key := fmt.Sprintf("W-%d", i)
		now = start
		number, err := c.Number(t.Context(), key, shipping.Shipment{Service: "STANDARD"})
		if err != nil {
			kinds[fault.KindOf(err)]++
			continue
		}
		if same, found, err := c.Lookup(t.Context(), key); err != nil || found && same != number {
			t.Fatalf("look-up of %s: %q %v, want %q", key, same, err, number)
		}
		now = start.Add(300 * time.Hour)
		events, err := c.Track(t.Context(), number)
		if err != nil {
			t.Fatal(err)
		}
		if collected := !strings.HasSuffix(number, "0"); collected != (len(events) > 0) {
			t.Fatalf("%s: %d events", number, len(events))
		}
		for _, e := range events {
			words[e.State]++
			if !e.State.Known() || e.At == 0 || e.Text == "" {
				t.Errorf("event %+v", e)
			}
		}
	}
	if kinds[fault.Transient] == 0 || kinds[fault.Unknown] == 0 {
		t.Errorf("no trouble met: %v", kinds)
	}
	if words[shipping.Delivered] == 0 || words[shipping.AtLocker] == 0 || words[shipping.InTransit] == 0 {
		t.Errorf("words %v", words)
	}
}

func TestClientFaults(t *testing.T) {
	cases := map[string]struct {
		answer http.HandlerFunc
		want   fault.Kind
	}{
		"busy_did_nothing": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) },
			fault.Transient},
		"server_error_may_have_done": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
			fault.Unknown},
		"refusal_is_told": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(400) },
			fault.Invalid},
		"no_json_may_have_done": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") },
			fault.Unknown},
		"endless_answer_is_cut": {func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"number":"`+strings.Repeat("1", 2<<20)+`"}`)
		}, fault.Unknown},
		"cut_connection_may_have_done": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			fault.Unknown},
		"slow_answer_may_have_done": {func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}, fault.Unknown},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.answer)
			defer server.Close()
			client := parcel.New(parcel.Options{URL: server.URL, Timeout: 200 * time.Millisecond})
			if _, err := client.Number(t.Context(), "W-1", shipping.Shipment{}); fault.KindOf(err) != c.want {
				t.Errorf("got %v, want kind %v", err, c.want)
			}
		})
	}
	t.Run("nobody_there_did_nothing", func(t *testing.T) {
		server := httptest.NewServer(nil)
		server.Close()
		client := parcel.New(parcel.Options{URL: server.URL})
		if _, _, err := client.Lookup(t.Context(), "W-1"); fault.KindOf(err) != fault.Transient {
			t.Errorf("got %v", err)
		}
	})
}
