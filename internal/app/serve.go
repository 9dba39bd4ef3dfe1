package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"baihuo/internal/api"
	"baihuo/internal/cli"
	"baihuo/internal/connect/parcel"
	"baihuo/internal/db"
	"baihuo/internal/demo"
	"baihuo/internal/flow"
	"baihuo/internal/insight"
	"baihuo/internal/job"
	"baihuo/internal/journal"
	"baihuo/internal/mcp"
	"baihuo/internal/review"
	simparcel "baihuo/internal/sim/parcel"
	"baihuo/internal/staff"
	"baihuo/internal/web"
	"baihuo/internal/webhook"
	"baihuo/internal/worker"
)

// serve runs the hub until ctx ends or the disk fails.
func (p *program) serve(ctx context.Context, c cli.Common, o cli.Serve) error {
	hurry()
	f, err := frontOf(o)
	if err != nil {
		return err
	}
	hctx, h, err := p.open(ctx, c, db.Options{})
	if err != nil {
		return err
	}
	defer h.close()
	if h.gate, err = webhook.NewGate(o.WebhookAllow); err != nil {
		return err
	}
	guard := staff.NewGuard(h.kit.Keys, time.Now, nil, staff.Cost{})
	return p.run(hctx, c, h, opening{front: f, guard: guard}, h.serving(c), nil)
}

// serving is the worker of a hub that takes real orders.
func (h *house) serving(c cli.Common) *worker.Worker {
	w := h.worker(c)
	w.Chores = append(w.Chores, h.chore("plan", func(tx *db.Tx) (int, error) { return flow.Plan(tx, 100) }),
		h.chore("forget answers", func(tx *db.Tx) (int, error) { return api.ForgetAnswers(tx, 500) }))
	return w
}

// chore is a small piece of work in one transaction, done again and again.
func (h *house) chore(name string, do func(*db.Tx) (int, error)) worker.Chore {
	return worker.Chore{Name: name, Do: func(ctx context.Context) (done int, err error) {
		err = h.d.Write(ctx, db.By{Actor: "worker", Cause: name}, func(tx *db.Tx) (err error) {
			done, err = do(tx)
			return err
		})
		return done, err
	}}
}

// opening is how the doors are opened: in front of what, with whose passwords.
type opening struct {
	front
	guard *staff.Guard
	demo  *web.Demo
}

// worker is what runs beside the doors: no carrier and no sender are connected
// yet, so waybills and messages wait.
func (h *house) worker(c cli.Common) *worker.Worker {
	w := &worker.Worker{DB: h.d, Kit: h.kit, AnchorFile: anchorFile(c), Log: h.log, Readers: []journal.Reader{insight.Reader()},
		Handlers: map[string]job.Handler{web.JobBatch: web.BatchHandler(h.kit)}, Chores: []worker.Chore{h.reseal()}}
	h.webhooks(w)
	return w
}

// run opens the doors, starts the worker and, where there is one, a story that
// plays; it returns when ctx ends or the story does.
func (p *program) run(ctx context.Context, c cli.Common, h *house, o opening, w *worker.Worker, story func(context.Context) error) error {
	doors, err := p.doors(ctx, c, h, o)
	if err != nil {
		return err
	}
	defer doors.api.Close()
	l, err := net.Listen("tcp", o.listen)
	if err != nil {
		return err
	}
	inner := l
	if o.cert != nil { // commands of this machine need no certificate
		if inner, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return errors.Join(err, l.Close())
		}
	}
	if err := os.WriteFile(addressFile(c), []byte(inner.Addr().String()), 0o600); err != nil {
		return err
	}
	defer os.Remove(addressFile(c))
	p.say("百货已启动 / baihuo is up: %s", o.base(l))
	if err := p.welcome(ctx, h, o, o.base(l)); err != nil {
		return errors.Join(err, l.Close())
	}
	w.Chores = append(w.Chores, h.chore("forget tries", func(tx *db.Tx) (int, error) { return staff.ForgetTries(tx, o.guard, 500) }),
		h.chore("forget forms", func(tx *db.Tx) (int, error) { return web.ForgetForms(tx, 500) }),
		h.chore("forget claims", func(tx *db.Tx) (int, error) { return review.ForgetClaims(tx, 500) }),
		h.chore("forget acts of assistants", func(tx *db.Tx) (int, error) { return mcp.ForgetActs(tx, 500) }),
		h.chore("forget batches", func(tx *db.Tx) (int, error) { return web.ForgetBatches(tx, 20) }))
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var all sync.WaitGroup
	all.Go(func() { w.Run(ctx) })
	var failed error
	server := o.waits.Server(doors.mux, h.log)
	all.Go(func() {
		defer stop()
		if err := o.serve(server, l); !errors.Is(err, http.ErrServerClosed) {
			failed = err
		}
	})
	local := o.waits.Server(doors.machines, h.log)
	if inner != l {
		all.Go(func() {
			defer stop()
			if err := local.Serve(inner); !errors.Is(err, http.ErrServerClosed) {
				failed = err
			}
		})
	}
	if story != nil {
		all.Go(func() {
			defer stop()
			if err := story(ctx); err != nil && ctx.Err() == nil {
				failed = err
			}
		})
	}
	<-ctx.Done()
	grace, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	doors.web.Close()
	_ = server.Shutdown(grace)
	_ = local.Shutdown(grace)
	all.Wait()
	p.say("已停止 / stopped")
	if why := h.failed.Load(); why != nil {
		return *why
	}
	return failed
}

type doors struct {
	api *api.API
	web *web.Site
	mux *http.ServeMux
	// machines are the doors that take keys: what commands of this machine ask.
	machines *http.ServeMux
}

// welcome prints how to get in: the demo's people, or at a house that nobody has
// entered yet the one-time link of its first owner.
func (p *program) welcome(ctx context.Context, h *house, o opening, base string) error {
	if o.demo != nil {
		p.say("登录 / sign in: %s    密码 / password: %s    其他角色 / other roles: %s", o.demo.Logins[0], o.demo.Password,
			strings.Join(o.demo.Logins[1:], " "))
		return nil
	}
	secret := ""
	err := h.d.Write(ctx, by("first start"), func(tx *db.Tx) (err error) { secret, err = o.guard.SetUp(tx); return err })
	if err == nil && secret != "" {
		p.say("首次使用:用这个一次性链接(24 小时内有效)设置老板密码 / first use: set the owner's password with this one-time link (24 hours):\n  %s/set-up#%s",
			base, secret)
	}
	return err
}

func (p *program) doors(ctx context.Context, c cli.Common, h *house, o opening) (*doors, error) {
	guard := o.guard
	if err := p.firstKey(ctx, c, h, guard); err != nil {
		return nil, err
	}
	books := &api.Books{
		Check: func(ctx context.Context) (flow.Report, error) {
			anchors, _ := os.ReadFile(anchorFile(c))
			return flow.Check(ctx, h.d, string(anchors))
		},
		Backup: h.d.Backup,
	}
	a, err := api.New(api.Config{DB: h.d, Kit: h.kit, Guard: guard, Gate: h.gate, Log: h.log, Books: books, Waits: o.waits, Address: o.address})
	if err != nil {
		return nil, err
	}
	site, err := web.New(web.Config{DB: h.d, Guard: guard, Kit: h.kit, Gate: h.gate, Log: h.log, LocalOnly: !o.https(), HTTPS: o.https(), Secure: o.secure,
		Address: o.address, Check: books.Check, SignOn: o.signOn, Demo: o.demo})
	if err != nil {
		return nil, err
	}
	machines := http.NewServeMux()
	machines.Handle("/", a.Handler())
	machines.Handle("/mcp", mcp.New(mcp.Config{DB: h.d, Kit: h.kit, Guard: guard, Log: h.log, Address: o.address}).Handler())
	mux := http.NewServeMux()
	mux.Handle("/", site.Handler())
	for _, path := range []string{"/api/", "/openapi.json", "/healthz", "/readyz", "/metrics", "/mcp"} {
		mux.Handle(path, machines)
	}
	return &doors{api: a, web: site, mux: mux, machines: machines}, nil
}

// firstKey makes the key with which the command line speaks to the running hub, and
// which a first caller may use, when there is no key at all.
func (p *program) firstKey(ctx context.Context, c cli.Common, h *house, guard *staff.Guard) error {
	secret := ""
	err := h.d.Write(ctx, by("first start"), func(tx *db.Tx) error {
		secret = ""
		keys, err := staff.ListKeys(tx)
		if err != nil || len(keys) > 0 {
			return err
		}
		_, secret, err = guard.MakeKey(tx, staff.Machine("cli"), staff.KeyDraft{Name: "baihuo", Kind: "key_full", Scope: staff.Everywhere()})
		return err
	})
	if err != nil || secret == "" {
		return err
	}
	if err := os.WriteFile(keyFile(c), []byte(secret), 0o600); err != nil {
		return err
	}
	p.say("API 密钥(只显示这一次,另存于 %s)/ API key (shown once, kept in %s): %s", keyFile(c), keyFile(c), secret)
	return nil
}

// demoCost makes the demo's hashes cheap: its password is known to everybody.
var demoCost = staff.Cost{MemoryKiB: 1 << 10, Passes: 1}

// demo opens a believable shop on data of its own and plays it.
func (p *program) demo(ctx context.Context, c cli.Common, o cli.Demo) error {
	c.Data = filepath.Join(c.Data, "demo")
	f, err := frontOf(cli.Serve{Listen: o.Listen})
	if err != nil {
		return err
	}
	if o.Fresh {
		if err := removeDemo(c); err != nil {
			return err
		}
	}
	clock := demo.NewClock(demo.Start())
	hctx, h, err := p.open(ctx, c, db.Options{Clock: clock.Now})
	if err != nil {
		return err
	}
	defer h.close()
	if err := demo.Open(hctx, h.d, o.Seed); err != nil {
		return err
	}
	guard := staff.NewGuard(h.kit.Keys, time.Now, nil, demoCost)
	logins, err := demo.Staff(hctx, h.d, guard)
	if err != nil {
		return err
	}
	carrier, stop, err := simulatedCarrier(h.d, clock, o.Seed)
	if err != nil {
		return err
	}
	defer stop()
	options := demo.Options{DB: h.d, Clock: clock, Kit: h.kit, Seed: o.Seed, Speed: float64(o.Speed), For: time.Duration(o.For) * time.Hour,
		Carrier: carrier, Log: h.log}
	p.say("演示数据 / demo data: %s    种子 / seed %d    %d 分钟/秒 / simulated minutes a second", url(c), o.Seed, o.Speed)
	w := h.worker(c)
	w.AnchorEvery = time.Duration(max(o.Speed, 1)) * time.Hour // a minute of real time, by the story's clock
	entrance := opening{front: f, guard: guard, demo: &web.Demo{Logins: logins, Password: demo.Password}}
	return p.run(hctx, c, h, entrance, w, func(ctx context.Context) error { return demo.Run(ctx, options) })
}

// removeDemo clears the demo's own folder; another database is never touched.
func removeDemo(c cli.Common) error {
	if c.DB != "" {
		return fmt.Errorf("--fresh clears %s only; without --db", c.Data)
	}
	for _, name := range []string{"baihuo.db", "baihuo.db-wal", "baihuo.db-shm", "baihuo.db.lock", "baihuo.key", "anchors.log", "api.key", "address"} {
		if err := os.Remove(filepath.Join(c.Data, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// simulatedCarrier starts the other side of the carrier's wire on this machine
// and gives the client that speaks to it.
func simulatedCarrier(d *db.DB, clock *demo.Clock, seed uint64) (*parcel.Client, func(), error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	server := &http.Server{Handler: simparcel.Handler(simparcel.Options{Seed: seed, Now: clock.Now, Slow: 200 * time.Millisecond}),
		ReadHeaderTimeout: 5 * time.Second}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(l) })
	client := parcel.New(parcel.Options{URL: "http://" + strings.TrimSpace(l.Addr().String()), Collected: demo.Collected(d)})
	return client, func() {
		_ = server.Close()
		serving.Wait()
	}, nil
}
