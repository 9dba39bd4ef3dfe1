package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	forms "net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"baihuo/internal/cli"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/staff"
)

// hub is the whole house as serve starts it, doors and worker, on a free port and with
// a clock that the test moves.
type hub struct {
	t     *testing.T
	h     *house
	clock *dbtest.Clock
	wall  *dbtest.Clock
	guard *staff.Guard
	base  string
	key   string
}

// startHub opens a house with goods in it. change sets up what the flags of serve do.
func startHub(t *testing.T, engine db.Engine, change func(*house)) *hub {
	t.Helper()
	c := cli.Common{DB: dbtest.URL(t, engine), Data: t.TempDir()}
	b := &hub{t: t, clock: dbtest.NewClock(), wall: dbtest.NewClock()}
	b.wall.Set(time.Now())
	log := &lockedLog{}
	p := &program{out: log, errs: log}
	ctx, h, err := p.open(t.Context(), c, db.Options{Clock: b.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	b.h = h
	change(h)
	goods := flowtest.Open(t, h.d)
	goods.Stock(0, "PASTE", 1000)
	f, err := frontOf(cli.Serve{Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	b.guard = staff.NewGuard(h.kit.Keys, b.wall.Now, nil, staff.Cost{MemoryKiB: 64, Passes: 1})
	var running sync.WaitGroup
	running.Go(func() {
		if err := p.run(ctx, c, h, opening{front: f, guard: b.guard}, h.serving(c), nil); err != nil {
			t.Errorf("the hub: %v", err)
		}
	})
	t.Cleanup(func() {
		h.stop()
		running.Wait()
		h.close()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	b.until("the hub is up", func() bool {
		address, err := os.ReadFile(addressFile(c))
		b.base = "http://" + string(address)
		return err == nil && len(address) > 0
	})
	key, err := os.ReadFile(keyFile(c))
	if err != nil {
		t.Fatal(err)
	}
	b.key = string(key)
	return b
}

// until looks again and again whether the hub has come so far.
func (b *hub) until(what string, so func() bool) {
	b.t.Helper()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for end := time.Now().Add(time.Minute); !so(); <-look.C {
		if time.Now().After(end) {
			b.t.Fatalf("never: %s", what)
		}
	}
}

// ask calls the API and reads the answer into v.
func (b *hub) ask(method, path, body string, v any) {
	b.t.Helper()
	r, err := http.NewRequest(method, b.base+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+b.key)
	if method != http.MethodGet {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", fmt.Sprint(b.h.d.NextID()))
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer got.Body.Close()
	text, _ := io.ReadAll(got.Body)
	if got.StatusCode >= 300 {
		b.t.Fatalf("%s %s: %d %s", method, path, got.StatusCode, text)
	}
	if v != nil {
		if err := json.Unmarshal(text, v); err != nil {
			b.t.Fatalf("%s %s: %v %s", method, path, err, text)
		}
	}
}

// browser is one in which somebody is signed in.
type browser struct {
	*hub
	client *http.Client
}

const password = "correct horse battery"

// signIn takes somebody in and opens a browser for them.
func (b *hub) signIn(login string, roles ...string) *browser {
	b.t.Helper()
	var p staff.Person
	secret, codes := "", staff.Enrolment{}
	dbtest.Write(b.t, b.h.d, func(tx *db.Tx) (err error) {
		p, err = staff.Hire(tx, staff.Machine("test"), staff.Details{Login: login, Name: login, Roles: roles, Scope: staff.Everywhere()})
		if err == nil {
			secret, err = b.guard.Invite(tx, staff.Machine("test"), p.ID)
		}
		return err
	})
	if _, err := b.guard.UseLink(b.t.Context(), b.h.d, secret, password); err != nil {
		b.t.Fatal(err)
	}
	code := func() string {
		b.wall.Advance(time.Minute) // a code counts once
		text, err := totp.GenerateCode(codes.Secret, b.wall.Now())
		if err != nil {
			b.t.Fatal(err)
		}
		return text
	}
	dbtest.Write(b.t, b.h.d, func(tx *db.Tx) (err error) {
		if codes, err = b.guard.OfferCode(tx, p.ID); err == nil {
			err = b.guard.BindCode(tx, p.ID, code())
		}
		return err
	})
	jar, _ := cookiejar.New(nil)
	w := &browser{b, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	w.post("/sign-in", forms.Values{"login": {login}, "password": {password}})
	w.post("/sign-in/code", forms.Values{"code": {code()}})
	return w
}

func (w *browser) send(r *http.Request, err error) string {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	got, err := w.client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer got.Body.Close()
	text, _ := io.ReadAll(got.Body)
	if got.StatusCode >= 400 {
		w.t.Fatalf("%s %s: %d %s", r.Method, r.URL.Path, got.StatusCode, text)
	}
	return string(text)
}

func (w *browser) get(path string) string {
	w.t.Helper()
	return w.send(http.NewRequest(http.MethodGet, w.base+path, nil))
}

func (w *browser) post(path string, form forms.Values) {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodPost, w.base+path, strings.NewReader(form.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", w.base)
	}
	w.send(r, err)
}

// act sends a form of a page.
func (w *browser) act(page, path string, form forms.Values) {
	w.t.Helper()
	found := regexp.MustCompile(`name="form_key" value="([^"]+)"`).FindStringSubmatch(w.get(page))
	if found == nil {
		w.t.Fatalf("%s has no form", page)
	}
	form.Set("form_key", found[1])
	w.post(path, form)
}

// lockedLog keeps what the hub says.
type lockedLog struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *lockedLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(b)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}
