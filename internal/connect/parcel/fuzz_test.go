package parcel

import (
	"bytes"
	"io"
	"net/http"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/shipping"
)

// said is a carrier that always answers the same.
type said struct {
	status int
	body   []byte
}

func (s said) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: s.status, Body: io.NopCloser(bytes.NewReader(s.body)), Header: http.Header{}, Request: r}, nil
}

// Whatever a carrier answers is news, a number, or a fault that says whether anything
// may have been done; and what is refused is never taken for done.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{``, `{}`, `null`, `[]`, `{"number":"FQ1"}`, `{"number":5}`, `{"number":"\u0000"}`, `{"events":[{"at":"2026-03-02T10:00:00Z","code":"GOT","text":"已揽收"}]}`,
		`{"events":[{"at":"0000-01-01T00:00:00Z","code":""}]}`, `{"events":[{"at":"9999-12-31T23:59:59.999999999+23:59","code":"SIGN","text":"\ud800"}]}`, `{"events":null}`, `{"events":[null]}`,
		`{"events":[{"at":"","code":"SIGN"}]}`, `{"events":` + string(bytes.Repeat([]byte("["), 10_000)), "\xff"} {
		for _, status := range []int{200, 204, 302, 404, 429, 500, 503} {
			f.Add(status, []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 100 || status > 999 {
			return
		}
		c := New(Options{URL: "http://carrier.example"})
		c.http = &http.Client{Transport: said{status, body}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		wantFault := func(what string, err error) {
			t.Helper()
			if err == nil && status != http.StatusOK {
				t.Errorf("%s: %d is taken for an answer", what, status)
			}
			if err == nil {
				return
			}
			said := fault.Of(err)
			if said.ZH == "" || said.Kind == fault.Internal {
				t.Errorf("%s: %d %q: %v", what, status, body, err)
			}
			if status >= 500 && status != http.StatusServiceUnavailable && said.Kind != fault.Unknown {
				t.Errorf("%s: after %d it says that nothing was done: %v", what, status, err)
			}
		}
		_, err := c.Number(t.Context(), "W-1", shipping.Shipment{Service: "STANDARD"})
		wantFault("a number", err)
		_, found, err := c.Lookup(t.Context(), "W-1")
		if found && status != http.StatusOK {
			t.Errorf("%d finds a number", status)
		}
		if status != http.StatusNotFound {
			wantFault("a look-up", err)
		}
		events, err := c.Track(t.Context(), "FQ1")
		wantFault("news", err)
		if err != nil && len(events) > 0 {
			t.Errorf("%d events beside %v", len(events), err)
		}
		for _, e := range events {
			if at := e.At.Time(); at.Year() < -1 || at.After(time.Date(10000, 1, 3, 0, 0, 0, 0, time.UTC)) || e.At != db.At(at) {
				t.Errorf("%q: an event at %v", body, at)
			}
		}
	})
}
