package api_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/shop"
)

var fence = regexp.MustCompile("(?s)```(sh|json)\n(.*?)```")

// The examples of the manual run as they stand, one after the other, and where an
// answer is shown the real one has its fields.
func TestManualRuns(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed: scripts/tools.sh installs it")
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "api.md"))
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
	o := open(t, d, nil)
	o.h.Write(func(tx *db.Tx) error { // what the demo has
		shops, err := shop.Open(tx, []shop.Shop{{Code: "WEB1", Name: "自营商城", Platform: "own", Kind: shop.Web, Currency: "CNY", TimeZone: "Asia/Shanghai"}})
		if err != nil {
			return err
		}
		if err := shop.SetWarehouses(tx, shops[0].ID, "", []id.Warehouse{o.h.Warehouses[0].ID}); err != nil {
			return err
		}
		skus, err := catalog.Put(tx, []catalog.SKU{{Code: "XF1002", Name: "洗发水", Cost: 900, Price: 2790, WeightG: 500}})
		if err != nil {
			return err
		}
		_, err = inventory.Receive(tx, []inventory.Receipt{{Place: inventory.Place{Warehouse: o.h.Warehouses[0].ID, SKU: skus[0].Value}, Qty: 50}})
		return err
	})
	folder := t.TempDir()
	said, ran := "", 0
	for _, block := range fence.FindAllStringSubmatch(string(text), -1) {
		if block[1] == "json" {
			matches(t, block[2], said)
			continue
		}
		// Variables live on from block to block, as in a terminal.
		script := "set -eu -o pipefail\n[ -f vars ] && . ./vars\n" + block[2] + "\ndeclare -p BASE KEY $(compgen -A variable | grep -x ORDER || true) >vars\n"
		c := exec.Command("bash", "-c", script)
		c.Dir, c.Env = folder, append(os.Environ(), "BASE="+o.url, "KEY="+o.key)
		out, err := c.Output()
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, block[2], out)
		}
		said = string(out)
		ran++
	}
	if ran < 10 {
		t.Errorf("%d examples ran", ran)
	}
}

// matches says that an answer has the fields that the manual shows.
func matches(t *testing.T, shown, said string) {
	t.Helper()
	var want, got map[string]any
	if json.Unmarshal([]byte(shown), &want) != nil || json.Unmarshal([]byte(strings.TrimSpace(said)), &got) != nil {
		t.Errorf("no JSON: %s\n%s", shown, said)
		return
	}
	for name := range want {
		if _, there := got[name]; !there {
			t.Errorf("the manual shows %q, the answer has none: %s", name, said)
		}
	}
}
