package intake

import (
	"context"
	"fmt"
	"slices"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/sheet"
)

// Bounds of one transaction: a piece must not hold the lane for long.
const (
	ordersMax = 256
	linesMax  = 1000
)

// batch is the orders of the next transaction.
type batch struct {
	orders []*pending
	lines  int
}

// push adds an order to the batch, and writes the batch when it is full.
func (im *importer) push(ctx context.Context, p *pending) error {
	if im.batch.lines+len(p.lines) > linesMax {
		if err := im.flush(ctx); err != nil {
			return err
		}
	}
	im.batch.orders = append(im.batch.orders, p)
	im.batch.lines += len(p.lines)
	if len(im.batch.orders) == ordersMax {
		return im.flush(ctx)
	}
	return nil
}

// flush writes the batch.
func (im *importer) flush(ctx context.Context) error {
	orders := im.batch.orders
	im.batch = batch{}
	if len(orders) == 0 {
		return nil
	}
	drafts := make([]*order.Draft, len(orders))
	for i, p := range orders {
		drafts[i] = im.draft(p)
	}
	prepared := flow.Prepare(im.kit, im.shops, drafts)
	outcomes, err := im.accept(ctx, prepared)
	if err != nil {
		return err
	}
	for i, p := range orders {
		if err := im.settle(p, outcomes[i]); err != nil {
			return err
		}
	}
	return nil
}

// accept writes orders in one transaction. Where the database refuses what the
// checks should have caught, each goes alone and the offender is refused.
func (im *importer) accept(ctx context.Context, list []flow.Prepared) ([]fault.Outcome[flow.Accepted], error) {
	if im.o.DryRun {
		return im.rehearse(ctx, list)
	}
	var outcomes []fault.Outcome[flow.Accepted]
	err := im.d.Write(ctx, im.by(), func(tx *db.Tx) (err error) {
		if outcomes, err = flow.Accept(tx, im.kit, list); err != nil {
			return err
		}
		return im.own(tx, outcomes)
	})
	if err == nil {
		return outcomes, nil
	}
	switch kind := fault.KindOf(err); {
	case kind != fault.Invalid && kind != fault.Conflict && kind != fault.Missing:
		return nil, err
	case len(list) == 1:
		return []fault.Outcome[flow.Accepted]{fault.Refused[flow.Accepted](fault.Of(err))}, nil
	}
	outcomes = outcomes[:0]
	for i := range list {
		one, err := im.accept(ctx, list[i:i+1])
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, one...)
	}
	return outcomes, nil
}

// own notes the orders that the import created, with the version it left.
func (im *importer) own(tx *db.Tx, outcomes []fault.Outcome[flow.Accepted]) error {
	items := tx.Batch(`/* intake.own */ INSERT INTO import_items (import_id, object_id, object_kind, version) VALUES {rows}
		ON CONFLICT DO NOTHING`)
	for _, o := range outcomes {
		if o.Fault == nil && !o.Value.Duplicate {
			items.Add(int64(im.id), int64(o.Value.Order), "order", int64(1))
		}
	}
	_, err := items.Run()
	return err
}

// rehearse says what accept would do, and writes nothing.
func (im *importer) rehearse(ctx context.Context, list []flow.Prepared) ([]fault.Outcome[flow.Accepted], error) {
	outcomes := make([]fault.Outcome[flow.Accepted], len(list))
	numbers := map[id.Shop][]string{}
	for i, p := range list {
		if outcomes[i].Fault = p.Fault; p.Fault == nil {
			s := im.shops[p.Draft.ShopCode]
			numbers[s.ID] = append(numbers[s.ID], p.Draft.ExternalNo)
		}
	}
	return outcomes, im.d.Read(ctx, func(tx *db.Tx) error {
		for s, wanted := range numbers {
			there, err := order.Find(tx, s, wanted)
			if err != nil {
				return err
			}
			for i, p := range list {
				if n := there[p.Draft.ExternalNo]; n != 0 && im.shops[p.Draft.ShopCode].ID == s {
					outcomes[i].Value = flow.Accepted{Order: n, Duplicate: true}
				}
			}
		}
		return nil
	})
}

// settle counts what became of an order's lines.
func (im *importer) settle(p *pending, o fault.Outcome[flow.Accepted]) error {
	what := Ordered
	switch {
	case o.Fault != nil:
		what = Refused
		im.report.OrdersRefused++
	case o.Value.Duplicate:
		what = Repeated
		im.report.OrdersBefore++
	default:
		im.report.Orders++
	}
	for i := range p.lines {
		l := &p.lines[i]
		im.report.count(l.kind, what, l.currency, 1, l.qty, l.money())
	}
	im.placed[p.index] = o.Value.Order
	first := &p.lines[0]
	switch {
	case o.Fault != nil:
		return im.problems.add(p.wrong(o.Fault)...)
	case o.Value.Duplicate && o.Value.Word == order.Gone:
		return im.problems.add(rowError(first.row, first.text, "", errRevive.With(short(p.no))))
	}
	return nil
}

// wrong reports the fault of an order at the rows it is about.
func (p *pending) wrong(f *fault.Fault) []*sheet.RowError {
	if len(f.Fields) == 0 {
		return []*sheet.RowError{rowError(p.lines[0].row, p.lines[0].text, "", f)}
	}
	var list []*sheet.RowError
	for _, field := range f.Fields {
		at, column := 0, field.Name
		if n, err := fmt.Sscanf(field.Name, "lines[%d].%s", &at, &column); n != 2 || err != nil || at >= len(p.lines) {
			at, column = 0, field.Name
		}
		l := &p.lines[at]
		list = append(list, rowError(l.row, l.text, column, &fault.Fault{Code: f.Code, ZH: field.ZH, EN: field.EN}))
	}
	return list
}

const skusMax = 500

// skus creates the SKUs that the file sells and nobody has, or says which they are.
func (im *importer) skus(ctx context.Context) error {
	codes := make([]string, 0, len(im.survey.codes))
	for code := range im.survey.codes {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for chunk := range slices.Chunk(codes, skusMax) {
		var unknown []string
		err := im.d.Read(ctx, func(tx *db.Tx) error {
			there, err := catalog.Find(tx, chunk)
			for _, code := range chunk {
				if there[code] == nil {
					unknown = append(unknown, code)
				}
			}
			return err
		})
		if err == nil && im.o.CreateSKUs {
			err = im.create(ctx, unknown)
		} else if err == nil {
			err = im.unmatched(unknown)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (im *importer) create(ctx context.Context, codes []string) error {
	skus := make([]catalog.SKU, len(codes))
	for i, code := range codes {
		s := im.survey.codes[code]
		skus[i] = catalog.SKU{Code: code, Name: s.called()}
	}
	outcomes := make([]fault.Outcome[id.SKU], len(skus))
	if !im.o.DryRun && len(skus) > 0 {
		err := im.d.Write(ctx, im.by(), func(tx *db.Tx) (err error) {
			outcomes, err = catalog.Put(tx, skus)
			return err
		})
		if err != nil {
			return err
		}
	}
	for i, o := range outcomes {
		if o.Fault == nil {
			im.report.SKUsCreated++
			continue
		}
		im.report.SKUsUnknown++
		row := im.survey.codes[codes[i]].row
		if err := im.problems.add((&pending{lines: []line{row}}).wrong(o.Fault)...); err != nil {
			return err
		}
	}
	return nil
}

func (im *importer) unmatched(codes []string) error {
	for _, code := range codes {
		s := im.survey.codes[code]
		im.report.SKUsUnknown++
		if err := im.problems.add(rowError(s.row.row, s.row.text, "sku",
			errSKU.With(short(code), s.rows))); err != nil {
			return err
		}
	}
	return nil
}

// called is the name for a SKU that is created: the most recent, cut to what the
// catalog keeps, or the code where there is none.
func (s *sold) called() string {
	const most = 200
	runes := []rune(s.name)
	if len(runes) == 0 {
		return s.row.code
	}
	return string(runes[:min(len(runes), most)])
}
