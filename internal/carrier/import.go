package carrier

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/money"
	"baihuo/internal/sheet"
)

const (
	pieceTariffs = 1_000 // of one transaction: a piece must not hold the lane for long
	problemsMax  = 1_000
)

// Columns is the column map of a file of tariffs. A weight stands in g or in kg;
// a destination cell may hold several places.
func Columns() sheet.Map {
	return sheet.Map{
		{Name: "carrier", Headers: []string{"快递编码", "快递", "快递公司", "承运商", "carrier code"}, Needed: true},
		{Name: "service", Headers: []string{"产品", "产品类型", "服务"}, Needed: true},
		{Name: "origin", Headers: []string{"始发", "始发省", "始发省份", "发货省", "origin province"}, Needed: true},
		{Name: "destination", Headers: []string{"目的地", "目的省", "到达省", "目的省份", "收货省", "destination province"}, Needed: true},
		{Name: "first_weight_g", Headers: []string{"首重(g)", "首重g", "首重(克)"}},
		{Name: "first_weight_kg", Headers: []string{"首重(kg)", "首重", "首重kg", "首重(公斤)"}},
		{Name: "first_price", Headers: []string{"首重价格", "首重价", "首重费", "首重运费", "首费"}, Needed: true},
		{Name: "next_weight_g", Headers: []string{"续重(g)", "续重g", "续重(克)", "continued_weight_g"}},
		{Name: "next_weight_kg", Headers: []string{"续重(kg)", "续重", "续重kg", "续重(公斤)"}},
		{Name: "next_price", Headers: []string{"续重价格", "续重价", "续重费", "续重运费", "续费", "continued_price"}, Needed: true},
		{Name: "days", Headers: []string{"时效(天)", "天数", "时效", "时效天数"}, Needed: true},
	}
}

// ImportOptions say how a file is taken in.
type ImportOptions struct {
	Currency money.Currency // of the prices; CNY when empty
	DryRun   bool           // tell what would happen, change nothing
	By       db.By
	Each     func(RowReport) // told what became of each row; may be nil
}

// RowReport says what became of one row.
type RowReport struct {
	Row      int
	Done     string // changed, unchanged, refused
	Problems []*sheet.RowError
}

// Report sums an import up. Tariffs counts prices set: a row may name many places.
type Report struct {
	DryRun                            bool
	Rows, Changed, Unchanged, Refused int
	Tariffs, Blank                    int
	Problems                          []*sheet.RowError // by row; the first thousand, Each gets all
	Unused                            []string
}

// Import sets tariffs from a table opened with Columns. Carriers must be there.
// A row that cannot be taken is reported and the rest goes on; the same file
// again changes nothing. The error is a fault of the file or the database; the
// report then tells what was done before it.
func Import(ctx context.Context, d *db.DB, r *sheet.Reader, o ImportOptions) (Report, error) {
	if o.Currency == "" {
		o.Currency = money.CNY
	}
	im := &importer{d: d, o: o, seen: map[route]int{}, report: Report{DryRun: o.DryRun, Unused: r.Unused()}}
	err := d.Read(ctx, func(tx *db.Tx) (err error) { im.carriers, err = All(tx); return err })
	if err == nil {
		err = im.run(ctx, r)
	}
	im.report.Blank = r.Blank()
	slices.SortStableFunc(im.report.Problems, func(a, b *sheet.RowError) int { return a.Row - b.Row })
	return im.report, err
}

type importer struct {
	d        *db.DB
	o        ImportOptions
	carriers []Carrier
	seen     map[route]int // the row in which a price first stood
	tariffs  []Tariff
	rows     []int // of each of tariffs
	report   Report
}

func (im *importer) run(ctx context.Context, r *sheet.Reader) error {
	for {
		row, err := r.Next()
		var bad *sheet.RowError
		switch {
		case errors.Is(err, io.EOF):
			return im.put(ctx)
		case errors.As(err, &bad):
			im.tell(RowReport{row.Number, "refused", []*sheet.RowError{bad}})
			continue
		case err != nil:
			return err
		}
		tariffs, wrong := im.read(row)
		if len(wrong) > 0 {
			im.tell(RowReport{row.Number, "refused", wrong})
			continue
		}
		if len(im.tariffs)+len(tariffs) > pieceTariffs {
			if err := im.put(ctx); err != nil {
				return err
			}
		}
		for _, t := range tariffs {
			im.tariffs, im.rows = append(im.tariffs, t), append(im.rows, row.Number)
		}
	}
}

// read gives the tariffs of a row, one for each of its places, or all that is
// wrong with it.
func (im *importer) read(row sheet.Row) (tariffs []Tariff, wrong []*sheet.RowError) {
	blame := func(column string, err error) { wrong = append(wrong, row.Wrong(column, err)) }
	t := Tariff{Service: Fold(row.Get("service"))}
	at := slices.IndexFunc(im.carriers, func(c Carrier) bool {
		return c.Code == Fold(row.Get("carrier")) || c.Name == row.Get("carrier")
	})
	if at < 0 {
		blame("carrier", ErrMissing)
	} else {
		t.Carrier = im.carriers[at].ID
	}
	origin, f := readPlace(row.Get("origin"))
	if t.Origin = origin; f != nil {
		t.Origin = "" // told by check below
	}
	places, f := readPlaces(row.Get("destination"))
	if f != nil {
		blame("destination", f)
		places = []string{"11"} // any, so that the rest is looked at too
	}
	columns := im.figures(row, &t, blame)
	for _, t.Destination = range places {
		if first, twice := im.seen[t.route()]; twice && len(wrong) == 0 {
			blame("destination", errTwice.With(first))
		}
		tariffs = append(tariffs, t)
	}
	if f := tariffs[0].check(); f != nil {
		for _, field := range f.Fields {
			column := field.Name
			if c, has := columns[column]; has {
				column = c
			}
			if column != "" {
				blame(column, fault.New(fault.Invalid, f.Code, field.ZH, field.EN))
			}
		}
	}
	if len(wrong) == 0 {
		for _, t := range tariffs {
			im.seen[t.route()] = row.Number
		}
	}
	return tariffs, wrong
}

// figures reads the numbers and gives the column in which each stands, empty
// where it could not be read and is blamed already.
func (im *importer) figures(row sheet.Row, t *Tariff, blame func(string, error)) map[string]string {
	columns := map[string]string{}
	for _, n := range []struct {
		name   string
		to     *int64
		amount bool
	}{
		{"first_weight_g", &t.FirstWeightG, false}, {"first_price", (*int64)(&t.FirstPrice), true},
		{"next_weight_g", &t.NextWeightG, false}, {"next_price", (*int64)(&t.NextPrice), true}, {"days", &t.Days, false},
	} {
		column, read := n.name, sheet.Int
		if n.amount {
			read = func(text string) (int64, error) { a, err := money.Parse(text, im.o.Currency); return int64(a), err }
		} else if kilo := strings.TrimSuffix(n.name, "_g") + "_kg"; row.Get(n.name) == "" && row.Get(kilo) != "" {
			column, read = kilo, kilograms
		}
		columns[n.name] = column
		var err error
		if *n.to, err = read(row.Get(column)); err != nil {
			blame(column, err)
			columns[n.name] = ""
		}
	}
	return columns
}

// kilograms reads a weight in kg and gives g.
func kilograms(text string) (int64, error) {
	if len(text) > 20 || money.Scientific(text) {
		return 0, errKilograms
	}
	kg, err := decimal.NewFromString(text)
	if err != nil {
		return 0, errKilograms
	}
	g := kg.Shift(3)
	if !g.IsInteger() || !g.BigInt().IsInt64() {
		return 0, errKilograms
	}
	return g.IntPart(), nil
}

// put writes what has been gathered; in a dry run it undoes it.
func (im *importer) put(ctx context.Context) error {
	var outcomes []fault.Outcome[bool]
	err := im.d.Write(ctx, im.o.By, func(tx *db.Tx) (err error) {
		if outcomes, err = PutTariffs(tx, im.tariffs); err == nil && im.o.DryRun {
			return errDryRun
		}
		return err
	})
	if err != nil && !errors.Is(err, errDryRun) {
		return err
	}
	for i := 0; i < len(outcomes); {
		report := RowReport{Row: im.rows[i], Done: "unchanged"}
		for ; i < len(outcomes) && im.rows[i] == report.Row; i++ {
			if f := outcomes[i].Fault; f != nil {
				report.Done = "refused"
				report.Problems = append(report.Problems, &sheet.RowError{Row: report.Row, Code: f.Code,
					ZH: fmt.Sprintf("第 %d 行：%s", report.Row, f.ZH), EN: fmt.Sprintf("Row %d: %s", report.Row, f.EN)})
			} else if outcomes[i].Value {
				im.report.Tariffs++
				if report.Done == "unchanged" {
					report.Done = "changed"
				}
			}
		}
		im.tell(report)
	}
	im.tariffs, im.rows = nil, nil
	return nil
}

func (im *importer) tell(r RowReport) {
	im.report.Rows++
	switch r.Done {
	case "changed":
		im.report.Changed++
	case "unchanged":
		im.report.Unchanged++
	default:
		im.report.Refused++
	}
	room := max(0, problemsMax-len(im.report.Problems))
	im.report.Problems = append(im.report.Problems, r.Problems[:min(room, len(r.Problems))]...)
	if im.o.Each != nil {
		im.o.Each(r)
	}
}
