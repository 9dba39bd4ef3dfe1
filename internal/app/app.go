package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"time"

	"baihuo/internal/api"
	"baihuo/internal/cli"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/review"
	"baihuo/internal/rule"
	"baihuo/internal/seal"
	"baihuo/internal/webhook"
)

// Main runs one command line and gives the exit code.
func Main(args []string, out, errs io.Writer) int {
	syscall.Umask(0o077) // data, keys and backups are for their owner alone
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := &program{out: out, errs: errs}
	return cli.Run(ctx, cli.Actions{
		Demo: p.demo, Serve: p.serve, Import: p.importFile, Undo: p.undo, Profile: p.profile, Export: p.export,
		Replay: p.replay, Bench: p.bench, Check: p.check, Backup: p.backup, Restore: p.restore, Migrate: p.migrate,
		Version: p.version, MCP: p.mcp, Generate: p.generate, Node: p.node, Users: p.users, UserInvite: p.userInvite, UserReset: p.userReset,
		UserDisable: p.userDisable,
	}, args, out, errs)
}

// program carries where a command prints.
type program struct{ out, errs io.Writer }

func (p *program) say(format string, args ...any) { fmt.Fprintf(p.out, format+"\n", args...) }

// url gives the address of the database: the flag, or a file in the data folder.
func url(c cli.Common) string {
	if c.DB != "" {
		return c.DB
	}
	return "sqlite:" + filepath.Join(c.Data, "baihuo.db")
}

func anchorFile(c cli.Common) string { return filepath.Join(c.Data, "anchors.log") }

// house is an open database with what the stories need.
type house struct {
	failed atomic.Pointer[error] // why the database stopped writing
	d      *db.DB
	kit    flow.Kit
	// gate says where webhooks may go, sending how; zero for the defaults.
	gate    *webhook.Gate
	sending webhook.Options
	log     *slog.Logger
	stop    context.CancelFunc
}

func (h *house) close() {
	h.stop()
	_ = h.d.Close()
}

var errKey = fault.New(fault.Conflict, "master_key_differs", "主密钥与数据库不符(指纹 %s,应为 %s);请放回原来的密钥文件或设置 BAIHUO_KEY",
	"The master key is not this database's (fingerprint %s, it was made with %s); bring back its key file or set BAIHUO_KEY")

// open migrates and opens the database of a command, loads the master key and
// checks that it is this database's. When the disk fails, ctx of the returned
// house ends.
func (p *program) open(ctx context.Context, c cli.Common, options db.Options) (context.Context, *house, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, nil, err
	}
	if _, err := db.Migrate(ctx, url(c)); err != nil {
		return nil, nil, err
	}
	keys, created, err := seal.LoadKey(c.Key, filepath.Join(c.Data, "baihuo.key"))
	if err != nil {
		return nil, nil, err
	}
	if created {
		p.say("主密钥已生成 / master key made: %s", filepath.Join(c.Data, "baihuo.key"))
	}
	kinds, err := rule.NewKinds(review.Kinds()...)
	if err != nil {
		return nil, nil, err
	}
	h := &house{kit: flow.Kit{Keys: keys, Rules: rule.NewShelf(kinds), Sealed: sealedElsewhere()}, gate: &webhook.Gate{}, log: slog.New(slog.NewTextHandler(p.errs, nil))}
	h.kit.Read = api.Reader(h.kit)
	ctx, h.stop = context.WithCancel(ctx)
	options.Holder = fmt.Sprintf("pid %d", os.Getpid())
	options.Stopped = func(why error) {
		h.log.Error("writing has stopped", "why", why)
		h.failed.Store(&why)
		h.stop()
	}
	options.Slow = func(by db.By, took time.Duration) {
		h.log.Warn("slow write", "actor", by.Actor, "cause", by.Cause, "took", took)
	}
	if h.d, err = db.Open(ctx, url(c), options); err != nil {
		h.stop()
		return nil, nil, err
	}
	if err := h.d.Write(ctx, by("start"), func(tx *db.Tx) error { return settle(tx, keys.Fingerprint()) }); err != nil {
		h.close()
		return nil, nil, err
	}
	return ctx, h, nil
}

func by(cause string) db.By { return db.By{Actor: "cli", Cause: cause} }

// settle checks the master keys against the database and installs the built-in rules
// once.
func settle(tx *db.Tx, fingerprint string) error {
	if err := sameKeys(tx, fingerprint); err != nil {
		return err
	}
	_, err := review.Install(tx)
	return err
}

// hurry trades memory for time where orders come in all day: a batch makes much
// short-lived garbage on a small heap.
func hurry() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300)
	}
}

func (p *program) migrate(ctx context.Context, c cli.Common) error {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	versions, err := db.Migrate(ctx, url(c))
	if err == nil {
		p.say("已执行 %d 个迁移 / %d migrations applied: %v", len(versions), len(versions), versions)
	}
	return err
}

func (p *program) version(context.Context, cli.Common) error {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return errors.New("this binary carries no build information")
	}
	p.say("baihuo %s %s", info.Main.Version, info.GoVersion)
	for _, m := range info.Deps {
		if m.Path == "modernc.org/sqlite" || m.Path == "github.com/jackc/pgx/v5" {
			p.say("%s %s", m.Path, m.Version)
		}
	}
	return nil
}
