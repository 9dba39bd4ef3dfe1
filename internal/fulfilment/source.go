package fulfilment

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
)

// Want is what one order needs from stock and where it may come from.
type Want struct {
	Order id.Order
	Shop  id.Shop
	// Warehouses in the order in which they are asked.
	Warehouses []id.Warehouse
	// Promise: guarded by ATP instead of free (inventory.Claim).
	Promise bool
	// Whole: nothing is claimed unless everything can be (no partial shipment).
	Whole bool
	// OneWarehouse: everything must come from one warehouse (ship together).
	OneWarehouse bool
	Deadline     db.Instant
	Lines        []WantedLine
}

// WantedLine is one line of a Want. Lines with the same non-empty Together come
// from one warehouse.
type WantedLine struct {
	Line     id.Line
	SKU      id.SKU
	Qty      int64
	Together string
}

// Source chooses, cheaply and in the order given, which warehouse serves what,
// and gives the claims to make. It decides only; nothing is reserved.
//
// The whole order comes from the first warehouse of its list that has all of
// it. Failing that, each group of lines that belong together comes from the
// first warehouse that has all of the group. Failing that, a line takes what
// each warehouse has, in the order of the list; the rest is short.
func Source(lv *inventory.Levels, wants []Want) []inventory.Claim {
	s := sourcer{levels: lv, drawn: map[inventory.Place]int64{}, claims: make([]inventory.Claim, 0, 4*len(wants))}
	for i := range wants {
		s.source(&wants[i])
	}
	return s.claims
}

type sourcer struct {
	levels *inventory.Levels
	drawn  map[inventory.Place]int64
	claims []inventory.Claim
}

func (s *sourcer) source(w *Want) {
	if s.whole(w, w.Lines) {
		return
	}
	if w.Whole || w.OneWarehouse {
		if w.OneWarehouse && !w.Whole {
			s.best(w)
		}
		return
	}
	done := map[string]bool{}
	for i, l := range w.Lines {
		if l.Together == "" {
			s.spread(w, w.Lines[i:i+1])
		} else if !done[l.Together] {
			done[l.Together] = true
			s.spread(w, group(w.Lines, l.Together))
		}
	}
}

// spread serves lines from one warehouse where possible, else piece by piece.
func (s *sourcer) spread(w *Want, lines []WantedLine) {
	if s.whole(w, lines) {
		return
	}
	for _, l := range lines {
		left := l.Qty
		for _, warehouse := range w.Warehouses {
			if n := min(left, s.has(w, warehouse, l.SKU)); n > 0 {
				s.claim(w, warehouse, l, n)
				left -= n
			}
		}
	}
}

// whole claims all of lines from the first warehouse that has them all.
func (s *sourcer) whole(w *Want, lines []WantedLine) bool {
	for _, warehouse := range w.Warehouses {
		if s.holds(w, warehouse, lines) {
			for _, l := range lines {
				s.claim(w, warehouse, l, l.Qty)
			}
			return true
		}
	}
	return false
}

// holds says whether a warehouse has all of lines, several lines of one SKU
// counted together.
func (s *sourcer) holds(w *Want, warehouse id.Warehouse, lines []WantedLine) bool {
	for i, l := range lines {
		need := l.Qty
		for _, before := range lines[:i] {
			if before.SKU == l.SKU {
				need += before.Qty
			}
		}
		if s.has(w, warehouse, l.SKU) < need {
			return false
		}
	}
	return true
}

// best claims what the warehouse that has the most pieces of the order has.
func (s *sourcer) best(w *Want) {
	var most int64
	var chosen id.Warehouse
	for _, warehouse := range w.Warehouses {
		var n int64
		for _, l := range w.Lines {
			n += min(l.Qty, s.has(w, warehouse, l.SKU))
		}
		if n > most {
			most, chosen = n, warehouse
		}
	}
	for _, l := range w.Lines {
		if n := min(l.Qty, s.has(w, chosen, l.SKU)); n > 0 {
			s.claim(w, chosen, l, n)
		}
	}
}

func (s *sourcer) has(w *Want, warehouse id.Warehouse, sku id.SKU) int64 {
	p := inventory.Place{Warehouse: warehouse, SKU: sku}
	return s.levels.At(p).Available(w.Shop, w.Promise) - s.drawn[p]
}

func (s *sourcer) claim(w *Want, warehouse id.Warehouse, l WantedLine, qty int64) {
	p := inventory.Place{Warehouse: warehouse, SKU: l.SKU}
	s.drawn[p] += qty
	s.claims = append(s.claims, inventory.Claim{Place: p, Order: w.Order, Line: l.Line, Shop: w.Shop, Qty: qty,
		Promise: w.Promise, Deadline: w.Deadline})
}

func group(lines []WantedLine, together string) (some []WantedLine) {
	for _, l := range lines {
		if l.Together == together {
			some = append(some, l)
		}
	}
	return some
}
