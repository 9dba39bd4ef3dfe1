package app

import (
	"context"
	"time"

	"baihuo/internal/cli"
	"baihuo/internal/db"
	"baihuo/internal/replay"
)

// replay sends a file's orders through every room by their own clock and prints
// one line a day.
func (p *program) replay(ctx context.Context, c cli.Common, o cli.Replay) error {
	clock := replay.NewClock(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
	hctx, h, err := p.open(ctx, c, db.Options{Clock: clock.Now})
	if err != nil {
		return err
	}
	defer h.close()
	begun := time.Now()
	p.say("%-10s %8s %6s %6s %8s %6s %8s %9s %14s", "day", "orders", "held", "short", "shipped", "late", "returned", "units", "money")
	report, err := replay.Run(hctx, replay.Options{D: h.d, Kit: h.kit, Clock: clock, File: o.File, From: o.From, To: o.To, Profile: o.Profile,
		Stock: o.Stock, Day: func(d replay.Day) error {
			p.say("%-10s %8d %6d %6d %8d %6d %8d %9d %14s", d.Date, d.Orders, d.Held, d.Short, d.Shipped, d.Late, d.Returned, d.Units,
				d.Money.Format("GBP"))
			return nil
		}})
	if err != nil {
		return err
	}
	p.tellReplay(report)
	p.say("%.1f 秒 / seconds", time.Since(begun).Seconds())
	return nil
}

func (p *program) tellReplay(r replay.Report) {
	t := r.Total
	p.say("%-10s %8d %6d %6d %8d %6d %8d %9d %14s", "total", t.Orders, t.Held, t.Short, t.Shipped, t.Late, t.Returned, t.Units, t.Money.Format(r.Currency))
	share := 0.0
	if t.Lines > 0 {
		share = 100 * float64(t.Short) / float64(t.Lines)
	}
	p.say("%d 行 / rows, %d 天 / days, 缺货行 / short lines %.2f %%, 未结束 / open orders %d, 异常 / exceptions %d", r.Rows, r.Days, share,
		r.Waiting, r.Exceptions)
	for _, tally := range r.Tallies {
		p.say("  %-28s %-14s %9d 行 %11d 件 %16s", tally.Kind, tally.Outcome, tally.Lines, tally.Units, tally.Money.Format(r.Currency))
	}
}
