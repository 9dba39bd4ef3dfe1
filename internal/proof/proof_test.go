// Package proof holds no code, only the tests that prove what the order line
// promises: nothing acknowledged is lost, nothing is doubled, nothing is sold
// twice, whatever dies in between. Each prints one line:
//
//	PROOF promise | figure | seed | seconds
//
// The figures are small unless BAIHUO_PROOF=1 asks for the full ones.
// BAIHUO_PROOF_SEED repeats a seed that was printed.
package proof

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
)

const (
	envFull = "BAIHUO_PROOF"
	envSeed = "BAIHUO_PROOF_SEED"
	// The environment of a child process.
	envRole = "BAIHUO_PROOF_ROLE"
	envURL  = "BAIHUO_PROOF_URL"
	envName = "BAIHUO_PROOF_NAME"
)

// figure gives the small figure of every day or the full one of make proof.
func figure(small, full int) int {
	if os.Getenv(envFull) == "1" {
		return full
	}
	return small
}

// promise is one proof under way.
type promise struct {
	*rand.Rand
	t     *testing.T
	name  string
	seed  uint64
	begun time.Time
}

// begin starts a proof with a seed of its own, or the one asked for.
func begin(t *testing.T, name string) *promise {
	t.Helper()
	seed := rand.Uint64N(1_000_000_000)
	if n, err := strconv.ParseUint(os.Getenv(envSeed), 10, 64); err == nil {
		seed = n
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s: repeat with %s=%d", name, envSeed, seed)
		}
	})
	return &promise{Rand: rand.New(rand.NewPCG(seed, 0)), t: t, name: name, seed: seed, begun: time.Now()}
}

// kept prints the line of a proof that held.
func (p *promise) kept(format string, args ...any) {
	p.t.Helper()
	if !p.t.Failed() {
		fmt.Printf("PROOF %s | %s | seed %d | %.1f s\n", p.name, fmt.Sprintf(format, args...), p.seed, time.Since(p.begun).Seconds())
	}
}

// engines runs a proof on both databases.
func engines(t *testing.T, prove func(t *testing.T, engine db.Engine)) {
	t.Helper()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(engine.String(), func(t *testing.T) { prove(t, engine) })
	}
}

// open opens a database by its address, closed when the test ends.
func open(t *testing.T, url string, opts db.Options) *db.DB {
	t.Helper()
	if opts.Clock == nil {
		opts.Clock = dbtest.NewClock().Now
	}
	d, err := db.Open(context.Background(), url, opts)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// furnish fills a fresh database with the house of the flow tests, with qty of
// each SKU on hand, and closes it again.
func furnish(t *testing.T, engine db.Engine, qty int64) (url string) {
	t.Helper()
	url = dbtest.URL(t, engine)
	d := open(t, url, db.Options{})
	h := flowtest.Open(t, d)
	if qty > 0 {
		for _, sku := range []string{"SHAMPOO", "PASTE", "TOWEL", "PAN"} {
			h.Stock(0, sku, qty)
			h.Stock(1, sku, qty)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return url
}

// clean fails the test when the books are not clean.
func clean(t *testing.T, d *db.DB) {
	t.Helper()
	report, err := flow.Check(context.Background(), d, "")
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range report.Breaches {
		if i == 10 {
			break
		}
		t.Errorf("check: %s", b)
	}
}

// child is this test program started again in another role. It says lines and
// hears lines; it dies with its parent.
type child struct {
	t     *testing.T
	cmd   *exec.Cmd
	hears io.WriteCloser
	says  *bufio.Scanner
}

// start starts a child. before is a command line that runs it (strace, unshare),
// or empty.
func start(t *testing.T, role, url, name string, before ...string) *child {
	t.Helper()
	line := append(before, os.Args[0], "-test.run=^TestChild$", "-test.timeout=4h")
	c := &child{t: t, cmd: exec.Command(line[0], line[1:]...)}
	c.cmd.Env = append(os.Environ(), envRole+"="+role, envURL+"="+url, envName+"="+name)
	c.cmd.Stderr = os.Stderr
	var err error
	if c.hears, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.says = bufio.NewScanner(out)
	c.says.Buffer(nil, 1<<20)
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.kill() })
	return c
}

func (c *child) tell(format string, args ...any) {
	c.t.Helper()
	if _, err := fmt.Fprintf(c.hears, format+"\n", args...); err != nil {
		c.t.Fatalf("the child does not listen: %v", err)
	}
}

// next gives the words of the child's next line; ok is false when it has ended.
func (c *child) next() (words []string, ok bool) {
	if !c.says.Scan() {
		return nil, false
	}
	return strings.Fields(c.says.Text()), true
}

// kill is kill -9, and waits until the process is gone.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.hears.Close()
	_ = c.cmd.Wait()
}

// TestChild is the process that the others start, not a test.
func TestChild(t *testing.T) {
	roles := map[string]func(*testing.T, *flowtest.House){"buyers": buyers, "accepter": accepter, "filler": filler}
	role := os.Getenv(envRole)
	if role == "" {
		t.Skip("this is the child process of the other tests")
	}
	d, err := db.Open(context.Background(), os.Getenv(envURL), db.Options{Stopped: func(why error) { say("stopped %v", why) }})
	if err != nil {
		say("not_opened %v", err)
		return
	}
	defer d.Close()
	roles[role](t, flowtest.Join(t, d))
}

// say writes one line to the parent in one piece.
func say(format string, args ...any) {
	_, _ = os.Stdout.WriteString(strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", " ") + "\n")
}

// heard gives the lines of the parent until it is gone.
func heard() *bufio.Scanner { return bufio.NewScanner(os.Stdin) }
