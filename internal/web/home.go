package web

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// summary is what all viewers of the first page see alike, in no language yet.
type summary struct {
	now        db.Instant
	words      map[order.Word]int64
	blocked    int64
	rate       float64 // orders a minute
	rateOver   int
	kinds      []review.Tally
	exceptions []review.Exception
	newest     bool
	packages   []fulfilment.Tally
	warehouses []inventory.Warehouse
	shops      map[id.Shop]shop.Shop
	shorts     []short
}

// short is a SKU that orders wait for.
type short struct {
	Code, Name string
	Pieces     int64
	Lines      int
	First      string // the order that is served first
	Since      db.Instant
	Ago        string
}

// low is a counter that is at or below its safety line.
type low struct {
	Warehouse, Code, Name          string
	Free, OnHand, Reserved, Safety int64
}

const (
	rateMax    = 200
	shownShort = 8
	shownLow   = 10
	shownWork  = 8
	stockMax   = 5000 // counters looked at for low stock
	rowsHome   = 20   // orders on the first page, above the panels
	rowsMax    = 50   // and where a list was asked for
)

// gather reads the summary of a scope on one snapshot. What cannot be told apart by
// shop is left out for who does not see them all.
func (s *Site) gather(scope staff.Scope) (sum summary, err error) {
	err = s.cfg.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		sum = summary{now: tx.Now(), shops: map[id.Shop]shop.Shop{}}
		if sum.words, sum.blocked, err = order.CountsIn(tx, scope); err != nil {
			return err
		}
		if sum.rate, sum.rateOver, err = rate(tx, scope); err != nil {
			return err
		}
		if sum.packages, err = fulfilment.Counts(tx); err != nil {
			return err
		}
		if sum.warehouses, err = inventory.Warehouses(tx); err != nil {
			return err
		}
		sum.warehouses = slices.DeleteFunc(sum.warehouses, func(w inventory.Warehouse) bool { return !scope.HasWarehouse(w.ID) })
		shops, err := shop.All(tx)
		for _, one := range shops {
			sum.shops[one.ID] = one
		}
		if err != nil {
			return err
		}
		if err := sum.work(tx, scope); err != nil || !scope.AllShops {
			return err
		}
		sum.shorts, err = shortages(tx)
		return err
	})
	return sum, err
}

// rate says how fast orders come in, over the last of them.
func rate(tx *db.Tx, scope staff.Scope) (perMinute float64, over int, err error) {
	cards, err := order.List(tx, order.Filter{Limit: rateMax, Scope: scope})
	if err != nil || len(cards) < 2 {
		return 0, len(cards), err
	}
	oldest, err := order.Get(tx, []id.Order{cards[len(cards)-1].Order})
	if err != nil || len(oldest) == 0 {
		return 0, 0, err
	}
	minutes := float64(tx.Now()-oldest[0].AcceptedAt) / 60e6
	return float64(len(cards)) / max(minutes, 1.0/60), len(cards), nil
}

// work looks at the queue of exceptions: the newest where the queue fits a page,
// else those that wait longest.
func (sum *summary) work(tx *db.Tx, scope staff.Scope) error {
	var err error
	if sum.kinds, err = review.CountsIn(tx, scope); err != nil {
		return err
	}
	list, err := review.List(tx, review.Filter{Scope: &scope, Limit: review.ListMax})
	if sum.newest = len(list) < review.ListMax; sum.newest {
		slices.Reverse(list)
	}
	sum.exceptions = list[:min(len(list), shownWork)]
	return err
}

// shortages gives the SKUs that most pieces wait for, and who is served first.
func shortages(tx *db.Tx) ([]short, error) {
	backlog, err := inventory.Backlog(tx)
	if err != nil || len(backlog) == 0 {
		return nil, err
	}
	skus := make([]id.SKU, 0, len(backlog))
	for n := range backlog {
		skus = append(skus, n)
	}
	slices.SortFunc(skus, func(a, b id.SKU) int {
		return cmp.Or(cmp.Compare(backlog[b], backlog[a]), cmp.Compare(a, b))
	})
	skus = skus[:min(len(skus), shownShort)]
	known, err := catalog.Get(tx, skus)
	if err != nil {
		return nil, err
	}
	list := make([]short, len(skus))
	for i, n := range skus {
		waiters, err := inventory.Waiting(tx, n, 100)
		if err != nil {
			return nil, err
		}
		list[i] = short{Code: known[n].Code, Name: known[n].Name, Pieces: backlog[n], Lines: len(waiters)}
		for j, w := range waiters {
			if j == 0 {
				list[i].First = w.Order.String()
			}
			if list[i].Since == 0 || w.Since < list[i].Since {
				list[i].Since = w.Since
			}
		}
	}
	return list, nil
}

// lowStock gives the counters of a scope furthest below their safety line.
func (s *Site) lowStock(scope staff.Scope) (lows []low, err error) {
	err = s.cfg.DB.Read(context.Background(), func(tx *db.Tx) error {
		var rows []inventory.Row
		for after, seen := id.Stock(0), 0; seen < stockMax; {
			page, err := inventory.List(tx, inventory.Filter{Scope: scope, After: after, Limit: 1000})
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			after, seen = page[len(page)-1].ID, seen+len(page)
			for _, r := range page {
				if r.Free <= r.Safety {
					rows = append(rows, r)
				}
			}
		}
		slices.SortFunc(rows, func(a, b inventory.Row) int {
			return cmp.Or(cmp.Compare(a.Free-a.Safety, b.Free-b.Safety), cmp.Compare(b.Reserved, a.Reserved),
				cmp.Compare(a.ID, b.ID))
		})
		lows, err = nameLows(tx, rows[:min(len(rows), shownLow)])
		return err
	})
	return lows, err
}

func nameLows(tx *db.Tx, rows []inventory.Row) ([]low, error) {
	skus := make([]id.SKU, len(rows))
	for i, r := range rows {
		skus[i] = r.SKU
	}
	known, err := catalog.Get(tx, skus)
	if err != nil {
		return nil, err
	}
	places, err := inventory.Warehouses(tx)
	codes := map[id.Warehouse]string{}
	for _, w := range places {
		codes[w.ID] = w.Code
	}
	lows := make([]low, len(rows))
	for i, r := range rows {
		lows[i] = low{codes[r.Warehouse], known[r.SKU].Code, known[r.SKU].Name, r.Free, r.OnHand, r.Reserved, r.Safety}
	}
	return lows, err
}

// step is a word of the board with its count, a link to its orders.
type step struct {
	Word, Label, Class, Link string
	Count                    int64
	Chosen                   bool
}

// row is one order of the list.
type row struct {
	Order, No, Shop, State, Class, Name, Place, Amount, Why, Warehouse, Packages string
	Blocked, Short                                                               bool
	Units                                                                        int64
	Time                                                                         stamp
}

// sees says which parts of the first page somebody may look at.
type sees struct{ Orders, Exceptions, Packages, Stock, Queue bool }

func seesOf(c staff.Caller) sees {
	return sees{Orders: c.May(staff.OrderRead), Exceptions: c.May(staff.ExceptionRead), Packages: c.May(staff.PackageRead),
		Stock: c.May(staff.StockRead), Queue: c.May(staff.StockRead) && c.Scope.AllShops}
}

// home is the live status page. Everybody who works here has it; what it shows follows
// from permits and scope.
func (s *Site) home(v *visit) error {
	f, err := filterOf(v.r.URL.Query())
	if err != nil {
		return err
	}
	see := seesOf(v.caller)
	sum, err := s.summary.get(v.caller.Scope, s.gather)
	if err != nil {
		return err
	}
	var lows []low
	if see.Stock {
		if lows, err = s.lows.get(v.caller.Scope, s.lowStock); err != nil {
			return err
		}
	}
	var rows []row
	older := ""
	if see.Orders {
		if rows, older, err = s.rows(v, f, &sum); err != nil {
			return err
		}
	}
	steps, hand := v.steps(&sum, f)
	packages := v.packageTable(&sum)
	shorts := slices.Clone(sum.shorts)
	for i := range shorts {
		shorts[i].Ago = v.age(shorts[i].Since, sum.now)
	}
	var open int64
	for _, k := range sum.kinds {
		open += k.Open
	}
	return s.render(v, http.StatusOK, "home", map[string]any{
		"Title": v.word("home"), "Live": true, "See": see, "Nothing": see == sees{}, "At": v.stampOf(sum.now, sum.now, houseZone),
		"Steps": steps, "InHand": hand,
		"Rate": rateText(sum.rate), "RateNote": v.fill("rate_note", sum.rateOver), "Rows": rows, "Older": older,
		"Filtered":   f.Word != "" || f.Blocked || f.Before != 0,
		"Exceptions": v.workRows(&sum, sum.exceptions), "Kinds": v.kinds(sum.kinds),
		"Open": open, "Newest": sum.newest, "Packages": packages, "Shorts": shorts, "Lows": lows,
	})
}

func rateText(perMinute float64) string {
	if perMinute >= 10 {
		return number(int64(perMinute + 0.5))
	}
	return fmt.Sprintf("%.1f", perMinute)
}

// errFilter refuses a filter that no page of ours makes.
var errFilter = fault.New(fault.Invalid, "filter_invalid", "筛选条件有误;请从首页重新选择",
	"The filter is not understood; choose again from the first page")

func filterOf(q url.Values) (order.Filter, error) {
	f := order.Filter{Limit: rowsHome, Word: order.Word(q.Get("word")), Blocked: q.Get("blocked") == "1"}
	if f.Word != "" && !slices.Contains(order.Words(), f.Word) {
		return f, errFilter
	}
	if text := q.Get("before"); text != "" {
		n, ok := id.Parse("O", text)
		if f.Before = id.Order(n); !ok {
			return f, errFilter
		}
	}
	if f.Word != "" || f.Blocked || f.Before != 0 {
		f.Limit = rowsMax
	}
	return f, nil
}

// steps are the words of an order's life with their counts, and all of them together.
func (v *visit) steps(sum *summary, f order.Filter) (list []step, all int64) {
	for _, w := range order.Words() {
		if w == order.Completed || w == order.Gone {
			continue // their number grows with history and is not counted here
		}
		all += sum.words[w]
		list = append(list, step{Word: string(w), Label: v.word("word_" + string(w)), Class: classOf(w),
			Count: sum.words[w], Link: "/?word=" + string(w), Chosen: f.Word == w})
	}
	list = append(list, step{Word: "blocked", Label: v.word("blocked"), Class: "bad", Count: sum.blocked,
		Link: "/?blocked=1", Chosen: f.Blocked})
	return list, all
}

func classOf(w order.Word) string {
	switch w {
	case order.WaitService, order.WaitFinance:
		return "review"
	case order.Reviewed, order.WaitPick:
		return "pick"
	case order.WaitPack:
		return "pack"
	case order.WaitShip:
		return "ship"
	case order.PartOut, order.Out:
		return "out"
	case order.Completed:
		return "done"
	case order.Refused:
		return "bad"
	}
	return "plain"
}

// rows lists orders, the newest first; older is the address of the next page.
func (s *Site) rows(v *visit, f order.Filter, sum *summary) (rows []row, older string, err error) {
	var cards []order.Card
	reasons := map[id.Order][]review.Hold{}
	err = s.cfg.DB.Read(v.r.Context(), func(tx *db.Tx) (err error) {
		f.Scope = v.caller.Scope
		if cards, err = order.List(tx, f); err != nil || v.lang == "zh" {
			return err
		}
		var held []id.Order
		for _, c := range cards {
			if c.Blocked {
				held = append(held, c.Order)
			}
		}
		reasons, err = review.Live(tx, held)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	for _, c := range cards {
		rows = append(rows, v.row(c, sum, reasons[c.Order]))
	}
	if len(cards) == f.Limit {
		q := v.r.URL.Query()
		q.Del("part")
		q.Set("before", cards[len(cards)-1].Order.String())
		older = "/?" + q.Encode()
	}
	return rows, older, nil
}

func (v *visit) row(c order.Card, sum *summary, holds []review.Hold) row {
	s := sum.shops[c.Shop]
	r := row{Order: c.Order.String(), No: c.ExternalNo, Shop: s.Name, State: v.word("word_" + string(c.Word)),
		Class: classOf(c.Word),
		Name:  c.NameMask, Place: c.Place, Amount: price(money.Amount(c.Total), s.Currency), Why: v.why(c,
			holds), Warehouse: c.Warehouses,
		Blocked: c.Blocked, Short: c.Short, Units: c.Units, Time: v.stampOf(c.OrderedAt, sum.now, s.TimeZone)}
	if c.Packages > 0 {
		r.Packages = fmt.Sprintf("%d/%d", c.PackagesOut, c.Packages)
	}
	return r
}

// why says in a sentence why an order is where it is.
func (v *visit) why(c order.Card, holds []review.Hold) string {
	switch {
	case c.Blocked && v.lang == "zh":
		return strings.Join(once(strings.Split(c.Why, ";")), ";")
	case c.Blocked:
		var list []string
		for _, h := range holds {
			list = append(list, h.ReasonEN)
		}
		return strings.Join(once(list), "; ")
	case c.Short && (c.Word == order.Reviewed || c.Word == order.WaitService):
		return v.word("why_short")
	}
	return v.word("why_" + string(c.Word))
}

// once leaves each sentence once: two short lines have one reason.
func once(list []string) (rest []string) {
	for _, s := range list {
		if !slices.Contains(rest, s) {
			rest = append(rest, s)
		}
	}
	return rest
}

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

// homeRoutes are those of the first page.
func homeRoutes() []Route {
	return []Route{{"GET", "/{$}", staff.SignedIn, false, (*Site).home}}
}
