package order_test

import (
	"testing"

	"baihuo/internal/order"
)

// The table of architecture.md section 6: from facts to the word that people see.
func TestCard(t *testing.T) {
	line := func(n order.Line) []*order.Line {
		n.SKU, n.Kind = 1, order.Goods
		return []*order.Line{&n}
	}
	held := order.Line{Ordered: 2, Reserved: 2}
	half := order.Line{Ordered: 2, Reserved: 1, Shipped: 1}
	gone := order.Line{Ordered: 2, Shipped: 2}
	paid := func(review order.Review, l order.Line) *order.Order {
		return &order.Order{ChannelState: order.ToShip, Review: review, Lines: line(l)}
	}
	cases := []struct {
		name           string
		facts          order.Facts
		word           order.Word
		blocked, short bool
		ready          bool
	}{
		{"not paid", order.Facts{Order: &order.Order{ChannelState: order.Unpaid, Review: order.Passed, Lines: line(held)}}, order.WaitPay, false, false, false},
		{"not paid, nothing reserved", order.Facts{Order: &order.Order{ChannelState: order.Unpaid, Review: order.Passed, Lines: line(order.Line{Ordered: 2})}}, order.WaitPay, false, false, false},
		{"service must look", order.Facts{Order: paid(order.Pending, held)}, order.WaitService, false, false, false},
		{"finance must look", order.Facts{Order: paid(order.PassedService, held)}, order.WaitFinance, false, false, false},
		{"passed", order.Facts{Order: paid(order.Passed, held)}, order.Reviewed, false, false, true},
		{"passed and planned", order.Facts{Order: paid(order.Passed, held), Packages: 1, UnitsInHouse: 2}, order.Reviewed, false, false, false},
		{"passed and held", order.Facts{Order: paid(order.Passed, held), Blocked: true}, order.Reviewed, true, false, false},
		{"passed and short", order.Facts{Order: paid(order.Passed, order.Line{Ordered: 2, Reserved: 1})}, order.Reviewed, false, true, false},
		{"paid, must not ship", order.Facts{Order: &order.Order{ChannelState: order.Forbidden, Review: order.Passed, Lines: line(held)}}, order.Reviewed, false, false, false},
		{"rejected", order.Facts{Order: paid(order.Rejected, order.Line{Ordered: 2})}, order.Refused, false, false, false},
		{"with the pickers", order.Facts{Order: paid(order.Passed, held), Packages: 1, Released: true, UnitsInHouse: 2}, order.WaitPick, false, false, false},
		{"picked", order.Facts{Order: paid(order.Passed, held), Packages: 1, Released: true, Picked: true, UnitsInHouse: 2}, order.WaitPack, false, false, false},
		{"packed", order.Facts{Order: paid(order.Passed, held), Packages: 1, Released: true, Picked: true, Packed: true, UnitsInHouse: 2}, order.WaitShip, false, false, false},
		{"one of two has left", order.Facts{Order: paid(order.Passed, half), Packages: 2, PackagesOut: 1, Released: true, UnitsInHouse: 1}, order.PartOut, false, false, false},
		{"one has left, the rest has no package yet", order.Facts{Order: paid(order.Passed, half), Packages: 1, PackagesOut: 1}, order.PartOut, false, false, true},
		{"all have left", order.Facts{Order: paid(order.Passed, gone), Packages: 1, PackagesOut: 1}, order.Out, false, false, false},
		{"completed", order.Facts{Order: &order.Order{ChannelState: order.Done, CompletedAt: 1, Lines: line(gone)}, Packages: 1, PackagesOut: 1, Blocked: true}, order.Completed, false, false, false},
		{"cancelled", order.Facts{Order: &order.Order{ChannelState: order.Closed, CancelledAt: 1, Lines: line(order.Line{Ordered: 2, Cancelled: 2})}, Blocked: true}, order.Gone, false, false, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			card := c.facts.Card()
			if card.Word != c.word || card.Blocked != c.blocked || card.Short != c.short || card.Ready != c.ready {
				t.Errorf("word %s blocked %t short %t ready %t, want %s %t %t %t", card.Word, card.Blocked, card.Short, card.Ready, c.word, c.blocked, c.short, c.ready)
			}
		})
	}
}

// Bundles count as one line, charges and components as none; what was taken back
// is no longer a unit.
func TestCardCounts(t *testing.T) {
	o := &order.Order{Review: order.Passed, Lines: []*order.Line{
		{ID: 1, Kind: order.Bundle, Ordered: 3, Cancelled: 1},
		{Kind: order.Component, Parent: 1, SKU: 1, Ordered: 6, Cancelled: 2, Reserved: 4},
		{Kind: order.Charge, Ordered: 1},
		{Kind: order.Goods, SKU: 2, Ordered: 2, Reserved: 2},
	}}
	f := order.Facts{Order: o}
	f.AddHold("甲", false)
	f.AddHold("乙", true)
	if c := f.Card(); c.Lines != 2 || c.Units != 4 || c.Why != "甲;乙" || !c.Blocked {
		t.Errorf("%+v", c)
	}
}
