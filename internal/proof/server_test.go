package proof

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
)

// The PostgreSQL server itself is killed with kill -9, all its processes at once,
// while a process takes orders in, and started again. What was acknowledged is
// there once, the books are clean, and the process goes on by itself with the
// server that came back.
func TestServerKill(t *testing.T) {
	if os.Getenv(dbtest.Env) == "" {
		t.Skip("no PostgreSQL here: " + dbtest.Env + " is not set")
	}
	s := startServer(t)
	t.Setenv(dbtest.Env, s.address)
	kills := figure(1, 30)
	p := begin(t, "kill -9 of the PostgreSQL server")
	url, log := furnish(t, db.Postgres, 1_000_000), newOutside(t)
	recovered := 0
	for n := range kills {
		c := start(t, "accepter", url, fmt.Sprintf("S%d", n))
		if words, ok := c.next(); ok {
			log.hear(t, words)
		}
		time.AfterFunc(20*time.Millisecond+time.Duration(p.Int64N(int64(400*time.Millisecond))), func() { s.kill(t) })
		<-s.killed
		s.start(t)
		// What was said before the kill still lies in the pipe; the mark is an order
		// placed after the restart, whose number is higher than any heard by then.
		until := time.Now().Add(time.Second)
		for before := len(log.orders); len(log.orders) == before || time.Now().Before(until); {
			words, ok := c.next()
			if !ok {
				t.Fatalf("kill %d: the process gave up when its server went away", n+1)
			}
			log.hear(t, words)
		}
		recovered++
		c.kill()
		d := open(t, url, db.Options{})
		log.prove(t, d)
		clean(t, d)
		_ = d.Close()
		if t.Failed() {
			t.Fatalf("after kill %d", n+1)
		}
	}
	p.kept("%d kills under load, %d orders and %d cancellations acknowledged, none lost, none doubled, check clean after each; went on by itself %d times",
		kills, len(log.orders), len(log.gone), recovered)
}

// server is a private PostgreSQL that may be killed.
type server struct {
	script, dir, port, address string
	killed                     chan struct{}
}

func startServer(t *testing.T) *server {
	t.Helper()
	script, err := filepath.Abs("../../scripts/postgres.sh")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	_ = l.Close()
	dir, err := os.MkdirTemp("/tmp", "baihuo-killed-") // a path short enough for a socket, open to the server's user
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	s := &server{script: script, dir: dir, port: port, killed: make(chan struct{}, 1)}
	t.Cleanup(func() {
		_ = exec.Command(script, "stop", dir).Run()
		_ = os.RemoveAll(dir)
	})
	s.start(t)
	return s
}

// start brings the server up. After a kill the old one's shared memory may still be
// held for a moment, so it is tried again.
func (s *server) start(t *testing.T) {
	t.Helper()
	var out []byte
	var err error
	for range 20 {
		if out, err = exec.Command(s.script, "start", s.dir, s.port, "durable").Output(); err == nil {
			s.address = strings.TrimSpace(string(out))
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
	t.Fatalf("the server does not start: %v %s", err, out)
}

// kill ends the server and everything it started, as a loss of the machine would.
func (s *server) kill(t *testing.T) {
	pid, err := os.ReadFile(filepath.Join(s.dir, "data", "postmaster.pid"))
	first, _, _ := strings.Cut(string(pid), "\n")
	if err == nil {
		children, _ := exec.Command("pgrep", "-P", first).Output()
		err = exec.Command("kill", append([]string{"-9", first}, strings.Fields(string(children))...)...).Run()
	}
	if err != nil {
		t.Logf("kill: %v", err) // one of them may have ended by itself meanwhile
	}
	// Where nobody reaps the dead, their number still looks alive to the next start.
	_ = os.Remove(filepath.Join(s.dir, "data", "postmaster.pid"))
	s.killed <- struct{}{}
}
