package intake

import (
	"context"
	"errors"
	"io"
	"strings"

	"baihuo/internal/carrier"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/money"
	"baihuo/internal/sheet"
	"baihuo/internal/shop"
)

// The files that open a house: warehouses first, then shops, which name them,
// and carriers with their tariffs. A row with the code of something that is there
// changes it.

func warehouseColumns() sheet.Map {
	return sheet.Map{
		{Name: "code", Headers: []string{"仓库编码", "编码"}, Needed: true},
		{Name: "name", Headers: []string{"仓库名称", "名称"}, Needed: true},
		{Name: "province", Headers: []string{"省份编码", "省份"}, Needed: true},
		{Name: "store", Headers: []string{"门店"}},
		{Name: "time_zone", Headers: []string{"时区"}},
		{Name: "cut_off", Headers: []string{"截单时间"}},
	}
}

func shopColumns() sheet.Map {
	return sheet.Map{
		{Name: "code", Headers: []string{"店铺编码", "编码"}, Needed: true},
		{Name: "name", Headers: []string{"店铺名称", "名称"}, Needed: true},
		{Name: "platform", Headers: []string{"平台"}, Needed: true},
		{Name: "kind", Headers: []string{"类型"}, Needed: true},
		{Name: "warehouses", Headers: []string{"发货仓库", "仓库"}, Needed: true},
		{Name: "currency", Headers: []string{"币种"}},
		{Name: "time_zone", Headers: []string{"时区"}},
		{Name: "reserve_unpaid", Headers: []string{"未付款预占"}},
		{Name: "promises", Headers: []string{"按可承诺量"}},
	}
}

func carrierColumns() sheet.Map {
	return sheet.Map{
		{Name: "code", Headers: []string{"快递编码", "编码"}, Needed: true},
		{Name: "name", Headers: []string{"快递名称", "名称"}, Needed: true},
		{Name: "number_pattern", Headers: []string{"单号规则"}},
	}
}

// Warehouses opens or changes the warehouses of a file. The report's kind is
// "warehouse".
func Warehouses(ctx context.Context, d *db.DB, o FileOptions) (Report, error) {
	return o.eachRow(ctx, d, "warehouses", "warehouse", func(tx *db.Tx, row sheet.Row) error {
		province := row.Get("province")
		_, err := inventory.OpenWarehouses(tx, []inventory.Warehouse{{Code: row.Get("code"), Name: row.Get("name"),
			Province: province[:min(2, len(province))], Store: yes(row.Get("store")), TimeZone: orShanghai(row.Get("time_zone")),
			CutOff: row.Get("cut_off")}})
		return err
	})
}

// Shops opens or changes the shops of a file. Their warehouses are codes in the
// order in which they are asked. The report's kind is "shop".
func Shops(ctx context.Context, d *db.DB, o FileOptions) (Report, error) {
	return o.eachRow(ctx, d, "shops", "shop", func(tx *db.Tx, row sheet.Row) error {
		currency := money.CNY
		if text := row.Get("currency"); text != "" {
			var err error
			if currency, err = money.ParseCurrency(text); err != nil {
				return err
			}
		}
		served, err := warehousesNamed(tx, strings.Fields(strings.NewReplacer(",", " ", ";", " ", "、", " ", ">", " ").Replace(row.Get("warehouses"))))
		if err != nil {
			return err
		}
		opened, err := shop.Open(tx, []shop.Shop{{Code: row.Get("code"), Name: row.Get("name"), Platform: row.Get("platform"),
			Kind: shop.Kind(row.Get("kind")), Currency: currency, TimeZone: orShanghai(row.Get("time_zone")),
			ReserveUnpaid: yes(row.Get("reserve_unpaid")), Promises: yes(row.Get("promises"))}})
		if err != nil {
			return err
		}
		return shop.SetWarehouses(tx, opened[0].ID, "", served)
	})
}

// Carriers opens or changes the carriers of a file. The report's kind is "carrier".
func Carriers(ctx context.Context, d *db.DB, o FileOptions) (Report, error) {
	return o.eachRow(ctx, d, "carriers", "carrier", func(tx *db.Tx, row sheet.Row) error {
		_, err := carrier.Put(tx, []carrier.Carrier{{Code: row.Get("code"), Name: row.Get("name"), NumberPattern: row.Get("number_pattern")}})
		return err
	})
}

// Tariffs sets the prices of a file: see carrier.Import. The report's kind is
// "tariff".
func Tariffs(ctx context.Context, d *db.DB, o FileOptions) (Report, error) {
	return o.withReader(ctx, d, "tariffs", func(r *sheet.Reader, report *Report, p *problems) error {
		var failed error
		_, err := carrier.Import(ctx, d, r, carrier.ImportOptions{Currency: o.Currency, DryRun: o.DryRun, By: o.By,
			Each: func(row carrier.RowReport) {
				report.Rows++
				report.count("tariff", Outcome(row.Done), "", 1, 0, 0)
				if err := p.add(row.Problems...); err != nil && failed == nil {
					failed = err
				}
			}})
		if err == nil {
			err = failed
		}
		return err
	})
}

// errUndo ends a dry run's transaction.
var errUndo = errors.New("dry run")

// eachRow gives each row of a small file to do in a transaction of its own: a row
// that is refused is reported and the rest goes on.
func (o FileOptions) eachRow(ctx context.Context, d *db.DB, what, kind string, do func(*db.Tx, sheet.Row) error) (Report, error) {
	return o.withReader(ctx, d, what, func(r *sheet.Reader, report *Report, p *problems) error {
		for {
			row, err := r.Next()
			var unusable *sheet.RowError
			switch {
			case errors.Is(err, io.EOF):
				return nil
			case errors.As(err, &unusable):
			case err != nil:
				return err
			default:
				if unusable, err = o.oneRow(ctx, d, row, do); err != nil {
					return err
				}
			}
			report.Rows++
			done := Outcome("taken")
			if unusable != nil {
				done = Refused
				if err := p.add(unusable); err != nil {
					return err
				}
			}
			report.count(kind, done, "", 1, 0, 0)
		}
	})
}

// oneRow runs do on a row; a refusal of the row's own is told, anything else ends
// the import.
func (o FileOptions) oneRow(ctx context.Context, d *db.DB, row sheet.Row, do func(*db.Tx, sheet.Row) error) (*sheet.RowError, error) {
	err := d.Write(ctx, o.By, func(tx *db.Tx) error {
		if err := do(tx, row); err != nil || !o.DryRun {
			return err
		}
		return errUndo
	})
	if err == nil || errors.Is(err, errUndo) {
		return nil, nil
	}
	f := fault.Of(err)
	if f.Kind != fault.Invalid && f.Kind != fault.Conflict && f.Kind != fault.Missing {
		return nil, err
	}
	for _, field := range f.Fields {
		f = f.Wrap(nil)
		f.ZH, f.EN = f.ZH+";"+field.Name+":"+field.ZH, f.EN+"; "+field.Name+": "+field.EN
	}
	return row.Wrong("code", f), nil
}

func warehousesNamed(tx *db.Tx, codes []string) ([]id.Warehouse, error) {
	all, err := inventory.Warehouses(tx)
	if err != nil {
		return nil, err
	}
	var found []id.Warehouse
	for _, code := range codes {
		n := len(found)
		for _, w := range all {
			if strings.EqualFold(w.Code, code) {
				found = append(found, w.ID)
			}
		}
		if len(found) == n {
			return nil, errWarehouse.With(code)
		}
	}
	return found, nil
}

func yes(text string) bool {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "1", "y", "yes", "true", "是":
		return true
	}
	return false
}

func orShanghai(zone string) string {
	if zone == "" {
		return "Asia/Shanghai"
	}
	return zone
}
