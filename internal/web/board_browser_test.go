package web_test

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
)

// Seven tabs with a board hold one connection: a browser has six for a house, so that
// without it no further page would come.
func TestTabsShareOneStream(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
	live(t, d)
	s := raise(t, d)
	var streams, most atomic.Int64
	inner := s.server.Config.Handler
	s.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/board/stream" {
			most.Store(max(most.Load(), streams.Add(1)))
			defer streams.Add(-1)
		}
		inner.ServeHTTP(w, r)
	})
	s.hire("owner", everywhere(), "owner")
	b := s.browse("owner")
	b.open("/dashboard")
	for range 6 {
		ctx, stop := chromedp.NewContext(b.ctx)
		defer stop()
		tab := &browser{stage: s, ctx: ctx}
		tab.open("/dashboard")
		tab.until(`document.getElementById("pulse").className === "pulse live"`)
	}
	if n := most.Load(); n != 1 {
		t.Errorf("up to %d streams were open at once, want one", n)
	}
	b.quiet()
}
