package carrier_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/carrier"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/sheet"
)

func load(t *testing.T, d *db.DB, text string, dry bool) (carrier.Report, map[int]string) {
	t.Helper()
	r, err := sheet.Read(strings.NewReader(text), "tariffs.csv", sheet.Options{Columns: carrier.Columns()})
	if err != nil {
		t.Fatal(err)
	}
	rows := map[int]string{}
	report, err := carrier.Import(t.Context(), d, r, carrier.ImportOptions{DryRun: dry, By: dbtest.By,
		Each: func(r carrier.RowReport) {
			rows[r.Row] = r.Done
			for _, p := range r.Problems {
				rows[r.Row] += " " + p.Column
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	return report, rows
}

func TestImport(t *testing.T) {
	const chinese = "快递,产品,始发,目的地,首重(kg),首重价格,续重(kg),续重价格,时效(天)\n" +
		"yl,std,浙江省,上海、江苏 浙江省,1,10.00,0.5,2,2\n" +
		"云翎,STD,330000,内蒙古自治区;650000;330100,1,\"1,020.5\",1,￥8,5\n"
	const wrong = "carrier,service,origin,destination,first_weight_g,first_price,next_weight_g,next_price,days\n" +
		"YL,S,33,33,1000,10,1000,2,1\n" + // 2
		"NO,S,33,33,1000,10,1000,2,1\n" + // 3
		"YL,,33,33,1000,10,1000,2,1\n" + // 4
		"YL,S,火星,33,1000,10,1000,2,1\n" + // 5
		"YL,S,3301,33,1000,10,1000,2,1\n" + // 6 a city is no origin
		"YL,S,33,33、月球,1000,10,1000,2,1\n" + // 7
		"YL,S,33,34,0,-1,,1.234,x\n" + // 8 five at once
		"YL,S,33,35,1000,1.3E+10,1000,2,1000\n" + // 9
		"YL,S,33,33,1000,11,1000,2,1\n" + // 10 as row 2
		"YL,S\x00,33,36,1000,11,1000,2,1\n" // 11
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := must(t, d, carrier.Carrier{Code: "YL", Name: "云翎"})[0]
		for _, step := range []struct {
			dry     bool
			tariffs int
			rows    map[int]string
		}{
			{true, 6, map[int]string{2: "changed", 3: "changed"}},
			{false, 6, map[int]string{2: "changed", 3: "changed"}},
			{false, 0, map[int]string{2: "unchanged", 3: "unchanged"}},
		} {
			report, rows := load(t, d, chinese, step.dry)
			if diff := cmp.Diff(step.rows, rows); diff != "" || report.Tariffs != step.tariffs {
				t.Errorf("%s %+v", diff, report)
			}
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			out, err := carrier.Quote(tx, []carrier.Shipment{{Origin: "33", Region: "150102", WeightG: 1500}, {Origin: "33",
				Region: "320102", WeightG: 1501},
				{Origin: "33", Region: "330106"}})
			want := []carrier.Offer{{Carrier: c.ID, Service: "STD", Freight: 102850, Days: 5}, {Carrier: c.ID, Service: "STD",
				Freight: 1400, Days: 2},
				{Carrier: c.ID, Service: "STD", Freight: 102050, Days: 5}}
			for i, w := range want {
				if diff := cmp.Diff([]carrier.Offer{w}, out[i].Value); diff != "" {
					t.Error(diff, out[i].Fault)
				}
			}
			return err
		})
		t.Run("wrong rows are told one by one", func(t *testing.T) {
			want := map[int]string{2: "changed", 3: "refused carrier", 4: "refused service", 5: "refused origin",
				6: "refused origin",
				7: "refused destination", 8: "refused next_weight_g next_price days first_weight_g first_price",
				9:  "refused first_price days",
				10: "refused destination", 11: "refused service"}
			report, rows := load(t, d, wrong, false)
			if diff := cmp.Diff(want, rows); diff != "" || report.Rows != 10 || report.Changed != 1 || report.Refused != 9 {
				t.Errorf("%s %+v", diff, report)
			}
			for _, p := range report.Problems {
				if p.ZH == "" || !strings.Contains(p.EN, fmt.Sprintf("Row %d", p.Row)) {
					t.Errorf("%+v", p)
				}
			}
		})
		t.Run("a whole network in pieces", func(t *testing.T) {
			var b strings.Builder
			b.WriteString("carrier,service,origin,destination,first_weight_g,first_price,next_weight_g,next_price,days\n")
			for i := range 40 {
				fmt.Fprintf(&b, "YL,N%d,33,%s,1000,1,1000,1,1\n", i, "上海、江苏、浙江、北京、天津、河北、山西、内蒙古、辽宁、吉林、"+
					"黑龙江、安徽、福建、江西、山东、河南、湖北、湖南、广东、广西、海南、重庆、四川、贵州、云南、西藏、陕西、甘肃、青海、"+
					"宁夏、新疆、台湾、香港、澳门")
			}
			if report, _ := load(t, d, b.String(), false); report.Tariffs != 40*34 || report.Changed != 40 {
				t.Errorf("%+v", report)
			}
		})
	})
}
