package proof

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
)

// 200 buyers want the last unit at once. One gets it; each of the others hears
// clearly that it is short.
func TestLastUnit(t *testing.T) {
	const buyersPerRound = 200
	engines(t, func(t *testing.T, engine db.Engine) {
		rounds, processes := figure(10, 300), 1
		if engine == db.Postgres {
			processes = 3
		}
		p := begin(t, "last unit, "+engine.String())
		url := furnish(t, engine, 0)
		d := open(t, url, db.Options{})
		stockLast(t, d, rounds)
		if engine == db.SQLite {
			_ = d.Close() // the file is one process's
		}
		var children []*child
		for i := range processes {
			children = append(children, start(t, "buyers", url, fmt.Sprint(i)))
		}
		won := map[string]string{}
		for round := range rounds {
			won[last(round)] = oneRound(t, children, round, buyersPerRound)
			if t.Failed() {
				return
			}
		}
		for _, c := range children {
			_ = c.hears.Close()
			_ = c.cmd.Wait()
		}
		proveLast(t, open(t, url, db.Options{}), won)
		p.kept("%d buyers x %d rounds in %d processes, one winner each", buyersPerRound, rounds, processes)
	})
}

func last(round int) string { return fmt.Sprintf("LAST%03d", round) }

// stockLast puts one unit of a SKU of its own on the shelf for each round.
func stockLast(t *testing.T, d *db.DB, rounds int) {
	t.Helper()
	h := flowtest.Join(t, d)
	h.Write(func(tx *db.Tx) error {
		var skus []catalog.SKU
		for round := range rounds {
			skus = append(skus, catalog.SKU{Code: last(round), Name: "最后一件 " + last(round), Cost: 100, Price: 1000, WeightG: 100})
		}
		outcomes, err := catalog.Put(tx, skus)
		if err != nil {
			return err
		}
		var receipts []inventory.Receipt
		for _, o := range outcomes {
			if o.Fault != nil {
				return o.Fault
			}
			receipts = append(receipts, inventory.Receipt{Place: inventory.Place{Warehouse: h.Warehouses[0].ID, SKU: o.Value}, Qty: 1})
		}
		return flow.Receive(tx, receipts)
	})
}

// oneRound lets all buyers go at once and gives the number of the winner.
func oneRound(t *testing.T, children []*child, round, buyers int) (winner string) {
	t.Helper()
	for i, c := range children {
		n := buyers / len(children)
		if i < buyers%len(children) {
			n++
		}
		c.tell("%s %d", last(round), n)
	}
	short := 0
	for _, c := range children {
		for {
			words, ok := c.next()
			if !ok {
				t.Fatalf("round %d: a process of buyers has ended", round)
			}
			if words[0] == "done" {
				break
			}
			switch words[0] {
			case "won":
				if winner != "" {
					t.Errorf("round %d: both %s and %s got the last unit", round, winner, words[1])
				}
				winner = words[1]
			case "short":
				short++
			default:
				t.Errorf("round %d: %v", round, words)
			}
		}
	}
	if winner == "" || short != buyers-1 {
		t.Errorf("round %d: winner %q, %d told that it is short", round, winner, short)
	}
	return winner
}

// proveLast compares what the buyers heard with the books.
func proveLast(t *testing.T, d *db.DB, won map[string]string) {
	t.Helper()
	dbtest.Read(t, d, func(tx *db.Tx) error {
		got := map[string]string{}
		err := tx.Each(`SELECT l.code, o.external_no FROM order_lines l JOIN orders o ON o.order_id = l.order_id
			WHERE l.qty_reserved > 0`, func(r db.Row) error {
			var code, no string
			err := r.Scan(&code, &no)
			if got[code] != "" {
				t.Errorf("%s is promised to %s and %s", code, got[code], no)
			}
			got[code] = no
			return err
		})
		for code, no := range won {
			if got[code] != no {
				t.Errorf("%s: %s heard that it won, the books say %s", code, no, got[code])
			}
		}
		return err
	})
	clean(t, d)
}

// buyers is the process of some of the buyers: for each line "SKU n" n of them
// order one piece at once, each in a transaction of its own.
func buyers(_ *testing.T, h *flowtest.House) {
	for lines := heard(); lines.Scan(); {
		var code string
		var n int
		if _, err := fmt.Sscan(lines.Text(), &code, &n); err != nil {
			say("misheard %q", lines.Text())
			return
		}
		gate := make(chan struct{})
		var all sync.WaitGroup
		for i := range n {
			prepared := one(h, fmt.Sprintf("%s-%s-%d", code, os.Getenv(envName), i), code)
			all.Go(func() {
				<-gate
				say("%s", buy(h.D, h.Kit, prepared))
			})
		}
		close(gate)
		all.Wait()
		say("done")
	}
}

func one(h *flowtest.House, no, code string) []flow.Prepared {
	d := h.Draft("WEB", no, flowtest.Item{Code: code, Qty: 1})
	d.Lines[0].Price = 1000
	return flow.Prepare(h.Kit, h.Shops, []*order.Draft{d})
}

// buy orders until there is an answer: what certainly was not done, or may have
// been, is sent again with the same number.
func buy(d *db.DB, kit flow.Kit, prepared []flow.Prepared) string {
	no := prepared[0].Draft.ExternalNo
	for range 50 {
		var outcomes []fault.Outcome[flow.Accepted]
		err := d.Write(context.Background(), dbtest.By, func(tx *db.Tx) (err error) {
			outcomes, err = flow.Accept(tx, kit, prepared)
			return err
		})
		if err == nil {
			return answer(no, outcomes[0])
		}
		switch fault.KindOf(err) {
		case fault.Transient, fault.Unknown, fault.Busy:
		default:
			return "broken " + no + " " + err.Error()
		}
	}
	return "gave_up " + no
}

// answer is what a buyer reads in an outcome.
func answer(no string, o fault.Outcome[flow.Accepted]) string {
	switch {
	case o.Fault != nil:
		return "refused " + no + " " + o.Fault.Error()
	case strings.Contains(o.Value.Why, "缺货"):
		return "short " + no
	case o.Value.Why == "" && o.Value.Short == 0:
		return "won " + no
	}
	return fmt.Sprintf("unclear %s %+v", no, o.Value)
}
