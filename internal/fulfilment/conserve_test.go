package fulfilment_test

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	ful "baihuo/internal/fulfilment"
	"baihuo/internal/id"
)

// C10: splitting shipments corrupts quantities. Whatever people do in whatever
// order, the pieces of a line in packages that count are what was planned, less
// what was taken out or voided: never more, never below zero.
func TestC10QuantitiesConserve(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			// All is drawn first: inside the transaction db would catch rapid's own panics.
			steps := rapid.SliceOfN(rapid.Custom(drawStep), 1, 25).Draw(rt, "steps")
			err := d.Write(context.Background(), dbtest.By, func(tx *db.Tx) error {
				m := model{tx: tx, planned: map[id.Line]int64{}, gone: map[id.Line]int64{},
					inside: map[id.Package]map[id.Line]int64{}}
				for _, s := range steps {
					if err := m.run(s); err != nil {
						return err
					}
				}
				return m.check()
			})
			if err != nil {
				rt.Fatal(err)
			}
		})
		clean(t, d)
	})
}

// step is one thing that people do. Packages are named by their place in the
// list of all that were planned so far, round and round.
type step struct {
	Verb   string
	Places []int
	Drafts []ful.Draft
	Lines  []id.Line
	Qtys   []int64
}

func drawStep(rt *rapid.T) step {
	words := []string{"plan", "shrink", "void", "release", "pick", "pack", "stop", "resume", "hand_over"}
	s := step{Verb: rapid.SampledFrom(words).Draw(rt, "verb")}
	for range rapid.IntRange(1, 4).Draw(rt, "members") {
		s.Places = append(s.Places, rapid.IntRange(0, 9).Draw(rt, "place"))
		s.Lines = append(s.Lines, id.Line(rapid.IntRange(1, 4).Draw(rt, "line")))
		s.Qtys = append(s.Qtys, rapid.Int64Range(0, 5).Draw(rt, "qty"))
	}
	for range rapid.IntRange(1, 3).Draw(rt, "drafts") {
		dr := ful.Draft{Warehouse: here, Shop: 1}
		for _, l := range rapid.SliceOfNDistinct(rapid.Int64Range(1, 4), 1, 3, rapid.ID).Draw(rt, "lines") {
			dr.Items = append(dr.Items, ful.Item{Line: id.Line(l), Order: id.Order(l/2 + 1), SKU: id.SKU(100 + l),
				Qty: rapid.Int64Range(1, 5).Draw(rt, "planned")})
		}
		s.Drafts = append(s.Drafts, dr)
	}
	return s
}

// model is the bookkeeping by hand: what was planned, what went, what lies where.
type model struct {
	tx      *db.Tx
	planned map[id.Line]int64
	gone    map[id.Line]int64
	inside  map[id.Package]map[id.Line]int64
	order   []id.Package
}

func (m *model) run(s step) error {
	if s.Verb == "plan" || len(m.order) == 0 {
		return m.plan(s.Drafts)
	}
	some := make([]id.Package, len(s.Places))
	for i, place := range s.Places {
		some[i] = m.order[place%len(m.order)]
	}
	if s.Verb == "shrink" {
		return m.shrink(s, some)
	}
	outcomes, err := verbs[s.Verb](m.tx, some)
	for i, o := range outcomes {
		if o.Fault == nil && s.Verb == "void" {
			m.void(some[i])
		}
	}
	if err != nil {
		return err
	}
	return m.agree(outcomes)
}

func (m *model) plan(list []ful.Draft) error {
	packages, err := ful.Plan(m.tx, list)
	for _, p := range packages {
		m.inside[p.ID] = map[id.Line]int64{}
		m.order = append(m.order, p.ID)
		for _, it := range p.Items {
			m.inside[p.ID][it.Line] = it.Qty
			m.planned[it.Line] += it.Qty
		}
	}
	return err
}

func (m *model) shrink(s step, some []id.Package) error {
	list := make([]ful.Less, len(some))
	for i, p := range some {
		list[i] = ful.Less{Package: p, Line: s.Lines[i], Qty: s.Qtys[i]}
	}
	outcomes, err := ful.Shrink(m.tx, list)
	if err != nil {
		return err
	}
	for i, o := range outcomes {
		if o.Fault == nil {
			m.inside[list[i].Package][list[i].Line] -= list[i].Qty
			m.gone[list[i].Line] += list[i].Qty
		}
	}
	return m.agree(outcomes)
}

func (m *model) void(p id.Package) {
	for line, qty := range m.inside[p] {
		m.gone[line] += qty
	}
	m.inside[p] = map[id.Line]int64{}
}

// agree compares what a verb handed back with the books by hand.
func (m *model) agree(outcomes []fault.Outcome[*ful.Package]) error {
	for _, o := range outcomes {
		if o.Fault != nil || !o.Value.Live() {
			continue
		}
		for _, it := range o.Value.Items {
			if want := m.inside[o.Value.ID][it.Line]; it.Qty != want {
				return fmt.Errorf("%s holds %d of %s, by hand %d", o.Value.ID, it.Qty, it.Line, want)
			}
		}
	}
	return nil
}

// check compares what is stored with the books by hand, line by line.
func (m *model) check() error {
	stored, err := ful.Lock(m.tx, m.order)
	if err != nil {
		return err
	}
	sum := map[id.Line]int64{}
	for _, p := range stored {
		for _, it := range p.Items {
			if it.Qty <= 0 {
				return fmt.Errorf("%s holds %d of %s", p.ID, it.Qty, it.Line)
			}
			if p.Live() {
				sum[it.Line] += it.Qty
			}
		}
	}
	for line, planned := range m.planned {
		if sum[line] != planned-m.gone[line] || sum[line] > planned {
			return fmt.Errorf("line %s: %d planned, %d gone, %d inside", line, planned, m.gone[line], sum[line])
		}
	}
	if len(stored) != len(m.order) {
		return fmt.Errorf("%d packages stored, %d planned", len(stored), len(m.order))
	}
	return nil
}
