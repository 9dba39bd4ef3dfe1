package bench_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"baihuo/internal/bench"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
)

// The figures are measured at small size, to prove that they can be: no figure
// is compared with a clock.
func TestFigures(t *testing.T) {
	o := bench.Options{Names: []string{"raw", "accept", "hot", "http", "grown", "web"}, Grown: 2000, Web: 500, Engines: []db.Engine{db.SQLite}, Orders: 600, Seed: 1, Dir: t.TempDir()}
	if n, err := strconv.Atoi(os.Getenv("BAIHUO_BENCH_ORDERS")); err == nil {
		o.Orders = n
	}
	if server := os.Getenv(dbtest.Env); server != "" {
		o.Server, o.Engines = server, append(o.Engines, db.Postgres)
	}
	if server := os.Getenv("BAIHUO_BENCH_POSTGRES"); server != "" {
		o.Server = server
	}
	seen := map[string]bool{}
	o.Report = func(r bench.Result) error {
		seen[r.Engine+" "+r.Name] = true
		if strings.HasPrefix(r.Name, "web") {
			seen[r.Engine+" web"] = true
			if r.P95MS <= 0 {
				t.Errorf("%+v", r)
			}
			return r.Write(os.Stderr, false)
		}
		if r.RatioToRaw <= 0 || !strings.HasPrefix(r.Name, "grown") && (r.OrdersPerSecond <= 0 || r.RowsPerOrder <= 0) {
			t.Errorf("%+v", r)
		}
		return r.Write(os.Stderr, false)
	}
	if err := bench.Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	for _, e := range o.Engines {
		for _, n := range o.Names {
			if n != "grown" && !seen[e.String()+" "+n] {
				t.Errorf("%s on %s was not measured", n, e)
			}
		}
	}
}
