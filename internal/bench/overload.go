package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"baihuo/internal/db"
)

const (
	overloadTimes   = 3
	overloadClients = 2048
	overloadSeconds = 10
)

// overload offers three times the orders that the hub can take, whatever it
// answers, and says how many it still takes, how fast it refuses the rest, how much
// memory that needs, and whether it is as good as before when the storm is over. The
// hub is a process of its own on the machine's first core, and who storms has the
// others: what is measured is the hub, and not how two quarrel over one core.
func (r *run) overload(ctx context.Context) error {
	if r.Self == "" {
		return nil
	}
	address, drop, err := r.fresh(ctx)
	if err != nil {
		return err
	}
	defer drop()
	var bodies [][]byte
	if _, err := r.onWorld(ctx, address, func(w *world) (Result, error) {
		w.run = stormRun
		bodies, err = w.bodies(mathrand.New(mathrand.NewPCG(r.Seed, 5)), 2000)
		return Result{}, err
	}); err != nil {
		return err
	}
	h, err := startHub(ctx, r.Self, address)
	if err != nil {
		return err
	}
	defer h.stop()
	result, err := h.weather(ctx, &storm{address: h.address, key: h.key, bodies: bodies}, r.Orders/2)
	if err != nil {
		return err
	}
	result.Engine = r.engine.String()
	return r.report(result)
}

// stormRun is how the numbers of the bodies begin.
const stormRun = "over-"

// hub is a serving process.
type hub struct {
	cmd          *exec.Cmd
	hears        io.WriteCloser
	address, key string
}

// startHub starts the program again as a hub, on the first core where the machine
// lets us choose, and moves this process to the others.
func startHub(ctx context.Context, self, address string) (*hub, error) {
	line := []string{self, "bench-node", "--db", address, "--kind", "hub"}
	if pin, err := exec.LookPath("taskset"); err == nil && runtime.NumCPU() > 1 {
		line = append([]string{pin, "-c", "0"}, line...)
		others := fmt.Sprintf("1-%d", runtime.NumCPU()-1)
		if err := exec.CommandContext(ctx, pin, "-apc", others, strconv.Itoa(os.Getpid())).Run(); err != nil {
			return nil, err
		}
	}
	h := &hub{cmd: exec.CommandContext(ctx, line[0], line[1:]...)}
	h.cmd.Stderr = os.Stderr
	var err error
	if h.hears, err = h.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := h.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := h.cmd.Start(); err != nil {
		return nil, err
	}
	if _, err := fmt.Fscan(out, &h.address, &h.key); err != nil {
		return nil, fmt.Errorf("the hub did not start: %w", err)
	}
	return h, nil
}

func (h *hub) stop() {
	_ = h.hears.Close()
	_ = h.cmd.Wait()
	if pin, err := exec.LookPath("taskset"); err == nil {
		_ = exec.Command(pin, "-apc", fmt.Sprintf("0-%d", runtime.NumCPU()-1), strconv.Itoa(os.Getpid())).Run()
	}
}

// peakMB is the most memory the hub has held.
func (h *hub) peakMB() float64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", h.cmd.Process.Pid))
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	var kb float64
	_, _ = fmt.Sscan(rest, &kb)
	return kb / 1024
}

// Hub serves orders for overload on a free port until its standard input ends. It
// prints where, and the key.
func Hub(ctx context.Context, address string, seed uint64) error {
	d, err := db.Open(ctx, address, db.Options{Holder: "bench hub"})
	if err != nil {
		return err
	}
	defer d.Close()
	w, err := joinWorld(ctx, d, seed)
	if err != nil {
		return err
	}
	url, key, stop, err := w.serve(ctx)
	if err != nil {
		return err
	}
	defer stop()
	fmt.Println(strings.TrimPrefix(strings.TrimSuffix(url, "/api/v1/orders"), "http://"), key)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// weather storms the hub and tells.
func (h *hub) weather(ctx context.Context, s *storm, n int) (Result, error) {
	if _, err := s.blow(ctx, clients, n/4, 0); err != nil { // warm
		return Result{}, err
	}
	best, err := s.best(ctx, n)
	if err != nil {
		return Result{}, err
	}
	calm := h.peakMB()
	rate := overloadTimes * best.goodput()
	during, err := s.blow(ctx, overloadClients, int(rate*overloadSeconds), rate)
	if err != nil {
		return Result{}, err
	}
	after, err := s.best(ctx, n)
	if err != nil {
		return Result{}, err
	}
	result := Result{Name: "overload", Orders: during.taken, OrdersPerSecond: during.goodput(),
		P50MS: during.p(during.refusals, 50), P99MS: during.p(during.refusals, 99), MemoryMB: h.peakMB()}
	result.Note = fmt.Sprintf("best %.0f/s; offered %.0f/s: goodput %.2f of best, %d refused (%d without Retry-After) in p50 %.1f p99 %.1f ms, "+
		"taken p50 %.0f p99 %.0f ms, %d broken; peak %.0f MB, before the storm %.0f; afterwards %.2f of best",
		best.goodput(), float64(during.taken+len(during.refusals))/during.took.Seconds(), during.goodput()/best.goodput(), len(during.refusals),
		during.unsaid, result.P50MS, result.P99MS, during.p(during.accepted, 50), during.p(during.accepted, 99), during.broken,
		result.MemoryMB, calm, after.goodput()/best.goodput())
	return result, nil
}

// storm sends orders over many connections of its own.
type storm struct {
	address, key string
	bodies       [][]byte
	sent         int
}

// weather is what a storm met. Times are in milliseconds.
type weather struct {
	taken, broken, unsaid int
	accepted, refusals    []float64
	took                  time.Duration
}

func (w *weather) goodput() float64 { return float64(w.taken) / w.took.Seconds() }

func (w *weather) p(list []float64, percent int) float64 {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[min(len(list)-1, len(list)*percent/100)]
}

// best is the better of few and of many senders who each wait for their answer.
func (s *storm) best(ctx context.Context, n int) (*weather, error) {
	few, err := s.blow(ctx, clients, n, 0)
	if err != nil {
		return nil, err
	}
	many, err := s.blow(ctx, 4*clients, n, 0)
	if err != nil || few.goodput() > many.goodput() {
		return few, err
	}
	return many, nil
}

// blow sends n orders over conns connections: each as soon as the one before is
// answered, or with a rate at its own time, whatever became of the others.
func (s *storm) blow(ctx context.Context, conns, n int, rate float64) (*weather, error) {
	lines := make([]*wire, conns)
	for i := range lines {
		c, err := net.Dial("tcp", s.address)
		if err != nil {
			return nil, err
		}
		defer c.Close()
		lines[i] = &wire{conn: c, in: bufio.NewReaderSize(c, 2048)}
	}
	parts := make([]weather, conns)
	first := s.sent
	s.sent += n
	begun := time.Now()
	var all sync.WaitGroup
	for i, line := range lines {
		all.Go(func() {
			for k := i; k < n && ctx.Err() == nil; k += conns {
				if rate > 0 {
					time.Sleep(time.Until(begun.Add(time.Duration(float64(k) / rate * float64(time.Second)))))
				}
				s.one(line, first+k, &parts[i])
			}
		})
	}
	all.Wait()
	sum := &weather{took: time.Since(begun)}
	for i := range parts {
		sum.taken += parts[i].taken
		sum.broken += parts[i].broken
		sum.unsaid += parts[i].unsaid
		sum.accepted = append(sum.accepted, parts[i].accepted...)
		sum.refusals = append(sum.refusals, parts[i].refusals...)
	}
	return sum, ctx.Err()
}

// one sends one order and notes what it met.
func (s *storm) one(line *wire, number int, w *weather) {
	begun := time.Now()
	status, retry, err := line.post(s.request(number))
	ms := float64(time.Since(begun).Microseconds()) / 1000
	switch {
	case err != nil:
		w.broken++
	case status == http.StatusCreated:
		w.taken++
		w.accepted = append(w.accepted, ms)
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		w.refusals = append(w.refusals, ms)
		if !retry {
			w.unsaid++
		}
	default:
		w.broken++
	}
}

// request writes the order of a number: a body drawn before, under a number of its
// own.
func (s *storm) request(number int) []byte {
	body := s.bodies[number%len(s.bodies)]
	mark := []byte(`"external_no":"` + stormRun)
	from := bytes.Index(body, mark) + len(`"external_no":"`)
	end := from + bytes.IndexByte(body[from:], '"')
	body = slices.Concat(body[:from], fmt.Appendf(nil, "storm-%d", number), body[end:])
	head := fmt.Appendf(nil, "POST /api/v1/orders HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nIdempotency-Key: storm-%d\r\nContent-Length: %d\r\n\r\n",
		s.key, number, len(body))
	return append(head, body...)
}

// wire is one kept-alive connection.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
}

// post sends a request and reads its answer: the status, and whether it says when to
// come back.
func (c *wire) post(request []byte) (status int, retry bool, err error) {
	if _, err := c.conn.Write(request); err != nil {
		return 0, false, err
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil || len(line) < 12 {
		return 0, false, fmt.Errorf("no answer: %w", err)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, false, err
	}
	length := 0
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, false, err
		}
		if len(line) <= 2 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch string(name) {
		case "Content-Length":
			length, _ = strconv.Atoi(string(bytes.TrimSpace(value)))
		case "Retry-After":
			retry = true
		}
	}
	_, err = io.CopyN(io.Discard, c.in, int64(length))
	return status, retry, err
}
