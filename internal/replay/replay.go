package replay

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/intake"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shop"
)

// Options say what is replayed, and how.
type Options struct {
	D   *db.DB
	Kit flow.Kit
	// Clock is the one that D was opened with.
	Clock *Clock
	File  string
	// From and To are days, yyyy-mm-dd and inclusive; empty for the file's first and
	// last.
	From, To string
	// Profile names the column map, as in intake.OrderOptions.
	Profile string
	// Stock is lean or plenty; empty means lean.
	Stock string
	// Day is called at each day's end, when the day is on disk; may be nil. Its error
	// ends the run.
	Day func(Day) error
	// Progress is told how far reading the file and the days are; may be nil.
	Progress func(intake.Progress)
}

// The ways of stocking.
const (
	Lean   = "lean"
	Plenty = "plenty"
)

// StageDays is the stage of Progress in which days pass: Done and Total count them.
const StageDays intake.Stage = "days"

// What becomes of a line in a replay, besides intake's Ordered, Excepted, Recorded
// and Refused. Units are pieces that had it; a line counts at one of its outcomes.
const (
	Cancelled  intake.Outcome = "cancelled"   // before the goods were collected
	Returned   intake.Outcome = "returned"    // after that; of a charge, given back
	Gone       intake.Outcome = "gone"        // given up for want of stock before
	Outside    intake.Outcome = "outside"     // the line, or the sale it takes back, is not in these days
	WrittenOff intake.Outcome = "written_off" // stock that was lost
	NotThere   intake.Outcome = "not_there"   // a write-off of more than there was
	Found      intake.Outcome = "found"       // stock that was found
)

// Report says what a replay did.
type Report struct {
	File, From, To string
	Days           int
	Rows           int64          // of the file, below the header
	Currency       money.Currency // of the money of days
	// Tallies account for every row of the file.
	Tallies []intake.Tally
	// Total sums the days; its Held is that of the last.
	Total Day
	// Waiting is the number of orders that have not ended.
	Waiting    int64
	Exceptions int64 // opened for a person
	// Resumed: the run went on where another one had been broken off.
	Resumed bool
	// Read is what reading the file found: problems, duplicates, SKUs created.
	Read intake.Report
}

// Run replays a file on a database whose rules are installed. What it did is on disk
// day by day; an error leaves what was done before it, and the same call goes on
// there. Days before are not told again. Faults: ErrDays, ErrNoOrders, ErrStock,
// ErrOther, those of intake.Tell.
func Run(ctx context.Context, o Options) (Report, error) {
	r := &run{o: o}
	if err := r.prepare(ctx); err != nil {
		return Report{}, err
	}
	resumed := r.state.Day > 0 || r.state.Task > 0
	for r.state.Day < r.calendar.days {
		if err := r.day(ctx); err != nil {
			return Report{}, err
		}
	}
	return r.report(ctx, resumed)
}

// run is one replay.
type run struct {
	o        Options
	house    house
	shops    map[string]shop.Shop
	story    *intake.Story
	calendar *calendar
	demand   *demand
	skus     map[string]id.SKU // by folded code
	ordered  *byDay
	loosened *byDay
	state    state
	analyzed int64 // orders there were when the database last looked at its tables
}

func (r *run) prepare(ctx context.Context) (err error) {
	switch r.o.Stock {
	case "":
		r.o.Stock = Lean
	case Lean, Plenty:
	default:
		return ErrStock.With(r.o.Stock)
	}
	by := db.By{Actor: actor, Cause: "replay"}
	err = r.o.D.Write(ctx, by, func(tx *db.Tx) (err error) {
		r.house, err = openHouse(tx, r.o.Profile)
		return err
	})
	if err != nil {
		return err
	}
	r.shops = map[string]shop.Shop{r.house.shop.Code: r.house.shop}
	r.story, err = intake.Tell(ctx, r.o.D, intake.StoryOptions{File: r.o.File, Profile: r.o.Profile, Shop: r.house.shop, By: by,
		Progress: r.o.Progress})
	if err != nil {
		return err
	}
	if r.calendar, err = newCalendar(r.story, r.house.shop, r.o.From, r.o.To); err != nil {
		return err
	}
	r.demand = newDemand(r.story, r.calendar)
	r.ordered = newByDay(r.calendar, len(r.story.Orders), func(i int) db.Instant { return r.story.Orders[i].OrderedAt })
	r.loosened = newByDay(r.calendar, len(r.story.Loose), func(i int) db.Instant { return r.story.Loose[i].At })
	if err = r.findSKUs(ctx); err != nil {
		return err
	}
	return r.begin(ctx)
}

func (r *run) findSKUs(ctx context.Context) error {
	codes := slices.Clone(r.demand.codes)
	for i := range r.story.Loose {
		codes = append(codes, catalog.Fold(r.story.Loose[i].Code))
	}
	slices.Sort(codes)
	r.skus = make(map[string]id.SKU, len(codes))
	return r.o.D.Read(ctx, func(tx *db.Tx) error {
		for chunk := range slices.Chunk(slices.Compact(codes), 500) {
			found, err := catalog.Find(tx, chunk)
			if err != nil {
				return err
			}
			for code, s := range found {
				r.skus[code] = s.ID
			}
		}
		return nil
	})
}

// begin finds how far the replay is, or enters a new one with the lines that these
// days do not see.
func (r *run) begin(ctx context.Context) error {
	name := fmt.Sprintf("%s %s %s %d %s", hex.EncodeToString(r.story.Digest), r.o.Profile, r.calendar.from.Format(time.DateOnly),
		r.calendar.days, r.o.Stock)
	return r.o.D.Write(ctx, db.By{Actor: actor, Cause: "replay"}, func(tx *db.Tx) error {
		s, err := load(tx)
		switch {
		case err != nil:
			return err
		case s.Run == name:
			r.state = s
			return nil
		case s.Run != "":
			return ErrOther
		}
		r.state = state{Run: name}
		for _, t := range r.story.Report.Tallies {
			r.state.count(t)
		}
		for _, i := range r.ordered.outside {
			r.countOrder(&r.state, &r.story.Orders[i], Outside)
		}
		for _, i := range r.loosened.outside {
			l := &r.story.Loose[i]
			r.state.count(part(l, Outside, 1, l.Qty))
		}
		return r.state.save(tx)
	})
}

// task is a part of a day: transactions at one time until one says that it is done.
type task struct {
	at time.Time
	do func(*db.Tx, *state) (done bool, err error)
}

// day lives through what is left of the day at hand.
func (r *run) day(ctx context.Context) error {
	for _, t := range r.tasks(r.state.Day)[r.state.Task:] {
		for done := false; !done; {
			err := r.write(ctx, t.at, func(tx *db.Tx, s *state) (err error) {
				if done, err = t.do(tx, s); done {
					s.Task++
				}
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return r.endDay(ctx)
}

// tasks are the parts of a day. They follow from the file alone, so that a run that
// goes on finds the one that is next by its number.
func (r *run) tasks(day int) (list []task) {
	if day == 0 {
		list = append(list, r.opening()...)
	}
	if r.calendar.at(day, 0).Weekday() == time.Monday && r.o.Stock == Lean {
		list = append(list, r.arrivals(day), r.reorder(day))
	}
	orders, loose := r.ordered.of(day), r.loosened.of(day)
	for hour := range 24 {
		if slices.Contains(waveHours[:], hour) && r.calendar.open[day] {
			list = append(list, r.wave(day, hour))
		}
		list = append(list, r.sales(day, take(&orders, hour))...)
		list = append(list, r.loose(take(&loose, hour))...)
	}
	return list
}

// write runs one transaction at a time of the story, and remembers how far the run
// is once that is on disk.
func (r *run) write(ctx context.Context, at time.Time, fn func(*db.Tx, *state) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.o.Clock.Set(at)
	date := r.calendar.at(r.state.Day, 0).Format(time.DateOnly)
	var next state
	err := r.o.D.Write(ctx, db.By{Actor: actor, Cause: "replay " + date}, func(tx *db.Tx) error {
		next = r.state.clone()
		next.Today.Date = date
		if err := fn(tx, &next); err != nil {
			return err
		}
		return next.save(tx)
	})
	if err != nil {
		return fmt.Errorf("replay %s: %w", at.Format(time.DateTime), err)
	}
	r.state = next
	return nil
}

// endDay closes the day and tells it.
func (r *run) endDay(ctx context.Context) error {
	var today Day
	err := r.write(ctx, r.calendar.at(r.state.Day+1, 0).Add(-time.Second), func(tx *db.Tx, s *state) error {
		_, held, err := order.Counts(tx)
		s.Today.Held = held
		today = s.Today
		s.Total.add(today)
		s.Total.Held, s.Total.Date = today.Held, today.Date
		s.Today, s.Task = Day{}, 0
		s.Day++
		return err
	})
	if err != nil {
		return err
	}
	if n := r.state.Total.Orders; n >= 50+4*r.analyzed {
		r.analyzed = n
		if err := r.o.D.Analyze(ctx, db.By{Actor: actor, Cause: "replay"}); err != nil {
			return err
		}
	}
	if r.o.Progress != nil {
		r.o.Progress(intake.Progress{Stage: StageDays, Done: int64(r.state.Day), Total: int64(r.calendar.days),
			Rows: r.story.Report.Rows, Orders: r.state.Total.Orders})
	}
	if r.o.Day == nil {
		return nil
	}
	return r.o.Day(today)
}

func (r *run) report(ctx context.Context, resumed bool) (Report, error) {
	p := Report{File: r.story.Report.File, From: r.calendar.from.Format(time.DateOnly), Days: r.calendar.days,
		To: r.calendar.at(r.calendar.days-1, 0).Format(time.DateOnly), Rows: r.story.Report.Rows, Currency: r.house.shop.Currency,
		Tallies: r.state.Tallies,
		Total:   r.state.Total, Exceptions: r.state.Opened, Resumed: resumed, Read: r.story.Report}
	return p, r.o.D.Read(ctx, func(tx *db.Tx) error {
		words, _, err := order.Counts(tx)
		for _, n := range words {
			p.Waiting += n
		}
		return err
	})
}

// byDay gives what lies in each day; the list is in the order of time.
type byDay struct {
	at      func(int) time.Time
	days    [][2]int // from, to
	outside []int
}

func newByDay(c *calendar, count int, at func(int) db.Instant) *byDay {
	b := &byDay{days: make([][2]int, c.days), at: func(i int) time.Time { return at(i).Time().In(c.from.Location()) }}
	for i := range count {
		day := c.of(b.at(i))
		switch {
		case !c.has(day):
			b.outside = append(b.outside, i)
		case b.days[day][1] == 0:
			b.days[day] = [2]int{i, i + 1}
		default:
			b.days[day][1] = i + 1
		}
	}
	return b
}

// queue is what is left of a day.
type queue struct {
	*byDay
	from, to int
}

func (b *byDay) of(day int) queue { return queue{b, b.days[day][0], b.days[day][1]} }

// take gives what is left of a day before the end of an hour.
func take(q *queue, hour int) (list []int) {
	for ; q.from < q.to && q.at(q.from).Hour() <= hour; q.from++ {
		list = append(list, q.from)
	}
	return list
}

const actor = "replay"

// openExceptions puts work before people.
func (s *state) openExceptions(tx *db.Tx, list []review.Exception) error {
	outcomes, err := review.Open(tx, list)
	for _, o := range outcomes {
		if err == nil && o.Fault != nil {
			err = o.Fault
		}
	}
	s.Opened += int64(len(list))
	return err
}
