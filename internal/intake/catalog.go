package intake

import (
	"context"
	"path/filepath"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/money"
	"baihuo/internal/sheet"
	"baihuo/internal/staff"
)

// FileOptions say how a file of SKUs or stock is taken in.
type FileOptions struct {
	File string
	// Profile names the column map: none for our own layout, or a saved one.
	Profile string
	// Columns is used instead of the profile's where it is not empty.
	Columns sheet.Map
	// DryRun tells what would happen and changes nothing.
	DryRun bool
	// Scope leaves the warehouses of a caller in a file of stock: others do not exist.
	// Nil is the house itself.
	Scope *staff.Scope
	// NoCosts refuses a file of SKUs that has a column of costs.
	NoCosts bool
	// Problems is a path: all problems are written there as CSV.
	Problems string
	By       db.By
	Progress func(Progress) // may be nil

	// Currency of cost and price in a file of SKUs; CNY when empty.
	Currency money.Currency
	// Counts: a file of stock says what was found on the shelves; else what arrived.
	Counts bool
	// Reference names the paper of rows that name none. Without it the file itself
	// is the paper.
	Reference string
}

// Catalog takes a file of SKUs in: see catalog.Import for what it does with a row.
// The same file again changes nothing. The report's kind is "sku".
func Catalog(ctx context.Context, d *db.DB, o FileOptions) (Report, error) {
	return o.withReader(ctx, d, "catalog", func(r *sheet.Reader, report *Report, p *problems) error {
		if o.NoCosts && r.Has("cost") {
			return ErrCosts
		}
		var failed error
		_, err := catalog.Import(ctx, d, r, catalog.ImportOptions{Currency: o.Currency, DryRun: o.DryRun, By: o.By,
			Each: func(row catalog.RowReport) {
				report.Rows++
				report.count("sku", Outcome(row.Done), "", 1, 0, 0)
				if err := p.add(row.Problems...); err != nil && failed == nil {
					failed = err
				}
				o.tell(r, report)
			}})
		if err == nil {
			err = failed
		}
		return err
	})
}

// withReader opens the file with its column map and closes what do has reported.
func (o FileOptions) withReader(ctx context.Context, d *db.DB, what string,
	do func(*sheet.Reader, *Report, *problems) error,
) (report Report, err error) {
	report = Report{What: what, File: filepath.Base(o.File), Profile: o.Profile, DryRun: o.DryRun}
	var m sheet.Map
	err = d.Read(ctx, func(tx *db.Tx) (err error) {
		m, err = columns(tx, what, o.Profile)
		return err
	})
	if err != nil {
		return report, err
	}
	r, err := sheet.Open(o.File, sheet.Options{Columns: over(m, o.Columns)})
	if err != nil {
		return report, err
	}
	defer func() { _ = r.Close() }() // only read from
	p, err := newProblems(&report, o.Problems)
	if err != nil {
		return report, err
	}
	report.Unused = r.Unused()
	err = do(r, &report, p)
	if end := p.close(); err == nil {
		err = end
	}
	report.Blank = int64(r.Blank())
	report.close()
	return report, err
}

func (o FileOptions) tell(r *sheet.Reader, report *Report) {
	if o.Progress != nil && report.Rows%stepRows == 0 {
		done, total := r.Progress()
		o.Progress(Progress{Import: report.Import, Stage: StageLook, Done: done, Total: total, Rows: report.Rows})
	}
}

func catalogColumns() sheet.Map { return catalog.Columns() }
