package app_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var (
	example = regexp.MustCompile("(?m)\\| `(baihuo [^`]+)` \\|$")
	block   = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")
	undoNo  = regexp.MustCompile(`I-\d{6,}`)
)

// elsewhere are the examples of the table that are run in another way.
var elsewhere = map[string]string{
	"baihuo demo --seed 7 --speed 60 --for 48":                             "the demo is what the others run on",
	"baihuo serve --listen 127.0.0.1:8080":                                 "TestOperatingManualRuns",
	"baihuo bench raw accept --engine sqlite":                              "it takes minutes: make bench",
	"baihuo --data data mcp":                                               "internal/mcp, over the same wire",
	"baihuo --data new restore /backup/baihuo.db":                          "below, beside its key",
	"baihuo import undo I-123":                                             "below, with the number of a real import",
	"baihuo replay orders orders.csv.gz --from 2023-01-01 --to 2023-01-31": "below, on data of its own",
}

// given is what the examples read; those that export makes are made by it.
const given = `
baihuo export orders shop.xlsx
baihuo export catalog skus.csv
printf 'code,name,platform,kind,warehouses\nTB77,新店,taobao,online,SHXH\n' >shops.csv
printf 'warehouse,sku,qty\nSHXH,XF1002,500\n' >shelf.csv
printf '单据编号,货品,发货数量,ordered_at,price\nE-1,XF1002,1,2026-03-02 09:30:00,27.90\n' >erp.xlsx
printf 'order_no,line_no,ordered_at,customer,country,sku,name,qty,unit_price_minor,currency,line_kind,voided_by_cancel\n%s\n%s\n' \
  '536365,1,2023-01-04T08:26:00,17850,United Kingdom,85123A,HOLDER,6,255,GBP,sale,0' \
  '536366,1,2023-01-05T09:26:00,17850,United Kingdom,85123A,HOLDER,2,255,GBP,sale,0' | gzip >orders.csv.gz
`

// The commands of the README and of the manual of files run with the real program in
// the demo's data: the block that sends an order while the demo lives, the others after
// it. Both languages of the README show the same ones.
func TestReadmeRuns(t *testing.T) {
	readme, importing := page(t, "README.md"), page(t, "docs/import.md")
	examples := shown(readme)
	if diff := cmp.Diff(examples, shown(page(t, "README.zh-CN.md"))); diff != "" || len(examples) < 15 {
		t.Fatalf("the two languages show other commands, or none: %s", diff)
	}
	folder, bin := t.TempDir(), t.TempDir()
	compile(t, bin)
	run := func(script string, env ...string) string {
		t.Helper()
		c := exec.Command("bash", "-eu", "-o", "pipefail", "-c", strings.ReplaceAll(script, "/backup/", folder+"/backup/"))
		c.Dir = folder
		c.Env = append(append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "BAIHUO_DB=", "BAIHUO_KEY=", "BAIHUO_DATA=data/demo"), env...)
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s\n%s", err, script, out)
		}
		return string(out)
	}
	port := free(t)
	stop := demonstrate(t, folder, filepath.Join(bin, "baihuo"), port)
	sent := blocks(readme, "sh")
	for _, script := range append(sent, blocks(page(t, "README.zh-CN.md"), "sh")...) { // the same order: a repeat
		if out := run(strings.ReplaceAll(script, "8080", port)); !strings.Contains(out, `"external_no":"W-10001"`) {
			t.Errorf("the README's order: %s", out)
		}
	}
	stop()
	run(given)
	ran := len(sent)
	for _, script := range blocks(importing, "csv") {
		if err := os.WriteFile(filepath.Join(folder, "orders.csv"), []byte(script), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	taken := run("mkdir backup; baihuo import orders orders.csv --shop TB01 --no-history")
	run("baihuo import undo " + undoNo.FindString(taken))
	for _, script := range append(blocks(importing, "sh"), examples...) {
		if elsewhere[script] == "" {
			run(script)
			ran++
		}
	}
	run("mkdir new; cp data/demo/baihuo.key new/; baihuo --data new restore /backup/baihuo.db")
	run("baihuo replay orders orders.csv.gz --from 2023-01-01 --to 2023-01-31", "BAIHUO_DATA=replayed")
	t.Logf("%d commands and blocks ran, %d in another way", ran+3, len(elsewhere))
	if ran < 14 {
		t.Errorf("only %d commands ran", ran)
	}
}

// What a page shows is run, or says that it is not: a block has a word behind its fence,
// and how many there are of each is written down here, so that one that is run no longer
// does not go unseen. sh is run, json compared with an answer where api.md and
// webhooks.md show it, csv imported; text and go are shown only.
func TestBlocksAreCounted(t *testing.T) {
	want := map[string]map[string]int{
		"README.md": {"sh": 1, "text": 1}, "README.zh-CN.md": {"sh": 1, "text": 1}, "CONTRIBUTING.md": {"text": 1},
		"docs/api.md": {"sh": 11, "json": 5, "text": 1}, "docs/import.md": {"csv": 1, "sh": 3}, "docs/mcp.md": {"json": 1},
		"docs/operating.md": {"sh": 6, "text": 4}, "docs/performance.md": {"text": 3}, "docs/webhooks.md": {"sh": 5, "json": 3, "text": 1, "go": 1},
	}
	pages, _ := filepath.Glob(filepath.Join("..", "..", "docs", "*.md"))
	more, _ := filepath.Glob(filepath.Join("..", "..", "*.md"))
	got, run, all := map[string]map[string]int{}, 0, 0
	for _, file := range append(pages, more...) {
		name, _ := filepath.Rel(filepath.Join("..", ".."), file)
		for _, b := range block.FindAllStringSubmatch(page(t, name), -1) {
			if got[name] == nil {
				got[name] = map[string]int{}
			}
			got[name][b[1]]++
			if all++; b[1] == "sh" || b[1] == "csv" {
				run++
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	t.Logf("%d blocks, %d of them run", all, run)
}

func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// shown are the examples of the table of commands.
func shown(text string) (list []string) {
	for _, found := range example.FindAllStringSubmatch(text, -1) {
		list = append(list, found[1])
	}
	return list
}

func blocks(text, kind string) (list []string) {
	for _, found := range block.FindAllStringSubmatch(text, -1) {
		if found[1] == kind {
			list = append(list, strings.TrimSpace(found[2]))
		}
	}
	return list
}

func compile(t *testing.T, folder string) {
	t.Helper()
	build := exec.Command("go", "build", "-o", filepath.Join(folder, "baihuo"), ".")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
}

// demonstrate starts the demo and gives what stops it.
func demonstrate(t *testing.T, folder, bin, port string) (stop func()) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log")
	out, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	c := exec.Command(bin, "demo", "--fresh", "--seed", "7", "--listen", "127.0.0.1:"+port)
	c.Dir, c.Stdout, c.Stderr = folder, out, out
	c.Env = append(os.Environ(), "BAIHUO_DB=", "BAIHUO_KEY=", "BAIHUO_DATA=data")
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		_ = c.Wait()
	}
	for until := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		said, _ := os.ReadFile(log)
		if strings.Contains(string(said), "sign in:") {
			return stop
		}
		if time.Now().After(until) {
			stop()
			t.Fatalf("the demo does not come up:\n%s", said)
		}
	}
}
