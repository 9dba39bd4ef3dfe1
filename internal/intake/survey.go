package intake

import (
	"context"
	"errors"
	"io"
	"strings"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/sheet"
)

// survey is what the first reading of an order file finds out.
type survey struct {
	rows, blank int64
	sales       int // rows that are lines of orders
	unused      []string
	counts      map[uint64]int32 // rows of each number
	bad         map[uint64]int32 // numbers with a row that cannot be used, and which
	codes       map[string]*sold // goods by folded code
}

// sold is what a file says of one SKU.
type sold struct {
	name string // the most recent
	at   db.Instant
	row  line // the first row, without strings but code
	rows int64
}

const stepRows = 2000 // how often progress is told

// look reads the whole file once and reports every row that cannot be used.
func (im *importer) look(ctx context.Context) (*survey, error) {
	s := &survey{counts: map[uint64]int32{}, bad: map[uint64]int32{}, codes: map[string]*sold{}}
	var before uint64 // the number of the last row that could be read
	unread := int32(0)
	err := im.each(ctx, StageLook, func(row sheet.Row, l line, wrong []*sheet.RowError) error {
		s.rows++
		if err := im.problems.add(wrong...); err != nil {
			return err
		}
		if l.no == "" {
			unread = int32(row.Number)
			return nil
		}
		key := number(im.seed, l.shop, l.no)
		s.counts[key]++
		if l.role.ofOrder() {
			s.sales++
		}
		if len(wrong) > 0 {
			s.bad[key] = int32(row.Number)
		} else if l.role == goods || l.role == gift {
			s.sell(&l)
		}
		if unread > 0 && before == key {
			s.bad[key] = unread // a row inside the order is lost
		}
		before, unread = key, 0
		return nil
	})
	s.blank, s.unused = im.blank, im.unused
	return s, err
}

func (s *survey) sell(l *line) {
	code := catalog.Fold(l.code)
	k := s.codes[code]
	if k == nil {
		code = strings.Clone(code)
		k = &sold{row: line{row: l.row, text: l.text, code: code}}
		s.codes[code] = k
	}
	k.rows++
	if l.name != "" && l.at >= k.at {
		if k.at = l.at; k.name != l.name {
			k.name = strings.Clone(l.name)
		}
	}
}

// each reads the file and hands on every row that holds anything, with what is
// wrong with it. A row that cannot be read at all comes without a number.
func (im *importer) each(ctx context.Context, stage Stage, do func(sheet.Row, line, []*sheet.RowError) error) error {
	r, err := sheet.Open(im.o.File, sheet.Options{Columns: im.columns})
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // only read from
	rs := newRows(r, im.places, im.shopCode, im.history, im.seed)
	for n := int64(1); ; n++ {
		row, err := r.Next()
		var unusable *sheet.RowError
		switch {
		case errors.Is(err, io.EOF):
			im.blank, im.unused = int64(r.Blank()), r.Unused()
			im.tell(stage, r, n-1)
			return nil
		case errors.As(err, &unusable):
			err = do(row, line{row: row.Number, text: row.Line}, []*sheet.RowError{unusable})
		case err == nil:
			l, wrong := rs.read(row)
			err = do(row, l, wrong)
		}
		if err != nil {
			return err
		}
		if n%stepRows == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			im.tell(stage, r, n)
		}
	}
}

// Stage is a part of an import.
type Stage string

// The stages of an import of orders.
const (
	StageLook   Stage = "look"   // the first reading
	StageOrders Stage = "orders" // the second reading, orders are written
	StageLoose  Stage = "loose"  // cancellations and the like are carried out
)

// Progress is how far a stage has come. Done and Total are bytes of the file, or
// documents in the last stage; Total is 0 when unknown.
type Progress struct {
	Import      id.Import // 0 in a dry run, and of files that leave no record
	Stage       Stage
	Done, Total int64
	Rows        int64
	Orders      int64 // taken so far
}

func (im *importer) tell(stage Stage, r *sheet.Reader, rows int64) {
	if im.o.Progress != nil {
		done, total := r.Progress()
		im.o.Progress(Progress{Import: im.id, Stage: stage, Done: done, Total: total, Rows: rows, Orders: im.report.Orders})
	}
}
