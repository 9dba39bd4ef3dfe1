package catalog

import (
	"strconv"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/money"
	"baihuo/internal/sheet"
)

// ExportOptions say how SKUs are written down.
type ExportOptions struct {
	Filter   Filter         // After and Limit are not read
	Currency money.Currency // of cost and price; CNY when empty
	Chinese  bool           // Chinese headers
}

// Export writes the chosen SKUs by code, in the form that Import reads back, and
// gives their number. It does not close w.
func Export(tx *db.Tx, w *sheet.Writer, o ExportOptions) (rows int64, err error) {
	if o.Currency == "" {
		o.Currency = money.CNY
	}
	var header []string
	for _, c := range Columns() {
		if name := c.Name; o.Chinese {
			header = append(header, c.Headers[0])
		} else {
			header = append(header, name)
		}
	}
	if err := w.Header(header...); err != nil {
		return 0, err
	}
	f := o.Filter
	f.After, f.Limit = "", pageMax
	for {
		page, err := List(tx, f)
		if err != nil || len(page) == 0 {
			return rows, err
		}
		for _, s := range page {
			if err := w.Write(s.cells(o)...); err != nil {
				return rows, err
			}
			rows++
		}
		f.After = page[len(page)-1].Code
	}
}

// cells gives a SKU's row in the order of Columns.
func (s *SKU) cells(o ExportOptions) []sheet.Cell {
	parts := make([]string, len(s.Parts))
	for i, p := range s.Parts {
		parts[i] = p.Item.Code + "*" + strconv.FormatInt(p.Qty, 10)
	}
	tracked := map[bool]string{false: "no", true: "yes"}
	if o.Chinese {
		tracked = map[bool]string{false: "否", true: "是"}
	}
	return []sheet.Cell{
		sheet.Text(s.Code), sheet.Text(s.Name), sheet.Text(s.NameEN), sheet.Text(s.Category), sheet.Text(s.Brand),
		sheet.Text(strings.Join(s.Barcodes, " ")),
		sheet.Whole(s.LengthMM), sheet.Whole(s.WidthMM), sheet.Whole(s.HeightMM), sheet.Whole(s.WeightG),
		sheet.Decimal(s.Cost.Format(o.Currency)), sheet.Decimal(s.Price.Format(o.Currency)),
		sheet.Text(tracked[s.LotTracked]), sheet.Whole(s.ShelfLifeDays), sheet.Whole(s.LifeLeftDaysMin),
		sheet.Text(strings.Join(parts, "+")),
	}
}
