package replay

import (
	"time"

	"baihuo/internal/catalog"
	"baihuo/internal/intake"
	"baihuo/internal/order"
	"baihuo/internal/shop"
)

// calendar counts the days of a replay in the shop's zone, from 0.
type calendar struct {
	from time.Time // midnight
	days int
	open []bool // the file sells something
}

func (c *calendar) at(day, hour int) time.Time {
	return time.Date(c.from.Year(), c.from.Month(), c.from.Day()+day, hour, 0, 0, 0, c.from.Location())
}

// of gives the day that a moment lies in. It may lie outside the replay.
func (c *calendar) of(at time.Time) int {
	y, m, d := at.In(c.from.Location()).Date()
	noon := time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
	first := time.Date(c.from.Year(), c.from.Month(), c.from.Day(), 12, 0, 0, 0, time.UTC)
	return int(noon.Sub(first) / (24 * time.Hour))
}

func (c *calendar) has(day int) bool { return day >= 0 && day < c.days }

// next is the next day after one on which the file sells anything, else the next
// of the calendar.
func (c *calendar) next(day int) int {
	for n := day + 1; n < c.days; n++ {
		if c.open[n] {
			return n
		}
	}
	return day + 1
}

// newCalendar covers from to, both yyyy-mm-dd and inclusive; where empty, the first
// and the last day of the story. Fault: ErrDays.
func newCalendar(s *intake.Story, sh shop.Shop, from, to string) (*calendar, error) {
	if len(s.Orders) == 0 {
		return nil, ErrNoOrders
	}
	zone := sh.Location()
	if from == "" {
		from = sh.Day(s.Orders[0].OrderedAt)
	}
	if to == "" {
		to = sh.Day(s.Orders[len(s.Orders)-1].OrderedAt)
	}
	first, err := time.ParseInLocation(time.DateOnly, from, zone)
	last, wrong := time.ParseInLocation(time.DateOnly, to, zone)
	if err != nil || wrong != nil || last.Before(first) {
		return nil, ErrDays.With(from, to)
	}
	c := &calendar{from: first}
	if c.days = c.of(last) + 1; c.days > daysMax {
		return nil, ErrDays.With(from, to)
	}
	c.open = make([]bool, c.days)
	for _, o := range s.Orders {
		if day := c.of(o.OrderedAt.Time()); c.has(day) {
			c.open[day] = true
		}
	}
	return c, nil
}

// demand is what the file sells of each SKU on each day, less what was cancelled
// on the same day: a typing error taken back at once is no demand. It is known
// from the file alone.
type demand struct {
	codes []string       // folded, in the order of their first sale
	index map[string]int // of a folded code
	sold  [][]int64      // by SKU and day
	all   []int64        // by SKU, all that the replay may take out, cancelled or not
}

func newDemand(s *intake.Story, c *calendar) *demand {
	d := &demand{index: map[string]int{}}
	for _, o := range s.Orders {
		day := c.of(o.OrderedAt.Time())
		for i := range o.Lines {
			if l := &o.Lines[i]; c.has(day) && l.Kind != order.Charge {
				n := d.of(l.Code, c.days)
				d.sold[n][day] += l.Qty
				d.all[n] += l.Qty
			}
		}
	}
	for i := range s.Loose {
		l := &s.Loose[i]
		day := c.of(l.At.Time())
		if !c.has(day) {
			continue
		}
		if n, known := d.index[catalog.Fold(l.Code)]; known && l.Sense == intake.Adjusted && l.Qty < 0 {
			d.all[n] -= l.Qty
		}
		for _, f := range l.From {
			if o := s.Orders[f.Order]; l.Sense == intake.GoodsBack && c.of(o.OrderedAt.Time()) == day {
				d.sold[d.of(o.Lines[f.Line].Code, c.days)][day] -= f.Qty
			}
		}
	}
	return d
}

func (d *demand) of(code string, days int) int {
	code = catalog.Fold(code)
	n, known := d.index[code]
	if !known {
		n = len(d.codes)
		d.index[code] = n
		d.codes, d.sold, d.all = append(d.codes, code), append(d.sold, make([]int64, days)), append(d.all, 0)
	}
	return n
}

// The weeks that supply looks back on, and stocks up for.
const (
	lookBackDays = 56
	openingDays  = 28
	upToDays     = 35
)

// cover is how many pieces of a SKU last for days at the mean of the 56 days before
// a day, or of the first 56 while fewer have passed. Any fraction is a piece.
func (d *demand) cover(sku, day, days int) int64 {
	from := max(day-lookBackDays, 0)
	var sum int64
	for _, n := range d.sold[sku][from:min(from+lookBackDays, len(d.sold[sku]))] {
		sum += n
	}
	return (max(sum, 0)*int64(days) + lookBackDays - 1) / lookBackDays
}
