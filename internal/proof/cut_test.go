package proof

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/order"
)

// The connection to PostgreSQL is cut around a COMMIT, in every way that a
// network has, and the orders are sent again under the same numbers. None is
// there twice, none is missing, and what was said to be certainly not done was
// not done.
func TestCommitCut(t *testing.T) {
	cuts := figure(40, 1000)
	p := begin(t, "connection cut during COMMIT, postgres")
	direct := furnish(t, db.Postgres, 1_000_000)
	w := newWire(t, direct)
	d := open(t, w.url, db.Options{Lanes: 2})
	h := flowtest.Join(t, d)
	unknown, done := 0, 0
	for n := range cuts {
		prepared := three(h, fmt.Sprintf("C%d", n))
		err := w.cutWhile(p, n, d, h.Kit, prepared)
		if err != nil {
			there := w.count(prepared)
			switch k := fault.KindOf(err); {
			case there != 0 && there != len(prepared):
				t.Fatalf("cut %d: half a batch is there: %d", n, there)
			case k == fault.Unknown:
				unknown++
				if there > 0 {
					done++
				}
			case k != fault.Transient && k != fault.Busy:
				t.Fatalf("cut %d: %v", n, err)
			case there > 0:
				t.Fatalf("cut %d: said to be not done and is there: %v", n, err)
			}
		}
		w.mend()
		repeat(t, d, h.Kit, prepared)
		if there := w.count(prepared); there != len(prepared) {
			t.Fatalf("cut %d: %d of %d orders after the repeat", n, there, len(prepared))
		}
	}
	clean(t, open(t, direct, db.Options{}))
	p.kept("%d cuts, %d answers unknown of which %d had been done; after the repeat each order once, check clean", cuts, unknown, done)
}

func three(h *flowtest.House, no string) []flow.Prepared {
	var drafts []*order.Draft
	for i, code := range []string{"SHAMPOO", "KIT", "PAN"} {
		drafts = append(drafts, h.Draft("TB", fmt.Sprintf("%s-%d", no, i), flowtest.Item{Code: code, Qty: 1}))
	}
	return flow.Prepare(h.Kit, h.Shops, drafts)
}

// repeat sends the same numbers again until they are acknowledged.
func repeat(t *testing.T, d *db.DB, kit flow.Kit, prepared []flow.Prepared) {
	t.Helper()
	var err error
	for range 20 {
		var outcomes []fault.Outcome[flow.Accepted]
		err = d.Write(context.Background(), dbtest.By, func(tx *db.Tx) (err error) {
			outcomes, err = flow.Accept(tx, kit, prepared)
			return err
		})
		if err == nil {
			for _, o := range outcomes {
				if o.Fault != nil {
					t.Fatal(o.Fault)
				}
			}
			return
		}
	}
	t.Fatalf("the repeat: %v", err)
}

// wire is a connection to PostgreSQL that can be cut, and one beside it that
// cannot.
type wire struct {
	t     *testing.T
	proxy *toxiproxy.Proxy
	url   string
	side  *sql.DB
	name  string
}

func newWire(t *testing.T, direct string) *wire {
	t.Helper()
	u, err := url.Parse(direct)
	if err != nil {
		t.Fatal(err)
	}
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.New(io.Discard).Level(zerolog.Disabled))
	proxy := toxiproxy.NewProxy(server, "postgres", "127.0.0.1:0", u.Host)
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Stop)
	side, err := sql.Open("pgx", direct)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = side.Close() })
	w := &wire{t: t, proxy: proxy, side: side, name: strings.TrimPrefix(u.Path, "/")}
	u.Host = proxy.Listen
	w.url = u.String()
	return w
}

// cutWhile accepts orders and cuts the wire: at the end of the work, so that the
// cut meets the COMMIT, or at a random moment of it.
func (w *wire) cutWhile(p *promise, n int, d *db.DB, kit flow.Kit, prepared []flow.Prepared) error {
	cut, ended := w.someCut(p), make(chan struct{})
	early := n%3 == 0
	if early {
		timer := time.AfterFunc(time.Duration(p.Int64N(int64(15*time.Millisecond))), func() { cut(); close(ended) })
		defer func() {
			if !timer.Stop() {
				<-ended
			}
		}()
	}
	first := true
	return d.Write(context.Background(), dbtest.By, func(tx *db.Tx) error {
		_, err := flow.Accept(tx, kit, prepared)
		if err == nil && !early && first {
			tx.Last(func(*db.Tx) error { cut(); return nil })
		}
		first = false
		return err
	})
}

// someCut gives a way to cut: the peer resets, the line falls silent and then
// closes, it closes after some bytes, in either direction; or the server ends
// the session.
func (w *wire) someCut(p *promise) func() {
	stream := []string{"upstream", "downstream"}[p.IntN(2)]
	toxic := func(kind, attributes string) func() {
		text := fmt.Sprintf(`{"name":"cut","type":%q,"stream":%q,"attributes":{%s}}`, kind, stream, attributes)
		return func() {
			if _, err := w.proxy.Toxics.AddToxicJson(strings.NewReader(text)); err != nil {
				w.t.Errorf("toxic: %v", err)
			}
		}
	}
	switch p.IntN(4) {
	case 0:
		return toxic("reset_peer", fmt.Sprintf(`"timeout":%d`, p.IntN(4)))
	case 1:
		return toxic("timeout", fmt.Sprintf(`"timeout":%d`, 1+p.IntN(10)))
	case 2:
		return toxic("limit_data", fmt.Sprintf(`"bytes":%d`, p.IntN(300)))
	}
	return func() {
		if _, err := w.side.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()`, w.name); err != nil {
			w.t.Errorf("terminate: %v", err)
		}
	}
}

// mend ends what is left of the cut connections and makes the wire whole.
func (w *wire) mend() {
	w.t.Helper()
	w.proxy.Stop()
	_ = w.proxy.Toxics.RemoveToxic(context.Background(), "cut") // there is none after a cut by the server
	if err := w.proxy.Start(); err != nil {
		w.t.Fatal(err)
	}
}

// count says how many of the orders are there, once nobody works on them.
func (w *wire) count(prepared []flow.Prepared) (n int) {
	w.t.Helper()
	var numbers []string
	for _, p := range prepared {
		numbers = append(numbers, p.Draft.ExternalNo)
	}
	w.settle()
	if err := w.side.QueryRow(`SELECT COUNT(*) FROM orders WHERE external_no = ANY($1)`, numbers).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// settle waits until no session is in the middle of a transaction: a server may
// still work on a COMMIT whose client is gone.
func (w *wire) settle() {
	w.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		var busy int
		err := w.side.QueryRow(`SELECT COUNT(*) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()
			AND state <> 'idle' AND backend_type = 'client backend'`, w.name).Scan(&busy)
		if err != nil {
			w.t.Fatal(err)
		}
		if busy == 0 {
			return
		}
	}
	_, _ = fmt.Fprintln(os.Stderr, "a session did not end within 10 s")
}
