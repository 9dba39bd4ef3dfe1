package app

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	forms "net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/webhook"
)

// manner is how a receiver that is not well treats its n-th call about one event.
type manner func(n int, take func(), r *http.Request) (status int)

var manners = map[string]manner{
	"down": nil, // nobody listens
	"slow": func(_ int, _ func(), r *http.Request) int { hangUp(r); return http.StatusOK },
	"late": func(_ int, take func(), r *http.Request) int { take(); hangUp(r); return http.StatusOK },
	"broken": func(n int, take func(), _ *http.Request) int {
		if n == 1 {
			return http.StatusInternalServerError
		}
		take()
		return http.StatusNoContent
	},
	"forgetful": func(n int, take func(), _ *http.Request) int {
		if take(); n == 1 {
			return http.StatusBadGateway
		}
		return http.StatusOK
	},
}

// hangUp waits until the hub has hung up.
func hangUp(r *http.Request) { <-r.Context().Done() }

// receiver is somebody else's system. It keeps to docs/webhooks.md: it checks the
// signature and takes each webhook-id once.
type receiver struct {
	name, endpoint, secret string
	address                string
	server                 *http.Server
	ill                    manner // nil for well

	mu    sync.Mutex
	calls map[string]int // by webhook-id
	taken map[string]bool
	last  map[string]int64 // version taken last, by object
	wrong []string
}

func (v *receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	name := r.Header.Get("webhook-id")
	v.mu.Lock()
	v.calls[name]++
	n, ill := v.calls[name], v.ill
	if !signed(v.secret, r.Header, body) {
		v.wrong = append(v.wrong, "the signature of "+name)
	}
	v.mu.Unlock()
	take := func() { v.take(name, body) }
	if ill == nil {
		take()
		return
	}
	w.WriteHeader(ill(n, take, r))
}

// signed is what anybody would write from the specification.
func signed(secret string, head http.Header, body []byte) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", head.Get("webhook-id"), head.Get("webhook-timestamp"), body)
	return err == nil && head.Get("webhook-signature") == "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// take remembers an event that is new. Of each object they come in order.
func (v *receiver) take(name string, body []byte) {
	var e struct {
		Data struct {
			ID      string
			Version int64
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.taken[name] {
		return
	}
	v.taken[name] = true
	if err := json.Unmarshal(body, &e); err != nil || e.Data.Version != v.last[e.Data.ID]+1 {
		v.wrong = append(v.wrong, fmt.Sprintf("%s version %d after %d: %v", e.Data.ID, e.Data.Version, v.last[e.Data.ID], err))
	}
	v.last[e.Data.ID] = e.Data.Version
}

// seen gives how many events were taken and how many calls came.
func (v *receiver) seen() (taken, calls int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, n := range v.calls {
		calls += n
	}
	return len(v.taken), calls
}

// counts gives how many calls came under each webhook-id.
func (v *receiver) counts() map[string]int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return maps.Clone(v.calls)
}

func (v *receiver) recovers(t *testing.T) {
	t.Helper()
	v.mu.Lock()
	v.ill = nil
	v.mu.Unlock()
	if v.name == "down" {
		v.listen(t)
	}
}

func (v *receiver) listen(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", v.address)
	if err != nil {
		t.Fatal(err)
	}
	v.server = &http.Server{Handler: v, ReadHeaderTimeout: time.Minute}
	go func() { _ = v.server.Serve(l) }()
	t.Cleanup(func() { _ = v.server.Close() })
}

// receive opens a receiver of each manner and tells the hub of them.
func receive(t *testing.T, b *hub) (all []*receiver) {
	t.Helper()
	for name, ill := range manners {
		l, err := net.Listen("tcp", "127.0.0.1:0") // a free port, kept for later
		if err != nil {
			t.Fatal(err)
		}
		v := &receiver{name: name, ill: ill, address: l.Addr().String(), calls: map[string]int{}, taken: map[string]bool{}, last: map[string]int64{}}
		_ = l.Close()
		var opened struct {
			Secret  string
			Webhook struct {
				EndpointID string `json:"endpoint_id"`
			}
		}
		b.ask("POST", "/api/v1/webhooks", fmt.Sprintf(`{"url":"http://%s/%s","events":["*"]}`, v.address, name), &opened)
		v.secret, v.endpoint = opened.Secret, opened.Webhook.EndpointID
		if name != "down" {
			v.listen(t)
		}
		all = append(all, v)
	}
	return all
}

// A receiver that is down, slow, answers after the time-out or with 500, or takes an
// event and says that it failed, is called again until it has every event: once under
// one webhook-id, of each object in order. What is replayed from the page or by the API
// comes again under the same id. All of it by the running hub.
func TestWebhooksReachSickReceivers(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			begun := time.Now()
			b := startHub(t, engine, func(h *house) {
				h.gate, _ = webhook.NewGate([]string{"127.0.0.0/8"})
				h.sending.Timeout = 300 * time.Millisecond
			})
			all := receive(t, b)
			b.trade(6)
			var want map[string]bool
			b.until("the reader has queued all that was told", func() bool { want = b.told(); return b.queued(all) == len(want)*len(all) })
			for _, v := range all {
				b.until(v.name+" was called and did not answer well", func() bool { return b.failed(v) })
				v.recovers(t)
			}
			everything := func() bool {
				b.clock.Advance(time.Minute)
				want = b.told() // passes and plans come with the clock
				return b.delivered(all) == len(want)*len(all)
			}
			b.until("everybody has everything", everything)
			before := 0
			for _, v := range all {
				taken, calls := v.seen()
				before += calls
				if taken < len(want) || calls <= taken && v.name != "down" {
					t.Errorf("%s: %d of %d taken in %d calls", v.name, taken, len(want), calls)
				}
			}
			b.replay(all, want)
			b.until("everybody has everything again", everything)
			for _, v := range all {
				v.mu.Lock()
				if !maps.Equal(v.taken, want) {
					t.Errorf("%s took %d ids after the replay, there are %d", v.name, len(v.taken), len(want))
				}
				for _, w := range v.wrong {
					t.Errorf("%s: %s", v.name, w)
				}
				v.mu.Unlock()
			}
			if !t.Failed() {
				fmt.Printf("PROOF webhooks to sick receivers, %s | %d events to %d receivers in %d calls, each taken once, in order, and again after replay | - | %.1f s\n",
					engine, len(want), len(all), before, time.Since(begun).Seconds())
			}
		})
	}
}

// trade makes n orders to which several things happen.
func (b *hub) trade(n int) {
	b.t.Helper()
	for i := range n {
		var made struct {
			OrderID string `json:"order_id"`
		}
		b.ask("POST", "/api/v1/orders", fmt.Sprintf(`{"shop":"TB","external_no":"H-%d","ordered_at":"2026-11-11T08:00:00+08:00",
			"paid_at":"2026-11-11T08:00:00+08:00","paid":"9.90","lines":[{"code":"PASTE","qty":1,"price":"9.90"}],
			"contact":{"name":"王小明","phone":"13912345678","province":"浙江省","city":"杭州市","district":"余杭区","detail":"文一西路 969 号"}}`, i), &made)
		b.ask("POST", "/api/v1/orders/"+made.OrderID+"/notes", `{"text":"请放门卫处"}`, nil)
		if i%2 == 0 {
			b.ask("POST", "/api/v1/orders/"+made.OrderID+"/cancellation", `{"why":"买家不要了"}`, nil)
		}
	}
}

// told gives the webhook-ids of all that the journal tells of.
func (b *hub) told() map[string]bool {
	b.t.Helper()
	ids := map[string]bool{}
	dbtest.Read(b.t, b.h.d, func(tx *db.Tx) error {
		return tx.Each(`SELECT object_id, version FROM journal WHERE object_kind IN ('order', 'package', 'waybill', 'hold')`, func(r db.Row) error {
			var object, version int64
			err := r.Scan(&object, &version)
			ids[fmt.Sprintf("evt_%d_%d", object, version)] = true
			return err
		})
	})
	return ids
}

type deliveries struct {
	Deliveries []struct {
		DeliveryID string `json:"delivery_id"`
		Attempts   int64
		TriedAt    string `json:"tried_at"`
	}
	Counts map[string]int
}

func (b *hub) log(v *receiver) (d deliveries) {
	b.t.Helper()
	b.ask("GET", "/api/v1/webhooks/"+v.endpoint+"/deliveries?limit=500", "", &d)
	return d
}

func (b *hub) queued(all []*receiver) (n int) {
	for _, v := range all {
		n += len(b.log(v).Deliveries)
	}
	return n
}

func (b *hub) delivered(all []*receiver) (n int) {
	for _, v := range all {
		n += b.log(v).Counts["delivered"]
	}
	return n
}

// failed says that an attempt at the receiver went wrong.
func (b *hub) failed(v *receiver) bool {
	for _, d := range b.log(v).Deliveries {
		if d.TriedAt != "" {
			return true
		}
	}
	return false
}

// replay sends everything again, to some from the page and to others by the API.
func (b *hub) replay(all []*receiver, want map[string]bool) {
	b.t.Helper()
	b.clock.Advance(time.Second) // what ended just now is in the past
	manager := b.signIn("boss", "owner")
	before := map[*receiver]map[string]int{}
	for i, v := range all {
		before[v] = v.counts()
		page := "/webhooks/" + v.endpoint
		switch i % 3 {
		case 0:
			manager.act(page, page+"/replays", forms.Values{"from": {"2026-11-11T07:00"}})
		case 1:
			for _, d := range b.log(v).Deliveries {
				manager.act(page, page+"/replays", forms.Values{"delivery": {d.DeliveryID}})
			}
		default:
			b.ask("POST", "/api/v1"+page+"/replays", `{"from":"2026-11-11T07:00:00+08:00"}`, nil)
		}
	}
	for _, v := range all {
		b.until(v.name+" hears everything again", func() bool {
			b.clock.Advance(time.Second)
			now := v.counts()
			for name := range want {
				if now[name] == before[v][name] {
					return false
				}
			}
			return true
		})
	}
}
