package order_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/id"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/shop"
)

// shelf is a small catalog: two goods and a bundle of one soap and two towels.
func shelf() map[string]*catalog.SKU {
	soap := &catalog.SKU{ID: 1, Code: "SOAP", Name: "香皂", Price: 500, Cost: 200}
	towel := &catalog.SKU{ID: 2, Code: "TOWEL", Name: "毛巾", Price: 1000, Cost: 300}
	kit := &catalog.SKU{ID: 3, Code: "KIT", Name: "套装", Price: 2000, Bundle: true,
		Parts: []catalog.Part{{SKU: 1, Qty: 1, Item: soap}, {SKU: 2, Qty: 2, Item: towel}}}
	return map[string]*catalog.SKU{"SOAP": soap, "TOWEL": towel, "KIT": kit}
}

// opener opens drafts on one database; nothing is written.
func opener(t *testing.T) func(*order.Draft) *order.Order {
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
	return func(dr *order.Draft) (o *order.Order) {
		if f := dr.Check(); f != nil {
			t.Fatal(f)
		}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			o = order.Open(tx, dr, shop.Shop{ID: 9, Code: "TB"}, shelf())
			return nil
		})
		return o
	}
}

func draft(lines ...order.DraftLine) *order.Draft {
	return &order.Draft{ShopCode: "TB", ExternalNo: "T1", Currency: "CNY", OrderedAt: 1, Lines: lines}
}

// The money of a header is that of its lines, and every cent of a promotion lies
// on some line, whatever is sold with whatever discount.
func TestOpenSplitsToTheCent(t *testing.T) {
	open := opener(t)
	rapid.Check(t, func(r *rapid.T) {
		dr := draft()
		for i := range rapid.IntRange(1, 6).Draw(r, "lines") {
			l := order.DraftLine{Code: rapid.SampledFrom([]string{"SOAP", "TOWEL", "KIT", "NOBODY"}).Draw(r, "code"), Qty: rapid.Int64Range(1, 9).Draw(r, "qty"),
				Price: money.Amount(rapid.Int64Range(0, 5000).Draw(r, "price")), ExternalNo: fmt.Sprint(i)}
			l.Kind = rapid.SampledFrom([]order.LineKind{"", order.Goods, order.Gift, order.Charge}).Draw(r, "kind")
			l.Discount = money.Amount(rapid.Int64Range(0, int64(l.Price)*l.Qty).Draw(r, "discount"))
			l.Closed = rapid.IntRange(0, 5).Draw(r, "closed") == 0
			dr.Lines = append(dr.Lines, l)
		}
		for range rapid.IntRange(0, 3).Draw(r, "promotions") {
			p := order.Promotion{Amount: money.Amount(rapid.Int64Range(0, 20000).Draw(r, "promotion"))}
			if rapid.Bool().Draw(r, "of some") {
				p.Lines = []int{rapid.IntRange(0, len(dr.Lines)-1).Draw(r, "of")}
			}
			dr.Promotions = append(dr.Promotions, p)
		}
		dr.Freight = money.Amount(rapid.Int64Range(0, 2000).Draw(r, "freight"))
		o := open(dr)
		var due, goods, discount money.Amount
		components := map[id.Line]money.Amount{}
		for _, l := range o.Lines {
			if l.Due < 0 || l.Discount < 0 {
				r.Fatalf("line %+v", l)
			}
			if l.Kind == order.Component {
				components[l.Parent] += l.Due
				continue
			}
			due += l.Due
			if l.Kind != order.Charge {
				goods, discount = goods+l.Price*money.Amount(l.Ordered), discount+l.Discount
			}
			if l.Due != l.Price*money.Amount(l.Ordered)-l.Discount {
				r.Errorf("line %+v", l)
			}
		}
		if due+o.Freight != o.Total || goods != o.Goods || discount != o.Discount || o.Total != o.Goods-o.Discount+o.Freight+o.Fee {
			r.Errorf("lines owe %d and freight %d, header %+v", due, o.Freight, o)
		}
		for _, l := range o.Lines {
			if sum, exploded := components[l.ID]; exploded && sum != l.Due {
				r.Errorf("the components of %+v owe %d", l, sum)
			}
		}
	})
}

// line is what the tables below compare.
type line struct {
	Code      string
	Kind      order.LineKind
	Qty, Gone int64
	Due       money.Amount
}

func linesOf(o *order.Order) (list []line) {
	for _, l := range o.Lines {
		list = append(list, line{l.Code, l.Kind, l.Ordered, l.Cancelled, l.Due})
	}
	return list
}

func TestOpen(t *testing.T) {
	open := opener(t)
	cases := []struct {
		name  string
		draft *order.Draft
		want  []line
	}{
		{"a bundle of the catalog explodes, its price by what the parts cost", draft(order.DraftLine{Code: "KIT", Qty: 2, Price: 1500}),
			[]line{{"KIT", order.Bundle, 2, 0, 3000}, {"SOAP", order.Component, 2, 0, 600}, {"TOWEL", order.Component, 4, 0, 2400}}},
		{"a bundle that the channel spells out", draft(order.DraftLine{Code: "PACK", Qty: 1, Price: 1000, Parts: []order.Part{{Code: "SOAP", Qty: 3}}}),
			[]line{{"PACK", order.Bundle, 1, 0, 1000}, {"SOAP", order.Component, 3, 0, 1000}}},
		{"a bundle with an unknown part has none", draft(order.DraftLine{Code: "PACK", Qty: 1, Price: 1000, Parts: []order.Part{{Code: "SOAP", Qty: 1}, {Code: "X", Qty: 1}}}),
			[]line{{"PACK", order.Bundle, 1, 0, 1000}}},
		{"a closed line is cancelled with its components", draft(order.DraftLine{Code: "KIT", Qty: 1, Price: 1500, Closed: true}, order.DraftLine{Code: "SOAP", Qty: 1, Price: 500}),
			[]line{{"KIT", order.Bundle, 1, 1, 1500}, {"SOAP", order.Goods, 1, 0, 500}, {"SOAP", order.Component, 1, 1, 300}, {"TOWEL", order.Component, 2, 2, 1200}}},
		{"a promotion on all lines leaves charges alone", &order.Draft{ShopCode: "TB", ExternalNo: "T1", Currency: "CNY", OrderedAt: 1,
			Lines:      []order.DraftLine{{Code: "SOAP", Qty: 1, Price: 100}, {Code: "TOWEL", Qty: 1, Price: 200}, {Kind: order.Charge, Qty: 1, Price: 700}},
			Promotions: []order.Promotion{{Amount: 100}}},
			[]line{{"SOAP", order.Goods, 1, 0, 67}, {"TOWEL", order.Goods, 1, 0, 133}, {"", order.Charge, 1, 0, 700}}},
		{"a promotion above what the lines cost is cut", &order.Draft{ShopCode: "TB", ExternalNo: "T1", Currency: "CNY", OrderedAt: 1,
			Lines: []order.DraftLine{{Code: "SOAP", Qty: 1, Price: 100}}, Promotions: []order.Promotion{{Amount: 900}}},
			[]line{{"SOAP", order.Goods, 1, 0, 0}}},
		{"unknown goods are kept", draft(order.DraftLine{Code: "NOBODY", Qty: 1, Price: 100}), []line{{"NOBODY", order.Goods, 1, 0, 100}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, linesOf(open(c.draft))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUnmatched(t *testing.T) {
	open := opener(t)
	o := open(draft(order.DraftLine{Code: "SOAP", Qty: 1, Price: 1}, order.DraftLine{Code: "NOBODY", Qty: 1, Price: 1},
		order.DraftLine{Code: "GONE", Qty: 1, Price: 1, Closed: true}, order.DraftLine{Kind: order.Charge, Qty: 1, Price: 1},
		order.DraftLine{Code: "KIT", Qty: 1, Price: 1}, order.DraftLine{Code: "PACK", Qty: 1, Price: 1, Parts: []order.Part{{Code: "X", Qty: 1}}}))
	var codes []string
	for _, l := range o.Unmatched() {
		codes = append(codes, l.Code)
	}
	if diff := cmp.Diff([]string{"NOBODY", "PACK"}, codes); diff != "" {
		t.Error(diff)
	}
}
