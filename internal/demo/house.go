package demo

import (
	"context"
	"log/slog"
	"time"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/demo/goods"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/job"
	"baihuo/internal/shipping"
	"baihuo/internal/shop"
)

// Step is how far one turn moves the simulated clock.
const Step = 10 * time.Minute

// SpeedDefault is in simulated minutes per real second.
const SpeedDefault = 30

// Options say where and how the story is played.
type Options struct {
	// DB was opened with Clock.Now as its clock, and filled by Open.
	DB    *db.DB
	Clock *Clock
	Kit   flow.Kit
	// Seed must be that of Open.
	Seed uint64
	// Speed is simulated minutes per real second; 0 means SpeedDefault, below 0 as
	// fast as it goes.
	Speed float64
	// For ends the run after so much simulated time; 0 for never.
	For time.Duration
	// Carrier takes the parcels.
	Carrier shipping.Carrier
	// Log hears of what went wrong; nil for silence.
	Log *slog.Logger
}

// House is the shop alive. It is not safe for concurrent use.
type House struct {
	Options
	teller     *teller
	supply     *supply
	runner     *job.Runner
	shops      map[string]shop.Shop
	skus       map[string]*catalog.SKU
	weights    map[id.SKU]int64
	warehouses []inventory.Warehouse
	bins       map[id.Warehouse]map[string]id.Bin // where a SKU lies, by its code
	now        state
}

// New wakes the shop where it was: the clock is set to the simulated time that the
// database remembers. Faults: ErrOtherSeed; Missing when the database was not opened.
func New(ctx context.Context, o Options) (*House, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	a, err := goods.Load()
	if err != nil {
		return nil, err
	}
	h := &House{Options: o, supply: newSupply(o.Seed, a), weights: map[id.SKU]int64{},
		bins: map[id.Warehouse]map[string]id.Bin{}}
	if h.teller, err = newTeller(o.Seed, a); err != nil {
		return nil, err
	}
	// Silent: a carrier that is busy is no news here, and the jobs keep what went wrong.
	h.runner = &job.Runner{DB: o.DB, Parallel: 1, Handlers: map[string]job.Handler{flow.JobWaybill: h.fetch}}
	if err := h.remember(ctx); err != nil {
		return nil, err
	}
	return h, o.DB.Write(ctx, opening, func(tx *db.Tx) error { return h.know(tx, a) })
}

// ErrNotOpen says that there is no shop to wake.
var ErrNotOpen = fault.New(fault.Missing, "demo_not_open", "这个数据库里没有演示店铺;请先建立",
	"There is no demo shop in this database; open one first")

// remember sets house and clock to where the story was.
func (h *House) remember(ctx context.Context) error {
	var found bool
	err := h.DB.Read(ctx, func(tx *db.Tx) (err error) { h.now, found, err = load(tx); return err })
	switch {
	case err != nil:
		return err
	case !found:
		return ErrNotOpen
	case h.now.Seed != h.Seed:
		return ErrOtherSeed.With(h.now.Seed, h.Seed)
	}
	h.Clock.set(h.now.At.Time())
	return nil
}

// know learns what does not change while the story runs.
func (h *House) know(tx *db.Tx, a goods.Assortment) (err error) {
	if h.skus, err = catalog.Find(tx, codes(a)); err != nil {
		return err
	}
	for _, s := range h.skus {
		h.weights[s.ID] = s.WeightG
	}
	shops, err := shop.All(tx)
	if err != nil {
		return err
	}
	h.shops = map[string]shop.Shop{}
	for _, s := range shops {
		h.shops[s.Code] = s
	}
	places, err := warehousesByCode(tx)
	if err != nil {
		return err
	}
	for _, w := range a.Warehouses {
		place := places[w.Code]
		h.warehouses = append(h.warehouses, place)
		if h.bins[place.ID], err = openBins(tx, place.ID, w, a.SKUs); err != nil {
			return err
		}
	}
	return nil
}

// Tally gives what happened since the story began.
func (h *House) Tally() Tally { return h.now.Tally }

// Turn plays one step of the story: the clock moves on by Step and everybody does
// what falls into that time. It is a function of the seed and of what the database
// holds. When it fails, the same turn is played again by the next call; nothing
// of it is done twice.
func (h *House) Turn(ctx context.Context) error {
	was := h.now
	h.now = was.clone()
	h.now.Turn++
	h.now.At = was.At.Add(Step)
	h.Clock.set(h.now.At.Time())
	t := turn{House: h, ctx: ctx, from: was.At.Time().In(zone()), to: h.now.At.Time().In(zone())}
	for _, act := range []func() error{t.arrive, t.speak, t.supplyGoods, t.desk, t.floor, t.gate, t.follow} {
		if err := act(); err != nil {
			h.now = was
			return err
		}
	}
	if err := t.write("remember", h.now.save); err != nil {
		h.now = was
		return err
	}
	return nil
}

// turn is one step on its way.
type turn struct {
	*House
	ctx      context.Context
	from, to time.Time // local
}

// write runs fn in one transaction under the name of who acts.
func (t *turn) write(actor string, fn func(*db.Tx) error) error {
	return t.DB.Write(t.ctx, db.By{Actor: "demo:" + actor, Cause: "demo"}, fn)
}

func (t *turn) read(fn func(*db.Tx) error) error { return t.DB.Read(t.ctx, fn) }

// open says whether people work at the end of the turn: from hh:mm to hh:mm.
func (t *turn) open(from, until string) bool {
	now := t.to.Format("15:04")
	return now >= from && now < until
}

// strikes says whether the clock passed hh:mm in this turn.
func (t *turn) strikes(times ...string) bool {
	for _, hm := range times {
		at, err := time.ParseInLocation("2006-01-02 15:04", t.to.Format(time.DateOnly)+" "+hm, t.to.Location())
		if err == nil && at.After(t.from) && !at.After(t.to) {
			return true
		}
	}
	return false
}

const retryPause = time.Second

// Run plays turn after turn at the chosen speed until ctx ends, which stops it
// cleanly between two turns, or until For is over. A database that does not answer
// for a while is waited for. New must be able to wake the shop.
func Run(ctx context.Context, o Options) error {
	h, err := New(ctx, o)
	if err != nil {
		return err
	}
	end := h.now.At.Add(o.For)
	for ctx.Err() == nil && (o.For == 0 || h.now.At < end) {
		began := time.Now()
		// A turn is finished even when ctx ends: it is short, and half of one would
		// have to be played again.
		err := h.Turn(context.WithoutCancel(ctx))
		pause := h.pause() - time.Since(began)
		if err != nil {
			if !passing(err) {
				return err
			}
			h.Log.Warn("the demo's turn failed and is played again", "error", err)
			pause = retryPause
		}
		rest(ctx, pause)
	}
	return nil
}

// pause is how long a turn lasts in real time.
func (h *House) pause() time.Duration {
	speed := h.Speed
	switch {
	case speed < 0:
		return 0
	case speed == 0:
		speed = SpeedDefault
	}
	return time.Duration(Step.Minutes() / speed * float64(time.Second))
}

// passing says that trying again may help.
func passing(err error) bool {
	kind := fault.KindOf(err)
	return kind == fault.Transient || kind == fault.Unknown || kind == fault.Busy
}

func rest(ctx context.Context, pause time.Duration) {
	if pause <= 0 {
		return
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
