package goods

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

//go:embed *.csv
var files embed.FS

// Load reads the embedded files. It fails only if a file was edited into something unreadable, and then names the
// file, the line and the column.
func Load() (Assortment, error) {
	var a Assortment
	for _, read := range []func() error{
		func() (err error) { a.SKUs, err = table("skus.csv", sku); return },
		func() (err error) { a.Bundles, err = bundles(); return },
		func() (err error) { a.Provinces, err = table("provinces.csv", province); return },
		func() (err error) { a.Warehouses, err = table("warehouses.csv", warehouse); return },
		func() (err error) { a.Shops, err = table("shops.csv", shop); return },
		func() (err error) { a.Services, err = table("carriers.csv", service); return },
		func() (err error) { a.Tariffs, err = table("tariffs.csv", tariff); return },
		func() (err error) { a.Stops, err = table("stops.csv", stop); return },
	} {
		if err := read(); err != nil {
			return Assortment{}, err
		}
	}
	return a, nil
}

func sku(r *row) SKU {
	s := SKU{
		Code: r.text("sku"), Name: r.text("name"), NameEN: r.text("name_en"),
		Brand: r.text("brand"), EAN13: r.text("ean13"),
		LengthMM: r.whole("length_mm"), WidthMM: r.whole("width_mm"), HeightMM: r.whole("height_mm"),
		WeightG: r.whole("weight_g"), CostFen: r.fen("cost_fen"), PriceFen: r.fen("price_fen"),
		LotTracked: r.truth("lot_tracked"), ShelfLifeDays: r.whole("shelf_life_days"),
		LeastRemainingLifeDays: r.whole("least_remaining_life_days"), WeeklyWeight: r.whole("weekly_demand_weight"),
	}
	if path := strings.Split(r.text("category"), "/"); len(path) == len(s.Category) {
		copy(s.Category[:], path)
	} else {
		r.refuse("category", "want three levels")
	}
	return s
}

// bundles folds the component rows, which repeat the head of their bundle, into one Bundle each.
func bundles() ([]Bundle, error) {
	rows, err := table("bundles.csv", func(r *row) Bundle {
		return Bundle{
			Code: r.text("bundle"), Name: r.text("name"), NameEN: r.text("name_en"),
			PriceFen: r.fen("price_fen"), WeeklyWeight: r.whole("weekly_demand_weight"),
			Components: []Component{{SKU: r.text("component_sku"), Qty: r.whole("component_qty")}},
		}
	})
	var out []Bundle
	for _, b := range rows {
		if last := len(out) - 1; last >= 0 && out[last].Code == b.Code {
			out[last].Components = append(out[last].Components, b.Components...)
			continue
		}
		out = append(out, b)
	}
	return out, err
}

func province(r *row) Province {
	return Province{
		Code: r.text("code"), Name: r.text("name"), ShortName: r.text("short_name"),
		Group: r.text("group"), DemandWeight: r.whole("demand_weight"),
	}
}

func warehouse(r *row) Warehouse {
	return Warehouse{
		Code: r.text("warehouse"), Name: r.text("name"), NameEN: r.text("name_en"), Kind: r.text("kind"),
		ProvinceCode: r.text("province_code"), City: r.text("city"), District: r.text("district"),
		Address: r.text("address"), CutOff: r.text("cut_off"), TimeZone: r.text("time_zone"), BinPattern: r.text("bins"),
	}
}

func shop(r *row) Shop {
	s := Shop{
		Code: r.text("shop"), Name: r.text("name"), NameEN: r.text("name_en"), Platform: r.text("platform"),
		Currency: r.text("currency"), TimeZone: r.text("time_zone"), Warehouses: map[string][]string{},
	}
	for _, part := range strings.Split(r.text("warehouses"), ";") {
		group, list, ok := strings.Cut(part, "=")
		if !ok {
			r.refuse("warehouses", "want group=A>B;group=...")
		}
		s.Warehouses[group] = strings.Split(list, ">")
	}
	return s
}

func service(r *row) Service {
	return Service{
		Carrier: r.text("carrier"), CarrierName: r.text("name"), CarrierNameEN: r.text("name_en"),
		Code: r.text("service"), Name: r.text("service_name"), NameEN: r.text("service_name_en"),
		WaybillPrefix: r.text("waybill_prefix"), WaybillDigits: r.whole("waybill_digits"), CollectAt: r.text("collect_at"),
		WeightMaxG: r.whole("weight_max_g"), SideMaxMM: r.whole("side_max_mm"),
		VolumeDivisor: r.whole("volume_divisor_mm3_per_g"), COD: r.truth("cod"),
	}
}

func tariff(r *row) Tariff {
	return Tariff{
		Carrier: r.text("carrier"), Service: r.text("service"),
		OriginProvinceCode: r.text("origin_province_code"), DestinationGroup: r.text("destination_group"),
		FirstWeightG: r.whole("first_weight_g"), FirstPriceFen: r.fen("first_price_fen"),
		ContinuedWeightG: r.whole("continued_weight_g"), ContinuedPriceFen: r.fen("continued_price_fen"),
		Days: r.whole("days"),
	}
}

func stop(r *row) Stop {
	return Stop{
		Carrier: r.text("carrier"), Service: r.text("service"), ProvinceCode: r.text("province_code"),
		City: r.text("city"), District: r.text("district"), FromDay: r.text("from_day"), UntilDay: r.text("until_day"),
		Reason: r.text("reason"), ReasonEN: r.text("reason_en"),
	}
}

// table reads one embedded file and gives each row to build; the first thing build could not read is the error.
func table[T any](name string, build func(*row) T) ([]T, error) {
	raw, err := files.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("goods: %s is not in the binary: %w", name, err)
	}
	lines, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("goods: %s is not a CSV file: %w", name, err)
	}
	if len(lines) == 0 {
		return nil, fmt.Errorf("goods: %s is empty; its first line must name the columns", name)
	}
	at := map[string]int{}
	for i, column := range lines[0] {
		at[column] = i
	}
	out := make([]T, 0, len(lines)-1)
	for i, fields := range lines[1:] {
		r := &row{at: at, fields: fields}
		value := build(r)
		if r.err != nil {
			return nil, fmt.Errorf("goods: %s line %d: %w", name, i+2, r.err)
		}
		out = append(out, value)
	}
	return out, nil
}

// row reads one line by column name and keeps the first complaint, so that the builders stay plain.
type row struct {
	at     map[string]int
	fields []string
	err    error
}

func (r *row) text(column string) string {
	i, ok := r.at[column]
	if !ok {
		r.refuse(column, "no such column")
		return ""
	}
	return r.fields[i]
}

func (r *row) fen(column string) int64 {
	n, err := strconv.ParseInt(r.text(column), 10, 64)
	if err != nil || n < 0 {
		r.refuse(column, "want a whole number, not below 0")
	}
	return n
}

func (r *row) whole(column string) int { return int(r.fen(column)) }

func (r *row) truth(column string) bool {
	b, err := strconv.ParseBool(r.text(column))
	if err != nil {
		r.refuse(column, "want true or false")
	}
	return b
}

func (r *row) refuse(column, why string) {
	if r.err == nil {
		r.err = fmt.Errorf("column %s: %s", column, why)
	}
}
