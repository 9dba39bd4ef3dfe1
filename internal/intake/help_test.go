package intake_test

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/intake"
	"baihuo/internal/money"
	"baihuo/internal/review"
)

const quirks = "../../testdata/import/quirks-5000.csv"

// sums are lines, units and money of one line kind, taken straight from a file:
// nothing here is shared with the import.
type sums struct {
	Lines, Units int64
	Money        money.Amount
}

func sumFile(t testing.TB, path string) map[string]sums {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var src io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		if src, err = gzip.NewReader(file); err != nil {
			t.Fatal(err)
		}
	}
	all := csv.NewReader(src)
	if _, err := all.Read(); err != nil {
		t.Fatal(err)
	}
	found := map[string]sums{}
	for {
		f, err := all.Read()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		qty, errQty := strconv.ParseInt(f[7], 10, 64)
		price, errPrice := strconv.ParseInt(f[8], 10, 64)
		if errQty != nil || errPrice != nil {
			t.Fatal(f)
		}
		s := found[f[10]]
		found[f[10]] = sums{s.Lines + 1, s.Units + qty, s.Money + money.Amount(qty*price)}
	}
}

// sumReport sums a report the same way, over all outcomes.
func sumReport(r intake.Report) map[string]sums {
	found := map[string]sums{}
	for _, t := range r.Tallies {
		s := found[t.Kind]
		found[t.Kind] = sums{s.Lines + t.Lines, s.Units + t.Units, s.Money + t.Money}
	}
	return found
}

func importOrders(t testing.TB, h *flowtest.House, o intake.OrderOptions) intake.Report {
	t.Helper()
	o.By = dbtest.By
	r, err := intake.Orders(context.Background(), h.D, h.Kit, o)
	if err != nil {
		t.Fatalf("import %s: %v", o.File, err)
	}
	return r
}

func clean(t testing.TB, d *db.DB) {
	t.Helper()
	r, err := flow.Check(context.Background(), d, "")
	if err != nil || !r.OK() {
		t.Fatalf("check: %v, %d breaches, the first: %v", err, len(r.Breaches), r.Breaches[:min(len(r.Breaches), 3)])
	}
}

// waiting counts the open exceptions by kind.
func waiting(t testing.TB, d *db.DB) map[string]int64 {
	t.Helper()
	open := map[string]int64{}
	dbtest.Read(t, d, func(tx *db.Tx) error {
		all, err := review.Counts(tx)
		for _, c := range all {
			open[c.Kind] = c.Open
		}
		return err
	})
	return open
}
