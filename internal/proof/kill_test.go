package proof

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/order"
)

// A process that takes orders in and works them off is killed with kill -9 at
// random moments. What it acknowledged is in a log of another process, this one;
// afterwards every acknowledged order is there once and the books are clean.
func TestKill(t *testing.T) {
	// A new database now and then keeps the check after every kill short.
	const perDatabase = 20
	engines(t, func(t *testing.T, engine db.Engine) {
		kills := figure(5, 200)
		p := begin(t, "kill -9, "+engine.String())
		acknowledged, cancelled := 0, 0
		var url string
		var log *outside
		for n := range kills {
			if n%perDatabase == 0 {
				url, log = furnish(t, engine, 1_000_000), newOutside(t)
			}
			killOnce(t, p, url, n, log)
			d := open(t, url, db.Options{})
			log.prove(t, d)
			clean(t, d)
			_ = d.Close()
			if t.Failed() {
				t.Fatalf("after kill %d", n+1)
			}
			if n%perDatabase == perDatabase-1 || n == kills-1 {
				acknowledged, cancelled = acknowledged+len(log.orders), cancelled+len(log.gone)
			}
		}
		p.kept("%d kills, %d orders and %d cancellations acknowledged, none lost, none doubled, check clean after each",
			kills, acknowledged, cancelled)
	})
}

// killOnce lets a process work and kills it 20 to 300 ms after its first word.
func killOnce(t *testing.T, p *promise, url string, n int, log *outside) {
	t.Helper()
	c := start(t, "accepter", url, fmt.Sprint(n))
	if words, ok := c.next(); ok {
		log.hear(t, words)
	}
	end := time.AfterFunc(20*time.Millisecond+time.Duration(p.Int64N(int64(280*time.Millisecond))), func() { _ = c.cmd.Process.Kill() })
	defer end.Stop()
	for {
		words, ok := c.next() // what was said before the kill still lies in the pipe
		if !ok {
			break
		}
		log.hear(t, words)
	}
	c.kill()
}

// outside is the log of acknowledgements, kept by a process that is not killed.
type outside struct {
	file   *os.File
	orders map[string]bool
	gone   map[string]bool
}

func newOutside(t *testing.T) *outside {
	t.Helper()
	file, err := os.Create(t.TempDir() + "/acknowledged")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return &outside{file, map[string]bool{}, map[string]bool{}}
}

// hear writes down an acknowledgement: "ack NO...", "gone NO". A line that the
// kill cut short may lack its last letters and proves nothing.
func (o *outside) hear(t *testing.T, words []string) {
	t.Helper()
	if _, err := fmt.Fprintln(o.file, strings.Join(words, " ")); err != nil {
		t.Fatal(err)
	}
	if len(words) < 2 || words[len(words)-1] != "." {
		return
	}
	for _, no := range words[1 : len(words)-1] {
		switch words[0] {
		case "ack":
			o.orders[no] = true
		case "gone":
			o.gone[no] = true
		case "broken":
			t.Errorf("the child says: %v", words)
			return
		}
	}
}

// prove compares the log with the database.
func (o *outside) prove(t *testing.T, d *db.DB) {
	t.Helper()
	dbtest.Read(t, d, func(tx *db.Tx) error {
		there := map[string]int{}
		ended := map[string]bool{}
		err := tx.Each(`SELECT o.external_no, o.cancelled_at, (SELECT COUNT(*) FROM order_lines l WHERE l.order_id = o.order_id)
			FROM orders o`, func(r db.Row) error {
			var no string
			var at, lines int64
			err := r.Scan(&no, &at, &lines)
			there[no]++
			ended[no] = at > 0
			if lines == 0 {
				t.Errorf("order %s has no lines", no)
			}
			return err
		})
		for no := range o.orders {
			if there[no] != 1 {
				t.Errorf("order %s was acknowledged and is there %d times", no, there[no])
			}
		}
		for no := range o.gone {
			if !ended[no] {
				t.Errorf("order %s was acknowledged as cancelled and is not", no)
			}
		}
		return err
	})
}

// accepter is the process that gets killed: it takes batches of orders in on
// several lines and works them off meanwhile.
func accepter(_ *testing.T, h *flowtest.House) {
	const clerks = 4
	quit := make(chan struct{})
	go func() { // the parent is gone when its end of the pipe is
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		}
		close(quit)
	}()
	var all sync.WaitGroup
	for i := range clerks {
		all.Go(func() {
			mine := *h
			clerk(&mine, fmt.Sprintf("K%s-%d", os.Getenv(envName), i), quit)
		})
	}
	all.Wait()
}

func clerk(h *flowtest.House, name string, quit chan struct{}) {
	random := rand.New(rand.NewPCG(uint64(len(name)), uint64(name[len(name)-1])))
	for n := 0; ; n++ {
		select {
		case <-quit:
			return
		default:
		}
		outcomes, err := acceptSome(h, random, fmt.Sprintf("%s-%d", name, n))
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				say("broken %v .", err)
			}
			if fault.Of(err).Is(db.ErrStopped) {
				return
			}
			continue
		}
		if n%5 == 4 {
			workOff(h, outcomes[0].Value.Order, fmt.Sprintf("%s-%d-0", name, n))
		}
	}
}

// acceptSome takes one to six orders of one to three lines in and acknowledges
// them.
func acceptSome(h *flowtest.House, random *rand.Rand, name string) ([]fault.Outcome[flow.Accepted], error) {
	skus := []string{"SHAMPOO", "PASTE", "TOWEL", "PAN", "KIT"}
	var drafts []*order.Draft
	var numbers []string
	for i := range 1 + random.IntN(6) {
		var items []flowtest.Item
		for range 1 + random.IntN(3) {
			items = append(items, flowtest.Item{Code: skus[random.IntN(len(skus))], Qty: 1 + random.Int64N(3)})
		}
		no := fmt.Sprintf("%s-%d", name, i)
		drafts, numbers = append(drafts, h.Draft([]string{"TB", "WEB"}[random.IntN(2)], no, items...)), append(numbers, no)
	}
	var outcomes []fault.Outcome[flow.Accepted]
	prepared := flow.Prepare(h.Kit, h.Shops, drafts)
	err := h.D.Write(context.Background(), dbtest.By, func(tx *db.Tx) (err error) {
		outcomes, err = flow.Accept(tx, h.Kit, prepared)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i, o := range outcomes {
		if o.Fault != nil {
			say("broken %s %v .", numbers[i], o.Fault)
		}
	}
	say("ack %s .", strings.Join(numbers, " "))
	return outcomes, nil
}

// workOff plans, releases, picks and packs what is there, and cancels one order.
func workOff(h *flowtest.House, cancel id.Order, no string) {
	write := func(fn func(*db.Tx) error) error { return h.D.Write(context.Background(), dbtest.By, fn) }
	_ = write(func(tx *db.Tx) error { _, err := flow.Plan(tx, 20); return err })
	for _, w := range h.Warehouses {
		var released []id.Package
		err := write(func(tx *db.Tx) (err error) { _, released, err = flow.Release(tx, w.ID, 20); return err })
		if err != nil {
			continue
		}
		_ = write(func(tx *db.Tx) error { _, err := flow.Pick(tx, released); return err })
		_ = write(func(tx *db.Tx) error {
			var list []fulfilment.Packing
			for _, p := range released {
				list = append(list, fulfilment.Packing{Package: p, WeightG: 500})
			}
			_, err := flow.Pack(tx, list)
			return err
		})
	}
	var outcomes []fault.Outcome[id.Order]
	err := write(func(tx *db.Tx) (err error) {
		outcomes, err = flow.Cancel(tx, []flow.Cancellation{{Order: cancel, Why: "买家不要了"}})
		return err
	})
	if err == nil && outcomes[0].Fault == nil {
		say("gone %s .", no)
	}
}
