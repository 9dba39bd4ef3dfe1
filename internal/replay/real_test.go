package replay_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/intake"
	"baihuo/internal/replay"
)

// The real year, by each way of stocking, on both databases. It takes some minutes
// for each, so it belongs to make proof: BAIHUO_PROOF=1, or a part such as
// BAIHUO_PROOF=sqlite/lean.
func TestTheRealYear(t *testing.T) {
	path := filepath.Join("..", "..", "..", "shared", "data", "online-retail", "orders.csv.gz")
	if _, err := os.Stat(path); err != nil {
		t.Skip("the real order file is not there: ../shared/data is absent")
	}
	proof := os.Getenv("BAIHUO_PROOF")
	if proof == "" {
		t.Skip("the real year takes minutes: set BAIHUO_PROOF=1 (make proof does)")
	}
	tables := map[string][]replay.Day{}
	for _, stock := range []string{replay.Lean, replay.Plenty} {
		for _, e := range []db.Engine{db.SQLite, db.Postgres} {
			name := fmt.Sprintf("%s/%s", e, stock)
			if proof != "1" && proof != name {
				continue
			}
			t.Run(name, func(t *testing.T) {
				o := engine(t, e)
				o.File, o.Stock = path, stock
				begun := time.Now()
				r, days := play(t, o)
				took := time.Since(begun)
				t.Logf("%+v", r.Total)
				for _, tally := range r.Tallies {
					t.Logf("%+v", tally)
				}
				begun = time.Now()
				clean(t, o.D)
				t.Logf("checked in %.1f s", time.Since(begun).Seconds())
				proveYear(t, path, stock, r)
				if before := tables[stock]; before != nil {
					if diff := cmp.Diff(before, days); diff != "" {
						t.Errorf("the table differs from the other database's: %s", diff)
					}
				}
				tables[stock] = days
				if !t.Failed() {
					fmt.Printf("PROOF the real year by replay, %s | %d rows, %d orders wait, short %.2f %% of the lines, check clean, the same day table on both | - | %.0f s\n",
						name, r.Rows, r.Waiting, 100*float64(r.Total.Short)/float64(r.Total.Lines), took.Seconds())
				}
			})
		}
	}
}

func proveYear(t *testing.T, path, stock string, r replay.Report) {
	t.Helper()
	if diff := cmp.Diff(sumFile(t, path), sumReport(r)); diff != "" {
		t.Errorf("every line of the file is accounted for: %s", diff)
	}
	share := float64(r.Total.Short) / float64(r.Total.Lines)
	if stock == replay.Lean && (share < 0.01 || share > 0.10) || stock == replay.Plenty && share > 0 {
		t.Errorf("%s is short on %.1f %% of the lines", stock, 100*share)
	}
	if of(r, intake.Refused) > 0 {
		t.Errorf("%d lines were refused: %+v", of(r, intake.Refused), r.Read.Problems)
	}
}
