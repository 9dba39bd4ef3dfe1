package app

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	"baihuo/internal/cli"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
)

var errBreaches = fault.New(fault.Internal, "books_breached", "核对发现 %d 处不符,见上", "The check found %d breaches, listed above")

// check proves the books. A SQLite file that a running hub holds is checked by
// that hub.
func (p *program) check(ctx context.Context, c cli.Common, o cli.Check) error {
	hctx, h, err := p.open(ctx, c, db.Options{})
	var report flow.Report
	switch {
	case errors.Is(err, db.ErrLocked):
		if report, err = askCheck(ctx, c); err != nil {
			return err
		}
	case err != nil:
		return err
	default:
		defer h.close()
		if err := h.d.Integrity(hctx); err != nil {
			return err
		}
		anchors, _ := os.ReadFile(anchorFile(c))
		if report, err = flow.Check(hctx, h.d, string(anchors)); err != nil {
			return err
		}
	}
	return p.tell(report, o.JSON)
}

func (p *program) tell(report flow.Report, asJSON bool) error {
	if asJSON {
		if err := json.NewEncoder(p.out).Encode(report); err != nil {
			return err
		}
	} else {
		for _, proof := range report.Proved {
			p.say("%-44s %12d", proof.Name, proof.Count)
		}
		for _, b := range report.Breaches {
			p.say("不符 / breach: %s", b)
		}
	}
	if !report.OK() {
		return errBreaches.With(len(report.Breaches))
	}
	p.say("账目无误 / the books are clean")
	return nil
}

// backup writes a copy and proves it: the copy is opened, its structure and its
// books are checked.
func (p *program) backup(ctx context.Context, c cli.Common, o cli.Backup) error {
	hctx, h, err := p.open(ctx, c, db.Options{})
	if errors.Is(err, db.ErrLocked) {
		if err := askBackup(ctx, c, o.File); err != nil {
			return err
		}
		return p.verify(ctx, o.File)
	}
	if err != nil {
		return err
	}
	defer h.close()
	if err := h.d.Backup(hctx, o.File); err != nil {
		return err
	}
	if h.d.Engine() == db.Postgres {
		p.say("已备份到 %s;请用 restore 恢复到空库后核对 / saved to %s; restore it into an empty database to check it", o.File, o.File)
		return nil
	}
	return p.verify(ctx, o.File)
}

func (p *program) verify(ctx context.Context, file string) error {
	d, err := db.Open(ctx, "sqlite:"+file, db.Options{})
	if err != nil {
		return err
	}
	defer func() {
		_ = d.Close()
		_ = os.Remove(file + ".lock")
	}()
	if err := d.Integrity(ctx); err != nil {
		return err
	}
	report, err := flow.Check(ctx, d, "")
	if err != nil {
		return err
	}
	p.say("备份 %s 不含主密钥,请另存 / the backup does not hold the master key: keep that apart", file)
	return p.tell(report, false)
}

func (p *program) restore(ctx context.Context, c cli.Common, o cli.Restore) error {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	if err := db.Restore(ctx, url(c), o.File); err != nil {
		return err
	}
	return p.check(ctx, c, cli.Check{})
}
