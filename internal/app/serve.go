package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
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
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	simparcel "baihuo/internal/sim/parcel"
	"baihuo/internal/staff"
	"baihuo/internal/web"
	"baihuo/internal/worker"
)

var errListen = fault.New(fault.Invalid, "listen_local", "登录功能完成之前只允许监听本机地址(127.0.0.1 或 [::1]),收到 %q",
	"Until sign-in exists only addresses of this machine are taken (127.0.0.1 or [::1]), not %q")

// serve runs the hub until ctx ends or the disk fails.
func (p *program) serve(ctx context.Context, c cli.Common, o cli.Serve) error {
	hurry()
	hctx, h, err := p.open(ctx, c, db.Options{})
	if err != nil {
		return err
	}
	defer h.close()
	w := h.worker(c)
	w.Chores = append(w.Chores, h.chore("plan", func(tx *db.Tx) (int, error) { return flow.Plan(tx, 100) }),
		h.chore("forget answers", func(tx *db.Tx) (int, error) { return api.ForgetAnswers(tx, 500) }))
	return p.run(hctx, c, h, o.Listen, w, nil)
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

// worker is what runs beside the doors: no carrier and no sender are connected
// yet, so waybills and messages wait.
func (h *house) worker(c cli.Common) *worker.Worker {
	return &worker.Worker{DB: h.d, Kit: h.kit, AnchorFile: anchorFile(c), Log: h.log}
}

// run opens the doors, starts the worker and, where there is one, a story that
// plays; it returns when ctx ends or the story does.
func (p *program) run(ctx context.Context, c cli.Common, h *house, listen string, w *worker.Worker, story func(context.Context) error) error {
	doors, err := p.doors(ctx, c, h)
	if err != nil {
		return err
	}
	defer doors.api.Close()
	l, err := listenLocal(listen)
	if err != nil {
		return err
	}
	if err := os.WriteFile(addressFile(c), []byte(l.Addr().String()), 0o600); err != nil {
		return err
	}
	defer os.Remove(addressFile(c))
	p.say("百货已启动 / baihuo is up: http://%s", l.Addr())
	server := api.Server(doors.mux, h.log)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var all sync.WaitGroup
	all.Go(func() { w.Run(ctx) })
	var failed error
	all.Go(func() {
		defer stop()
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			failed = err
		}
	})
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
	_ = server.Shutdown(grace)
	all.Wait()
	p.say("已停止 / stopped")
	if why := h.failed.Load(); why != nil {
		return *why
	}
	return failed
}

type doors struct {
	api *api.API
	mux *http.ServeMux
}

func (p *program) doors(ctx context.Context, c cli.Common, h *house) (*doors, error) {
	guard := staff.NewGuard(h.kit.Keys, time.Now, nil, staff.Cost{})
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
	a, err := api.New(api.Config{DB: h.d, Kit: h.kit, Guard: guard, Log: h.log, Books: books})
	if err != nil {
		return nil, err
	}
	site, err := web.New(web.Config{DB: h.d, Log: h.log, LocalOnly: true})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", site.Handler())
	for _, path := range []string{"/api/", "/openapi.json", "/healthz", "/readyz", "/metrics"} {
		mux.Handle(path, a.Handler())
	}
	return &doors{api: a, mux: mux}, nil
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

// listenLocal listens on an address of this machine alone.
func listenLocal(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, errListen.With(address).Wrap(err)
	}
	ip, err := netip.ParseAddr(host)
	if host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return nil, errListen.With(address)
	}
	return net.Listen("tcp", address)
}

// demo opens a believable shop on data of its own and plays it.
func (p *program) demo(ctx context.Context, c cli.Common, o cli.Demo) error {
	c.Data = filepath.Join(c.Data, "demo")
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
	return p.run(hctx, c, h, o.Listen, w, func(ctx context.Context) error { return demo.Run(ctx, options) })
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
