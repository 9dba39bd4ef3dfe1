package intake

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/sheet"
)

// Stock takes a file of stock in, as receipts or as counts. Each receipt bears a
// reference, so the same file again changes nothing; a count may be repeated and
// books what differs then. Rows are independent and written 1,000 at a time. The
// report's kind is "receipt" or "count".
func Stock(ctx context.Context, d *db.DB, o FileOptions) (Report, error) {
	digest, err := digestOf(o.File)
	if err != nil {
		return Report{}, err
	}
	sum := sha256.Sum256(append(digest, o.Reference...))
	rec := record{what: "stock", profile: o.Profile, file: filepath.Base(o.File), digest: sum[:]}
	var stands Import
	var already bool
	switch {
	case o.Counts:
	case o.DryRun:
		stands, already, err = rec.find(ctx, d)
	default:
		stands, already, err = rec.enter(ctx, d, o.By)
	}
	if err != nil || already {
		stands.Report.Already = already
		return stands.Report, err
	}
	report, err := o.withReader(ctx, d, "stock", func(r *sheet.Reader, report *Report, p *problems) error {
		report.Import = stands.ID
		s := &stocker{d: d, o: o, r: r, report: report, problems: p, paper: "file " + hex.EncodeToString(digest[:12]),
			seen: map[string]int{}}
		return s.run(ctx)
	})
	if err == nil && stands.ID != 0 {
		err = finish(ctx, d, o.By, stands.ID, &report)
	}
	return report, err
}

type stocker struct {
	d          *db.DB
	o          FileOptions
	r          *sheet.Reader
	report     *Report
	problems   *problems
	paper      string
	warehouses map[string]id.Warehouse
	seen       map[string]int // row in which a slot first stood
	piece      []stockRow
}

// stockRow is one row of a file of stock.
type stockRow struct {
	row, text          int
	warehouse          id.Warehouse
	code, lot, bin     string
	madeOn, expiresOn  string
	reference          string
	qty                int64
	sku                id.SKU
	wrongSKU, wrongLot *sheet.RowError // told when the SKU turns out so
	wrongBundle        *sheet.RowError
}

func (s *stocker) kind() string {
	if s.o.Counts {
		return "count"
	}
	return "receipt"
}

func (s *stocker) run(ctx context.Context) error {
	err := s.d.Read(ctx, func(tx *db.Tx) error {
		all, err := inventory.Warehouses(tx)
		s.warehouses = map[string]id.Warehouse{}
		for _, w := range all {
			if s.o.Scope == nil || s.o.Scope.HasWarehouse(w.ID) {
				s.warehouses[catalog.Fold(w.Code)] = w.ID
			}
		}
		return err
	})
	for err == nil {
		row, next := s.r.Next()
		var unusable *sheet.RowError
		switch {
		case errors.Is(next, io.EOF):
			return s.flush(ctx)
		case errors.As(next, &unusable):
			err = s.refuse(0, unusable)
		case next != nil:
			return next
		default:
			err = s.take(row)
		}
		s.report.Rows++
		s.o.tell(s.r, s.report)
		if err == nil && len(s.piece) == linesMax {
			err = s.flush(ctx)
		}
	}
	return err
}

func (s *stocker) refuse(units int64, wrong ...*sheet.RowError) error {
	s.report.count(s.kind(), Refused, "", 1, units, 0)
	return s.problems.add(wrong...)
}

// take reads a row and keeps it for its piece, or reports why it cannot.
func (s *stocker) take(row sheet.Row) error {
	w := &wrongs{row: row}
	k := stockRow{row: row.Number, text: row.Line, lot: w.keep("lot", 100), bin: w.keep("bin", 100),
		reference: w.keep("reference", 100)}
	code := row.Get("warehouse")
	if k.warehouse = s.warehouses[catalog.Fold(code)]; k.warehouse == 0 {
		w.add("warehouse", errWarehouse.With(short(code)))
	}
	var err error
	if k.code, err = sheet.Code(row.Get("sku")); err != nil {
		w.add("sku", err)
	}
	least := int64(1)
	if s.o.Counts {
		least = 0
	}
	if k.qty, err = sheet.Int(row.Get("qty")); err != nil {
		w.add("qty", err)
	} else if k.qty < least || k.qty > inventory.QtyMax {
		w.add("qty", errStockQty.With(least))
		k.qty = 0
	}
	for column, to := range map[string]*string{"made_on": &k.madeOn, "expires_on": &k.expiresOn} {
		if text := row.Get(column); text != "" {
			day, err := sheet.Time(text, time.UTC)
			if err != nil {
				w.add(column, errDay)
			}
			*to = day.Format(time.DateOnly)
		}
	}
	if f := s.twice(&k); f != nil {
		w.add("sku", f)
	}
	k.wrongSKU = row.Wrong("sku", errStockSKU.With(short(k.code)))
	k.wrongBundle = row.Wrong("sku", errBundle.With(short(k.code)))
	k.wrongLot = row.Wrong("lot", errLotNone)
	if len(w.list) > 0 {
		return s.refuse(k.qty, w.list...)
	}
	s.piece = append(s.piece, k)
	return nil
}

// twice finds a row that says the same as an earlier one, and gives a row without
// a paper of its own its reference.
func (s *stocker) twice(k *stockRow) *fault.Fault {
	k.reference = cmp.Or(k.reference, s.o.Reference)
	if k.reference == "" && !s.o.Counts {
		k.reference = fmt.Sprintf("%s/%d", s.paper, k.row)
		return nil
	}
	slot := strings.Join([]string{k.reference, fmt.Sprint(k.warehouse), catalog.Fold(k.code), k.lot, k.bin}, "\x00")
	if s.o.Counts {
		_, slot, _ = strings.Cut(slot, "\x00")
	}
	if first, seen := s.seen[slot]; seen {
		return errTwice.With(first)
	}
	s.seen[slot] = k.row
	return nil
}

// flush writes the rows gathered.
func (s *stocker) flush(ctx context.Context) error {
	piece := s.piece
	s.piece = nil
	codes := make([]string, len(piece))
	for i, k := range piece {
		codes[i] = k.code
	}
	var skus map[string]*catalog.SKU
	err := s.d.Read(ctx, func(tx *db.Tx) (err error) {
		skus, err = catalog.Find(tx, codes)
		return err
	})
	if err != nil {
		return err
	}
	var good []stockRow
	for _, k := range piece {
		var wrong *sheet.RowError
		switch sku := skus[k.code]; {
		case sku == nil:
			wrong = k.wrongSKU
		case sku.Bundle:
			wrong = k.wrongBundle
		case sku.LotTracked && k.lot == "":
			wrong = k.wrongLot
		default:
			k.sku = sku.ID
			good = append(good, k)
			continue
		}
		if err := s.refuse(k.qty, wrong); err != nil {
			return err
		}
	}
	return s.book(ctx, good)
}

// book writes rows in one transaction; where one is refused, each goes alone.
func (s *stocker) book(ctx context.Context, rows []stockRow) error {
	if len(rows) == 0 {
		return nil
	}
	err := s.d.Write(ctx, s.o.By, func(tx *db.Tx) error {
		err := s.write(tx, rows)
		if err == nil && s.o.DryRun {
			return errStop
		}
		return err
	})
	if err == nil || errors.Is(err, errStop) {
		for _, k := range rows {
			s.report.count(s.kind(), Booked, "", 1, k.qty, 0)
		}
		return nil
	}
	switch kind := fault.KindOf(err); {
	case kind != fault.Invalid && kind != fault.Conflict && kind != fault.Missing:
		return err
	case len(rows) == 1:
		return s.refuse(rows[0].qty, rowError(rows[0].row, rows[0].text, "", fault.Of(err)))
	}
	for i := range rows {
		if err := s.book(ctx, rows[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

func (s *stocker) write(tx *db.Tx, rows []stockRow) error {
	bins, err := openBins(tx, rows)
	if err != nil {
		return err
	}
	lots := make([]inventory.Lot, len(rows))
	for i, k := range rows {
		lots[i] = inventory.Lot{SKU: k.sku, Code: k.lot, MadeOn: k.madeOn, ExpiresOn: k.expiresOn}
	}
	if s.o.Counts {
		return count(tx, rows, lots, bins)
	}
	receipts := make([]inventory.Receipt, len(rows))
	for i, k := range rows {
		receipts[i] = inventory.Receipt{Place: inventory.Place{Warehouse: k.warehouse, SKU: k.sku}, Qty: k.qty,
			Lot: lots[i],
			Bin: bins[binKey{k.warehouse, k.bin}], Reference: k.reference}
	}
	return flow.Receive(tx, receipts)
}

func count(tx *db.Tx, rows []stockRow, lots []inventory.Lot, bins map[binKey]id.Bin) error {
	var coded []inventory.Lot
	for _, l := range lots {
		if l.Code != "" {
			coded = append(coded, l)
		}
	}
	named := map[string]inventory.Lot{}
	if len(coded) > 0 {
		var err error
		if named, err = inventory.OpenLots(tx, coded); err != nil {
			return err
		}
	}
	counted := make([]inventory.Counted, len(rows))
	for i, k := range rows {
		counted[i] = inventory.Counted{Place: inventory.Place{Warehouse: k.warehouse, SKU: k.sku}, Found: k.qty,
			Lot: named[inventory.LotKey(k.sku, k.lot)].ID, Bin: bins[binKey{k.warehouse,
				k.bin}], Reference: k.reference}
	}
	return flow.Count(tx, counted)
}

type binKey struct {
	warehouse id.Warehouse
	code      string
}

// openBins gives the bins that rows name; rows without one lie in none.
func openBins(tx *db.Tx, rows []stockRow) (map[binKey]id.Bin, error) {
	codes := map[id.Warehouse][]string{}
	var order []id.Warehouse
	for _, k := range rows {
		if k.bin == "" {
			continue
		}
		if codes[k.warehouse] == nil {
			order = append(order, k.warehouse)
		}
		codes[k.warehouse] = append(codes[k.warehouse], k.bin)
	}
	bins := map[binKey]id.Bin{}
	for _, w := range order {
		opened, err := inventory.OpenBins(tx, w, codes[w])
		if err != nil {
			return nil, err
		}
		for code, b := range opened {
			bins[binKey{w, code}] = b
		}
	}
	return bins, nil
}
