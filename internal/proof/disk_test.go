package proof

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
)

// The disk is full. What was acknowledged is there after a restart, the process
// takes no more and says why.
func TestDiskFull(t *testing.T) {
	p := begin(t, "disk full, page limit")
	times := figure(2, 30)
	acknowledged := 0
	for range times {
		log := fill(t, p, furnish(t, db.SQLite, 100_000), 400+p.IntN(300))
		acknowledged += len(log.orders)
	}
	p.kept("%d times, %d orders acknowledged, all there; writing stopped and said why", times, acknowledged)
}

// fill takes orders in until the file may not grow.
func fill(t *testing.T, p *promise, url string, more int) *outside {
	t.Helper()
	var why error
	d := open(t, url, db.Options{PagesMax: pages(t, url) + more, Stopped: func(err error) { why = err }})
	h, log := flowtest.Join(t, d), newOutside(t)
	for n := 0; why == nil; n++ {
		if n > 20_000 {
			t.Fatal("the disk does not fill")
		}
		prepared := three(h, fmt.Sprintf("F%d-%d", p.seed, n))
		if acceptLogged(d, h, prepared, log) != nil && why == nil {
			t.Fatal("refused, and writing did not stop")
		}
	}
	err := acceptLogged(d, h, three(h, "after"), log)
	if fault.KindOf(err) != fault.Busy || !fault.Of(why).Is(db.ErrStopped) {
		t.Errorf("after the disk was full: %v, said %v", err, why)
	}
	if err := d.Read(context.Background(), func(*db.Tx) error { return nil }); err != nil {
		t.Errorf("reading must go on: %v", err)
	}
	_ = d.Close()
	proveAgain(t, url, log)
	return log
}

func pages(t *testing.T, url string) (n int) {
	t.Helper()
	info, err := os.Stat(strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	return int(info.Size() / 4096)
}

// acceptLogged takes orders in and writes their numbers into the log once they
// are acknowledged.
func acceptLogged(d *db.DB, h *flowtest.House, prepared []flow.Prepared, log *outside) error {
	err := d.Write(context.Background(), dbtest.By, func(tx *db.Tx) error {
		_, err := flow.Accept(tx, h.Kit, prepared)
		return err
	})
	if err == nil {
		for _, p := range prepared {
			log.orders[p.Draft.ExternalNo] = true
		}
	}
	return err
}

// A small file system of its own runs full under a child process.
func TestDiskFullTmpfs(t *testing.T) {
	allowed(t, "unshare", "-rm", "sh", "-c", "mount -t tmpfs none /mnt")
	p := begin(t, "disk full, tmpfs")
	times := figure(1, 30)
	acknowledged := 0
	for range times {
		from, at, out := furnish(t, db.SQLite, 100_000), t.TempDir(), t.TempDir()
		script := fmt.Sprintf(`mount -t tmpfs -o size=%dk none %s && cp %s %s/baihuo.db && "$@"; cp %s/baihuo.db* %s/`,
			3000+p.IntN(3000), at, strings.TrimPrefix(from, "sqlite:"), at, at, out)
		c := start(t, "filler", "sqlite:"+filepath.Join(at, "baihuo.db"), fmt.Sprint(p.seed), "unshare", "-rm", "sh", "-c", script, "sh")
		log := newOutside(t)
		if why := c.untilStopped(log); !strings.Contains(why, "db_stopped") {
			t.Fatalf("the process ended with %q instead of saying that the disk is full", why)
		}
		proveAgain(t, "sqlite:"+filepath.Join(out, "baihuo.db"), log)
		acknowledged += len(log.orders)
	}
	p.kept("%d times, %d orders acknowledged, all there; writing stopped and said why", times, acknowledged)
}

// The disk reports an error on an fsync: what was said to be durable before is,
// nothing more is promised.
func TestFsyncError(t *testing.T) {
	allowed(t, "strace", "-o", "/dev/null", "true")
	p := begin(t, "fsync error, strace")
	times := figure(3, 100)
	acknowledged := 0
	for range times {
		url, log := furnish(t, db.SQLite, 100_000), newOutside(t)
		c := start(t, "filler", url, fmt.Sprint(p.seed), "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync",
			"-e", fmt.Sprintf("inject=fsync,fdatasync:error=EIO:when=%d", 1+p.IntN(120)))
		if why := c.untilStopped(log); !strings.Contains(why, "db_stopped") && !strings.Contains(why, "not_opened") {
			t.Fatalf("the process ended with %q instead of saying that the disk failed", why)
		}
		proveAgain(t, url, log)
		acknowledged += len(log.orders)
	}
	p.kept("%d times, %d orders acknowledged, all there; writing stopped and said why", times, acknowledged)
}

// allowed skips the test where a command that it needs may not be run.
func allowed(t *testing.T, command string, args ...string) {
	t.Helper()
	if out, err := exec.Command(command, args...).CombinedOutput(); err != nil {
		t.Skipf("%s is not to be had here: %v %s", command, err, out)
	}
}

// untilStopped hears acknowledgements until the child has ended, and gives what
// it said at last.
func (c *child) untilStopped(log *outside) (why string) {
	c.t.Helper()
	for {
		words, ok := c.next()
		if !ok {
			_ = c.cmd.Wait()
			return why
		}
		switch words[0] {
		case "stopped", "not_opened":
			why = strings.Join(words, " ")
		case "ack", "broken":
			log.hear(c.t, words)
		}
	}
}

func proveAgain(t *testing.T, url string, log *outside) {
	t.Helper()
	d := open(t, url, db.Options{})
	log.prove(t, d)
	clean(t, d)
	_ = d.Close()
}

// filler is the process whose disk fails: it takes orders in until writing stops.
func filler(_ *testing.T, h *flowtest.House) {
	random := rand.New(rand.NewPCG(1, 1))
	for n := range 5000 {
		_, err := acceptSome(h, random, fmt.Sprintf("D%s-%d", os.Getenv(envName), n))
		if err != nil && fault.Of(err).Is(db.ErrStopped) {
			return
		}
	}
	say("never_stopped")
}
