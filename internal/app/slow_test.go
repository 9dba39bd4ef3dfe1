package app

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"baihuo/internal/api"
	"baihuo/internal/cli"
	"baihuo/internal/db"
	"baihuo/internal/staff"
)

// lines hands on what the program says.
type lines chan string

func (l lines) Write(p []byte) (int, error) {
	l <- string(p)
	return len(p), nil
}

// shortWaits make slow clients be cut in a test's time.
var shortWaits = api.Waits{Head: 200 * time.Millisecond, Body: 400 * time.Millisecond, Answer: 500 * time.Millisecond, Idle: 300 * time.Millisecond, Upload: 450 * time.Millisecond}

// serveShort runs the hub as serve does, with short waits, and gives where it listens
// and its key.
func serveShort(t *testing.T) (address, key string) {
	t.Helper()
	said := make(lines, 32)
	p, c := &program{out: said, errs: io.Discard}, cli.Common{Data: t.TempDir()}
	ctx, h, err := p.open(t.Context(), c, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	guard := staff.NewGuard(h.kit.Keys, time.Now, nil, demoCost)
	ended := make(chan error, 1)
	go func() {
		ended <- p.run(ctx, c, h, opening{front: front{listen: "127.0.0.1:0", waits: shortWaits}, guard: guard}, h.worker(c), nil)
	}()
	t.Cleanup(func() {
		h.stop()
		if err := <-ended; err != nil {
			t.Errorf("the hub ended with %v", err)
		}
		h.close()
	})
	for address == "" {
		select {
		case line := <-said:
			if _, at, up := strings.Cut(line, "baihuo is up: http://"); up {
				address = strings.TrimSpace(at)
			}
		case err := <-ended:
			ended <- err
			t.Fatalf("it does not come up: %v", err)
		case <-time.After(30 * time.Second):
			t.Fatal("it does not come up")
		}
	}
	text, err := os.ReadFile(keyFile(c))
	if err != nil {
		t.Fatal(err)
	}
	return address, string(text)
}

// patience is how long a slow client of the test goes on before it says that nobody
// cuts it.
const patience = 10 * time.Second

// trickle sends its beginning at once and then one byte at a time, or nothing where it
// has none, and gives when the server had enough. What it hears meanwhile is read and forgotten.
func trickle(address, begin string) (time.Duration, error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	begun := time.Now()
	if _, err := io.WriteString(c, begin); err != nil {
		return 0, err
	}
	heard := make([]byte, 4096)
	for time.Since(begun) < patience {
		if err := c.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
			return 0, err
		}
		_, err := c.Read(heard)
		var timeout net.Error
		if err != nil && !(errors.As(err, &timeout) && timeout.Timeout()) {
			return time.Since(begun), nil
		}
		if begin != "" {
			_, _ = io.WriteString(c, "a") // a closed connection is told by the next read
		}
	}
	return 0, errors.New("nobody cuts it")
}

// unread asks again and again and never reads, and gives when the server had enough.
func unread(address string) (time.Duration, error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	if err := c.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		return 0, err
	}
	begun := time.Now()
	if err := c.SetWriteDeadline(begun.Add(patience)); err != nil {
		return 0, err
	}
	asked := []byte(strings.Repeat("GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 500))
	for {
		if _, err := c.Write(asked); errors.Is(err, os.ErrDeadlineExceeded) {
			return 0, errors.New("nobody cuts it")
		} else if err != nil {
			return time.Since(begun), nil
		}
	}
}

// A client that trickles its head or its body, one that says nothing, one that keeps a
// connection for nothing and one that never reads its answer are cut when the server's
// waits are over, each by the hub as it runs; meanwhile others are served.
func TestSlowClients(t *testing.T) {
	address, key := serveShort(t)
	post := func(path, media string, heads ...string) string {
		return "POST " + path + " HTTP/1.1\r\nHost: " + address + "\r\nContent-Type: " + media + "\r\nContent-Length: 60000\r\n" + strings.Join(heads, "\r\n") + "\r\n\r\n"
	}
	bearer := "Authorization: Bearer " + strings.TrimSpace(key) + "\r\nIdempotency-Key: slow"
	slow := map[string]struct {
		begin string
		wait  time.Duration
	}{
		"nothing":          {"", shortWaits.Head},
		"a head":           {"GET /sign-in HTTP/1.1\r\nHost: " + address + "\r\nX-Slow: ", shortWaits.Head},
		"a form":           {post("/sign-in", "application/x-www-form-urlencoded", "Origin: http://"+address, "Sec-Fetch-Site: same-origin"), shortWaits.Body},
		"a body":           {post("/api/v1/orders", "application/json", bearer), shortWaits.Body},
		"a body of nobody": {post("/api/v1/orders", "application/json"), shortWaits.Body},
		"a file":           {post("/api/v1/imports?what=orders", "text/csv", bearer), shortWaits.Upload},
		"a tool's call":    {post("/mcp", "application/json", bearer, "Accept: application/json, text/event-stream"), shortWaits.Body},
	}
	type end struct {
		name string
		wait time.Duration
		took time.Duration
		err  error
	}
	ends := make(chan end, len(slow)+2)
	for name, s := range slow {
		go func() {
			took, err := trickle(address, s.begin)
			ends <- end{name, s.wait, took, err}
		}()
	}
	go func() {
		took, err := unread(address)
		ends <- end{"an answer that nobody reads", shortWaits.Answer, took, err}
	}()
	go func() {
		took, err := keepOpen(address)
		ends <- end{"a connection for nothing", shortWaits.Idle, took, err}
	}()
	served := 0
	for left := cap(ends); left > 0; {
		select {
		case e := <-ends:
			left--
			if e.err != nil || e.took > e.wait+3*time.Second {
				t.Errorf("%s: cut after %v, the wait is %v: %v", e.name, e.took, e.wait, e.err)
			}
		default:
			got, err := http.Get("http://" + address + "/healthz")
			if err != nil {
				t.Fatalf("another client: %v", err)
			}
			_, _ = io.Copy(io.Discard, got.Body)
			if got.Body.Close(); got.StatusCode != http.StatusOK {
				t.Fatalf("another client: %d", got.StatusCode)
			}
			served++
		}
	}
	if served == 0 {
		t.Error("nobody else was served meanwhile")
	}
}

// keepOpen asks once, reads the answer and asks no more.
func keepOpen(address string) (time.Duration, error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"); err != nil {
		return 0, err
	}
	r := bufio.NewReader(c)
	answer, err := http.ReadResponse(r, nil)
	if err != nil {
		return 0, err
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	begun := time.Now()
	if err := c.SetReadDeadline(begun.Add(patience)); err != nil {
		return 0, err
	}
	if _, err := r.ReadByte(); errors.Is(err, os.ErrDeadlineExceeded) || err == nil {
		return 0, errors.New("nobody cuts it")
	}
	return time.Since(begun), nil
}

// The house's own waits are there, and none is so long that a few slow clients could
// hold the server for an hour.
func TestOwnWaits(t *testing.T) {
	s := front{}.waits.Server(nil, nil)
	for name, wait := range map[string]time.Duration{"head": s.ReadHeaderTimeout, "body": s.ReadTimeout, "answer": s.WriteTimeout, "idle": s.IdleTimeout} {
		if wait <= 0 || wait > 2*time.Minute {
			t.Errorf("%s: %v", name, wait)
		}
	}
	if s.MaxHeaderBytes <= 0 || s.MaxHeaderBytes > 64<<10 {
		t.Errorf("heads of %d bytes", s.MaxHeaderBytes)
	}
}
