package web

import (
	"net/http"
	"slices"

	"baihuo/internal/fault"
	"baihuo/internal/fulfilment"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

// homeRoutes are those of the first page.
func homeRoutes() []Route {
	return []Route{{"GET", "/{$}", staff.SignedIn, false, (*Site).home}}
}

// sees says which parts of the first page somebody may look at.
type sees struct{ Orders, Exceptions, Packages, Stock, Queue bool }

func seesOf(c staff.Caller) sees {
	return sees{Orders: c.May(staff.OrderRead), Exceptions: c.May(staff.ExceptionRead), Packages: c.May(staff.PackageRead),
		Stock: c.May(staff.StockRead), Queue: c.May(staff.StockRead) && c.Scope.AllShops}
}

// home is the workbench: what waits for the visitor, since when, and what is urgent.
// Everybody who works here has it; what it shows follows from permits and scope. Each
// figure leads to the list that it counts.
func (s *Site) home(v *visit) error {
	see := seesOf(v.caller)
	sum, err := s.summary.get(v.caller.Scope, s.gather)
	if err != nil {
		return err
	}
	data := map[string]any{"Title": v.word("workbench"), "Live": true, "See": see, "Nothing": see == sees{}, "At": v.stampOf(sum.now, sum.now, houseZone),
		"Exceptions": v.workRows(&sum, sum.exceptions), "Kinds": v.kinds(sum.kinds), "Newest": sum.newest, "Packages": v.packageTable(&sum)}
	if see.Orders {
		if err := s.homeOrders(v, data); err != nil {
			return err
		}
	}
	if see.Stock {
		if data["Lows"], err = s.lows.get(v.caller.Scope, s.lowStock); err != nil {
			return err
		}
	}
	shorts := slices.Clone(sum.shorts)
	for i := range shorts {
		shorts[i].Ago = v.age(shorts[i].Since, sum.now)
	}
	var open int64
	for _, k := range sum.kinds {
		open += k.Open
	}
	data["Shorts"], data["Open"] = shorts, open
	return s.render(v, http.StatusOK, "home", data)
}

const urgentShown = 12

// homeOrders fills in the queues of orders and those that must leave first.
func (s *Site) homeOrders(v *visit, data map[string]any) error {
	b, err := s.boardOf(v)
	if err != nil {
		return err
	}
	late, err := s.urgent(v, urgentShown)
	data["Tiles"], data["Late"] = v.tiles(&b), late
	return err
}

// tile is a queue on the workbench: how many wait in it, since when the first.
type tile struct {
	ID, Label, Class, Link, Beside string
	Count                          int64
}

// tiles are the queues of a visitor: orders by step, what is held and what is late.
func (v *visit) tiles(b *board) (list []tile) {
	for _, q := range v.queueRows(b) {
		t := tile{ID: q.Word, Label: q.Label, Class: q.Class, Link: "/orders?word=" + q.Word, Count: q.Orders}
		if q.Age != "" {
			t.Beside = v.fill("tile_oldest", q.Age)
		}
		if v.caller.May(staff.ReviewService) && (q.Word == string(order.WaitService) || q.Word == string(order.WaitFinance)) {
			t.Link = "/review"
		}
		list = append(list, t)
	}
	return append(list, tile{ID: "held", Label: v.word("board_held"), Class: "bad", Link: "/orders?held=1", Count: b.Held},
		tile{ID: "late", Label: v.word("board_late"), Class: "bad", Link: "/orders?due=late", Count: b.Late,
			Beside: v.fill("board_soon", number(b.Soon), soonHours)})
}

// errFilter refuses a filter that no page of ours makes.
var errFilter = fault.New(fault.Invalid, "filter_invalid", "筛选条件有误;请清除筛选后重新选择",
	"The filter is not understood; clear it and choose again")

// grid is the table of packages: states across, warehouses down.
type grid struct {
	Heads []string
	Rows  []gridRow
}

type gridRow struct {
	Name   string
	Counts []int64
	Sum    int64
}

func (v *visit) packageTable(sum *summary) grid {
	var g grid
	var states []fulfilment.State
	for _, s := range fulfilment.States() {
		if !s.Ended() {
			states = append(states, s)
			zh, en := s.Words()
			g.Heads = append(g.Heads, pair{zh, en}.in(v.lang))
		}
	}
	for _, w := range sum.warehouses {
		r := gridRow{Name: w.Code + " " + w.Name, Counts: make([]int64, len(states))}
		for _, t := range sum.packages {
			if i := slices.Index(states, t.State); t.Warehouse == w.ID && i >= 0 {
				r.Counts[i] += t.Packages
				r.Sum += t.Packages
			}
		}
		if r.Sum > 0 {
			g.Rows = append(g.Rows, r)
		}
	}
	return g
}
