package web_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/id"
	"baihuo/internal/insight"
	"baihuo/internal/staff"
)

// The boards show the day's figures, each with the list it counts, in both languages,
// and nothing of a person.
func TestBoards(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		live(t, d)
		if _, err := insight.Reader().Turn(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		v := owner(t, d)
		for _, path := range []string{"/dashboard", "/big", "/m"} {
			for lang, want := range map[string]string{"zh": "今日订单", "en": "Orders today"} {
				status, page, _ := get(t, v, path, lang)
				if status != 200 || !strings.Contains(page, want) || !strings.Contains(page, `id="figure-orders"><b>16</b>`) {
					t.Errorf("%s %s: %d\n%s", lang, path, status, text(page))
				}
				for _, secret := range []string{"陈*平", "陈小平", "13800138000"} {
					if strings.Contains(page, secret) {
						t.Errorf("%s shows %s", path, secret)
					}
				}
			}
		}
		var b struct {
			Today struct{ Orders, Units int64 }
			Hours []int64
			Top   []struct{ Units int64 }
		}
		a := v.get("/board.json")
		if err := json.Unmarshal([]byte(a.body), &b); err != nil || b.Today.Orders != 16 || len(b.Hours) != 24 || len(b.Top) == 0 {
			t.Errorf("%v %s", err, a.body)
		}
	})
}

// A stream sends the board at once, and ends when its session does and when the house
// closes.
func TestBoardStream(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
	live(t, d)
	v := owner(t, d)
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	r, err := http.NewRequestWithContext(ctx, "GET", v.server.URL+"/board/stream?part=live", nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := v.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	lines := bufio.NewScanner(got.Body)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() || lines.Text() != "event: board" || !lines.Scan() || !strings.HasPrefix(lines.Text(), "data: {") {
		t.Fatalf("%s %q", got.Status, lines.Text())
	}
	v.site.Close()
	for lines.Scan() {
	}
	if ctx.Err() != nil {
		t.Error("the stream went on after the house closed")
	}
}

// Who sees one shop counts that shop alone.
func TestBoardWithinScope(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := live(t, d)
		if _, err := insight.Reader().Turn(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		s := raise(t, d)
		s.hire("web", staff.Scope{Shops: []id.Shop{w.h.Shops["WEB"].ID}, AllWarehouses: true}, "reader")
		if _, page, _ := get(t, s.in("web"), "/dashboard", "zh"); !strings.Contains(page, `id="figure-orders"><b>1</b>`) {
			t.Errorf("%s", text(page))
		}
	})
}
