package intake_test

import (
	"os"
	"path/filepath"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/intake"
	"baihuo/internal/inventory"
	"baihuo/internal/shop"
)

// A house is opened from files: a wrong row is told, the rest is taken, and the
// same file again changes nothing.
func TestHouseIsOpenedFromFiles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		take := func(do func(intake.FileOptions) (intake.Report, error), text string) intake.Report {
			t.Helper()
			file := filepath.Join(t.TempDir(), "f.csv")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			r, err := do(intake.FileOptions{File: file, By: dbtest.By})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		warehouses := func(o intake.FileOptions) (intake.Report, error) { return intake.Warehouses(t.Context(), d, o) }
		shops := func(o intake.FileOptions) (intake.Report, error) { return intake.Shops(t.Context(), d, o) }
		carriers := func(o intake.FileOptions) (intake.Report, error) { return intake.Carriers(t.Context(), d, o) }
		tariffs := func(o intake.FileOptions) (intake.Report, error) { return intake.Tariffs(t.Context(), d, o) }
		for range 2 {
			if r := take(warehouses, "仓库编码,仓库名称,省份编码\nHZ,杭州仓,33\nXX,,33\n"); len(r.Problems) != 1 || r.Problems[0].Row != 3 {
				t.Errorf("warehouses: %+v", r)
			}
			if r := take(shops, "店铺编码,店铺名称,平台,类型,发货仓库\nWEB,商城,own,web,HZ\nBAD,坏店,own,web,NOPE\n"); len(r.Problems) != 1 {
				t.Errorf("shops: %+v", r)
			}
			if r := take(carriers, "快递编码,快递名称\nFAST,飞快\n"); len(r.Problems) != 0 {
				t.Errorf("carriers: %+v", r)
			}
			if r := take(tariffs, "快递编码,服务,始发,目的地,首重,首重价格,续重,续重价格,时效\nFAST,标快,浙江省,浙江省,1,8.00,1,2.00,2\n"); len(r.Problems) != 0 {
				t.Errorf("tariffs: %+v", r)
			}
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			places, err := inventory.Warehouses(tx)
			if err != nil || len(places) != 1 {
				t.Errorf("warehouses %v, %v", places, err)
			}
			opened, err := shop.All(tx)
			if err != nil || len(opened) != 1 {
				t.Errorf("shops %v, %v", opened, err)
			}
			return err
		})
	})
}
