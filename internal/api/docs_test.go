package api_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	standard "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/shop"
)

var fence = regexp.MustCompile("(?s)```(sh|json)\n(.*?)```")

// The examples of the manuals run as they stand, one after the other, and where an
// answer is shown the real one has its fields.
func TestManualRuns(t *testing.T) { manual(t, "api.md", t.TempDir(), 10) }

// The receiver of webhooks.md is a real one, which takes what was signed by hand there.
func TestWebhookManualRuns(t *testing.T) {
	folder, verified := t.TempDir(), 0
	v := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var opened struct{ Secret string }
		text, err := os.ReadFile(filepath.Join(folder, "endpoint.json"))
		if err == nil {
			err = json.Unmarshal(text, &opened)
		}
		hook, wrong := standard.NewWebhook(opened.Secret)
		if err = errors.Join(err, wrong); err == nil {
			body, _ := io.ReadAll(r.Body)
			err = hook.Verify(body, r.Header)
		}
		if err != nil {
			t.Errorf("what was signed by hand: %v", err)
		}
		verified++
	}))
	defer v.Close()
	manual(t, "webhooks.md", folder, 5, "RECEIVER="+v.URL)
	if verified != 1 {
		t.Errorf("%d calls", verified)
	}
}

// manual runs the blocks of a page in a folder; at least so many are there.
func manual(t *testing.T, page, folder string, least int, env ...string) {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed: scripts/tools.sh installs it")
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
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
	said, ran := "", 0
	for _, block := range fence.FindAllStringSubmatch(string(text), -1) {
		if block[1] == "json" {
			matches(t, block[2], said)
			continue
		}
		// Variables live on from block to block, as in a terminal.
		script := "set -eu -o pipefail\n[ -f vars ] && . ./vars\n" + block[2] + "\ndeclare -p BASE KEY $(compgen -A variable | grep -xE 'ORDER|ENDPOINT|SECRET|ID|TIMESTAMP|SIGNATURE' || true) >vars\n"
		c := exec.Command("bash", "-c", script)
		c.Dir, c.Env = folder, append(append(os.Environ(), "BASE="+o.url, "KEY="+o.key), env...)
		out, err := c.Output()
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, block[2], out)
		}
		said = string(out)
		ran++
	}
	if ran < least {
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
