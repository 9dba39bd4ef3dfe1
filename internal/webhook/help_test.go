package webhook_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/seal"
	"baihuo/internal/webhook"
)

// rig is a hub with receivers: a database, a clock, a key and a sender that may call
// this machine.
type rig struct {
	t     testing.TB
	d     *db.DB
	clock *dbtest.Clock
	kit   webhook.Kit
	send  *webhook.Sender
	seen  map[int64]int64 // versions written, by object
}

func each(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Clock: clock.Now}, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.NewClock().Now())
		test(t, newRig(t, d, clock))
	})
}

func newRig(t testing.TB, d *db.DB, clock *dbtest.Clock) *rig {
	t.Helper()
	r := &rig{t: t, d: d, clock: clock, seen: map[int64]int64{}}
	r.kit = webhook.Kit{Keys: seal.NewKeyring(rand.Reader, seal.Key{Version: 1}), Gate: gate(t, "127.0.0.0/8")}
	r.send = webhook.NewSender(d, r.kit, webhook.Options{Timeout: 5 * time.Second})
	return r
}

func (r *rig) write(fn func(tx *db.Tx) error) { r.t.Helper(); dbtest.Write(r.t, r.d, fn) }
func (r *rig) read(fn func(tx *db.Tx) error)  { r.t.Helper(); dbtest.Read(r.t, r.d, fn) }

// open adds an endpoint that asks for everything, and gives its secret.
func (r *rig) open(url string, kinds ...string) (e webhook.Endpoint, secret string) {
	r.t.Helper()
	if len(kinds) == 0 {
		kinds = []string{"*"}
	}
	r.write(func(tx *db.Tx) (err error) {
		e, secret, err = webhook.Open(tx, r.kit, webhook.Draft{URL: url, Kinds: kinds}, "")
		return err
	})
	return e, secret
}

// happen writes the next event of each object, in one transaction, and has the
// reader follow.
func (r *rig) happen(objects ...int64) {
	r.t.Helper()
	r.write(func(tx *db.Tx) error {
		for _, o := range objects {
			r.seen[o]++
			journal.Write(tx, journal.Entry{Kind: "package", ID: o, Version: r.seen[o], What: "handed_over", Payload: `{"from":"packed"}`})
		}
		return nil
	})
	r.follow()
}

func (r *rig) follow() {
	r.t.Helper()
	for {
		n, err := webhook.Reader().Turn(context.Background(), r.d)
		if err != nil {
			r.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// round sends what is due and gives the number of attempts.
func (r *rig) round() int {
	r.t.Helper()
	n, err := r.send.Send(context.Background())
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}

// log gives an endpoint's deliveries as "object.version state attempts status", the
// oldest first.
func (r *rig) log(e id.Endpoint) (all []string) {
	r.t.Helper()
	r.read(func(tx *db.Tx) error {
		list, err := webhook.Deliveries(tx, webhook.Filter{Endpoint: e})
		for _, d := range slices.Backward(list) {
			all = append(all, fmt.Sprintf("%d.%d %s %d %d", d.Object, d.Version, d.State, d.Attempts, d.Status))
		}
		return err
	})
	return all
}

func (r *rig) get(e id.Endpoint) (got webhook.Endpoint) {
	r.t.Helper()
	r.read(func(tx *db.Tx) (err error) { got, err = webhook.Get(tx, e); return err })
	return got
}

// sound proves the room's own books and the journal's.
func (r *rig) sound() {
	r.t.Helper()
	r.read(func(tx *db.Tx) error {
		_, breaches, err := webhook.Audit(tx)
		if err != nil {
			return err
		}
		v, err := journal.Verify(tx, "")
		for _, b := range append(breaches, v.Breaches...) {
			r.t.Errorf("audit: %s", b)
		}
		return err
	})
}

// receiver is somebody else's system that keeps to the rules: it verifies the
// signature with the specification's own library, and takes each webhook-id once.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	secret string
	// then answers what was verified; 200 where it is nil.
	then func(w http.ResponseWriter, req *http.Request, e event)
	// every call, and the events that were new, in the order in which they came.
	calls int
	ids   map[string]bool
	got   []event
	wrong []string
}

// event is what a receiver reads of a body.
type event struct {
	Type      string
	Timestamp time.Time
	Data      struct {
		Object, ID, What string
		Version          int64
		Payload          map[string]any
	}
}

func newReceiver(t testing.TB, secure bool) *receiver {
	v := &receiver{ids: map[string]bool{}}
	v.Server = httptest.NewUnstartedServer(v)
	v.Config.ErrorLog = log.New(io.Discard, "", 0)
	if secure {
		v.StartTLS()
	} else {
		v.Start()
	}
	t.Cleanup(func() {
		v.CloseClientConnections()
		v.Close()
		for _, w := range v.wrong {
			t.Error("receiver: " + w)
		}
	})
	return v
}

func (v *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	var e event
	v.mu.Lock()
	v.calls++
	if err := v.verify(req, body, &e); err != nil {
		v.wrong = append(v.wrong, err.Error())
	}
	then := v.then
	v.mu.Unlock()
	if then != nil {
		then(w, req, e)
	}
}

// take remembers an event whose answer says that it was taken.
func (v *receiver) take(req *http.Request, e event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if name := req.Header.Get("webhook-id"); !v.ids[name] {
		v.ids[name] = true
		v.got = append(v.got, e)
	}
}

func (v *receiver) verify(req *http.Request, body []byte, e *event) error {
	if req.Method != http.MethodPost || req.Header.Get("Content-Type") != "application/json" || req.UserAgent() == "" {
		return fmt.Errorf("%s, content type %q", req.Method, req.Header.Get("Content-Type"))
	}
	if strings.Contains(req.Header.Get("webhook-id"), ".") {
		return fmt.Errorf("id %q holds the sign that separates", req.Header.Get("webhook-id"))
	}
	if v.secret != "" {
		hook, err := standard.NewWebhook(v.secret)
		if err != nil {
			return err
		}
		if err := hook.VerifyIgnoringTimestamp(body, req.Header); err != nil {
			return err
		}
	}
	return json.Unmarshal(body, e)
}

// answers sets what is answered: events whose status is good are taken.
func (v *receiver) answers(status func(e event) int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.then = func(w http.ResponseWriter, req *http.Request, e event) {
		code := status(e)
		if code/100 == 2 {
			v.take(req, e)
		}
		w.WriteHeader(code)
		fmt.Fprint(w, "answer ", code)
	}
}

func always200(event) int { return 200 }

// versions gives what was taken, by object, in the order in which it came.
func (v *receiver) versions() map[string][]int64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := map[string][]int64{}
	for _, e := range v.got {
		all[e.Data.ID] = append(all[e.Data.ID], e.Data.Version)
	}
	return all
}

func (v *receiver) count() (calls, taken int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.calls, len(v.got)
}

// inOrder fails when a receiver did not get each version of each object once and in
// order.
func (r *rig) inOrder(v *receiver, objects ...int64) {
	r.t.Helper()
	got := v.versions()
	for _, o := range objects {
		want := make([]int64, r.seen[o])
		for i := range want {
			want[i] = int64(i + 1)
		}
		if name := fmt.Sprintf("P-%d", o); !slices.Equal(got[name], want) {
			r.t.Errorf("%s came as %v, want 1 to %d", name, got[name], len(want))
		}
	}
	if len(got) != len(objects) {
		r.t.Errorf("%d objects came, want %d", len(got), len(objects))
	}
}
