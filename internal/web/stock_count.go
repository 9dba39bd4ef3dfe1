package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/money"
	"baihuo/internal/staff"
)

// sheetRow is one count sheet of the list.
type sheetRow struct {
	ID, Title, Warehouse, State, Class, By, Reason string
	Opened, Closed                                 stamp
	Blind                                          bool
}

const sheetsPage = 50

// countList lists the count sheets, the newest first, and opens new ones.
func (s *Site) countList(v *visit) error { return s.askCount(v, http.StatusOK, nil) }

func (s *Site) askCount(v *visit, status int, c *complaint) error {
	var before id.Sheet
	if text := v.r.URL.Query().Get("after"); text != "" {
		n, ok := id.Parse("C", text)
		if before = id.Sheet(n); !ok {
			return errFilter
		}
	}
	var rows []sheetRow
	var places depots
	if err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		if places, err = v.depots(tx); err != nil {
			return err
		}
		list, err := inventory.Sheets(tx, v.caller.Scope, before, sheetsPage)
		if err != nil {
			return err
		}
		rows, err = v.sheetRows(tx, places, list)
		return err
	}); err != nil {
		return err
	}
	next := ""
	if len(rows) == sheetsPage {
		next = "/stock/count?after=" + rows[len(rows)-1].ID
	}
	return s.render(v, status, "stock_counts", map[string]any{"Title": v.word("stock_count"), "FormKey": formKey(), "Complaint": c, "Rows": rows,
		"Warehouses": places.choices(v.r.FormValue("warehouse")), "Next": next, "Paged": before != 0, "Form": v.r.PostForm})
}

func (v *visit) sheetRows(tx *db.Tx, places depots, list []inventory.Sheet) (rows []sheetRow, err error) {
	var actors []string
	for _, one := range list {
		actors = append(actors, one.OpenedBy)
	}
	who, err := staff.Names(tx, actors)
	for _, one := range list {
		row := sheetRow{ID: one.ID.String(), Title: one.Title, Warehouse: places.byID[one.Warehouse].Name, State: v.word("ct_" + string(one.State)),
			By: who[one.OpenedBy], Opened: v.stampOf(one.OpenedAt, tx.Now(), houseZone), Closed: v.stampOf(one.ClosedAt, tx.Now(), houseZone),
			Blind: one.Blind, Reason: one.Reason}
		row.Class = map[inventory.SheetState]string{inventory.SheetOpen: "review", inventory.SheetPosted: "done", inventory.SheetDropped: "plain"}[one.State]
		rows = append(rows, row)
	}
	return rows, err
}

var errCountScope = fault.New(fault.Invalid, "count_scope", "范围里没有找到 %s;请检查货位、类目或商品编码",
	"Nothing was found for %s in the scope; check bins, category or codes")

// openCount opens a sheet of a warehouse: of bins, of a category, of SKUs, or an empty
// one that takes what is scanned.
func (s *Site) openCount(v *visit) error {
	form := v.r.PostForm
	err := s.act(v, func(tx *db.Tx) (string, error) {
		w, err := v.chosenDepot(tx, "warehouse")
		if err != nil {
			return "", err
		}
		extent, err := extentOf(tx, w.ID, strings.Fields(form.Get("bins")), strings.TrimSpace(form.Get("category")), strings.Fields(form.Get("skus")))
		if err != nil {
			return "", err
		}
		n, err := inventory.OpenSheet(tx, inventory.Sheet{Warehouse: w.ID, Title: form.Get("title"), Blind: form.Get("blind") == "1"}, extent)
		return "/counts/" + n.String(), err
	})
	if err == nil {
		return nil
	}
	c, status, err := v.complain(err)
	if err != nil {
		return err
	}
	return s.askCount(v, status, c)
}

// extentOf finds what a sheet is to count. A bin that ends in * stands for all that
// begin so.
func extentOf(tx *db.Tx, w id.Warehouse, bins []string, category string, codes []string) (e inventory.Extent, err error) {
	for _, b := range bins {
		found, err := inventory.BinsLike(tx, w, b)
		if err != nil {
			return e, err
		}
		if len(found) == 0 {
			return e, errCountScope.With(b)
		}
		e.Bins = append(e.Bins, found...)
	}
	if category != "" {
		list, err := catalog.List(tx, catalog.Filter{Category: category, Limit: 500})
		if err != nil {
			return e, err
		}
		if len(list) == 0 {
			return e, errCountScope.With(category)
		}
		for _, one := range list {
			e.SKUs = append(e.SKUs, one.ID)
		}
	}
	found, err := catalog.Find(tx, codes)
	for _, c := range codes {
		if err == nil && found[c] == nil {
			return e, errCountScope.With(c)
		}
		if found[c] != nil {
			e.SKUs = append(e.SKUs, found[c].ID)
		}
	}
	return e, err
}

// countRow is one slot of a sheet as people see it.
type countRow struct {
	Key, Code, Name, Lot, Bin, By, Value, Class string
	Found, Book, Now, Diff, Posted, Freed       int64
	Counted                                     bool
	Moved                                       bool
	At                                          stamp
}

// countView is a sheet with what adds up from its lines.
type countView struct {
	Sheet                sheetRow
	Rows                 []countRow
	Counted, All, Diffs  int64
	More, Less           int64
	MoreValue, LessValue string
	Here                 string
	Open, Posted, Shows  bool
}

// count is the page of a sheet: counting, and what differs.
func (s *Site) count(v *visit) error { return s.showCount(v, http.StatusOK, nil) }

func (s *Site) showCount(v *visit, status int, c *complaint) error {
	n, ok := id.Parse("C", v.r.PathValue("id"))
	if !ok {
		return inventory.ErrSheetNone
	}
	look := v.r.URL.Query().Get("look")
	var k countView
	if err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		k, err = v.countView(tx, id.Sheet(n), look == "diff")
		return err
	}); err != nil {
		return err
	}
	next := k.page(v.r.URL.Query())
	return s.render(v, status, "stock_count", map[string]any{"Next": next, "Paged": v.r.URL.Query().Has("from"),
		"Title": k.Sheet.Title, "FormKey": formKey(), "Complaint": c,
		"K": k, "Path": "/counts/" + id.Sheet(n).String(), "Diff": look == "diff", "MayPost": v.caller.May(staff.StockAdjust),
		"Cost": v.caller.May(staff.CostRead), "Queue": id.Sheet(n).String() + "." + v.person.ID.String()})
}

const countPage = 200

// page leaves one page of the lines and gives the query of the next, "" at the end. A
// sheet is bounded, so its lines are in hand.
func (k *countView) page(q url.Values) string {
	from, _ := strconv.Atoi(q.Get("from")) // what cannot be read is the first page
	from = min(max(from, 0), len(k.Rows))
	k.Rows = k.Rows[from:]
	if len(k.Rows) <= countPage {
		return ""
	}
	k.Rows = k.Rows[:countPage]
	next := url.Values{"from": {strconv.Itoa(from + countPage)}}
	if q.Get("look") != "" {
		next.Set("look", q.Get("look"))
	}
	return "?" + next.Encode()
}

// countView gathers a sheet. A blind one shows the books only to those who may post it,
// and only beside what was found.
func (v *visit) countView(tx *db.Tx, n id.Sheet, diff bool) (k countView, err error) {
	sheet, err := inventory.GetSheet(tx, v.caller.Scope, n)
	if err != nil {
		return k, err
	}
	places, err := v.depots(tx)
	if err != nil {
		return k, err
	}
	rows, err := v.sheetRows(tx, places, []inventory.Sheet{sheet})
	if err != nil {
		return k, err
	}
	k.Sheet, k.Open, k.Posted = rows[0], sheet.State == inventory.SheetOpen, sheet.State == inventory.SheetPosted
	k.Shows = !sheet.Blind || !k.Open || diff && v.caller.May(staff.StockAdjust)
	lines, err := inventory.SheetLines(tx, sheet, 0)
	if err != nil {
		return k, err
	}
	bin, stands, err := inventory.BinOf(tx, n, v.caller.Actor)
	if err != nil {
		return k, err
	}
	names, err := v.lineNames(tx, lines, bin)
	if err != nil {
		return k, err
	}
	if k.Here = v.word("ct_nowhere"); stands {
		k.Here = v.binWord(bin, names.bins[bin])
	}
	v.addUp(&k, lines, names, diff, tx.Now())
	return k, nil
}

// lineNames are what the lines of a sheet are about.
type lineNames struct {
	skus map[id.SKU]*catalog.SKU
	lots map[id.Lot]inventory.Lot
	bins map[id.Bin]string
	who  map[string]string
}

func (v *visit) lineNames(tx *db.Tx, lines []inventory.SheetLine, here id.Bin) (n lineNames, err error) {
	skus, lots, bins, actors := []id.SKU{}, []id.Lot{}, []id.Bin{here}, []string{}
	for _, l := range lines {
		skus, lots, bins, actors = append(skus, l.SKU), append(lots, l.Lot), append(bins, l.Bin), append(actors, l.CountedBy)
	}
	if n.skus, err = catalog.Get(tx, skus); err != nil {
		return n, err
	}
	if n.lots, err = inventory.LotsOf(tx, lots); err != nil {
		return n, err
	}
	if n.bins, err = inventory.BinsOf(tx, bins); err != nil {
		return n, err
	}
	n.who, err = staff.Names(tx, actors)
	return n, err
}

func (v *visit) addUp(k *countView, lines []inventory.SheetLine, names lineNames, diff bool, now db.Instant) {
	var more, less money.Amount
	for _, l := range lines {
		sku := names.skus[l.SKU]
		r := countRow{Key: lineKey(l), Code: sku.Code, Name: sku.Name, Lot: names.lots[l.Lot].Code, Bin: v.binWord(l.Bin, names.bins[l.Bin]),
			Counted: l.CountedAt != 0, Moved: l.Moved, Posted: l.Posted, Freed: l.Freed, By: names.who[l.CountedBy],
			At: v.stampOf(l.CountedAt, now, houseZone)}
		k.All++
		if r.Counted {
			k.Counted++
			r.Found = l.Found
		}
		if k.Shows {
			r.Now, r.Book = l.Now, l.Now
			if r.Counted {
				r.Book, r.Diff = l.Book, l.Diff()
			}
		}
		if r.Diff != 0 {
			value := sku.Cost * money.Amount(r.Diff)
			r.Value, r.Class = price(value, houseCurrency), "review"
			k.Diffs++
			if r.Diff > 0 {
				k.More, more = k.More+r.Diff, more+value
			} else {
				k.Less, less, r.Class = k.Less+r.Diff, less+value, "bad"
			}
		}
		if !diff || r.Diff != 0 || r.Moved {
			k.Rows = append(k.Rows, r)
		}
	}
	k.MoreValue, k.LessValue = price(more, houseCurrency), price(less, houseCurrency)
}

// postCount books what a sheet found.
func (s *Site) postCount(v *visit) error {
	return s.onSheet(v, func(tx *db.Tx, n id.Sheet) (string, error) {
		freed, err := flow.PostSheet(tx, n, v.r.PostFormValue("reason"))
		var pieces int64
		for _, f := range freed {
			pieces += f.Qty
		}
		word := "counted"
		if pieces > 0 {
			word = "counted_freed"
		}
		return did("/counts/"+n.String()+"?look=diff", word, int(pieces), ""), err
	})
}

// dropCount ends a sheet without booking anything.
func (s *Site) dropCount(v *visit) error {
	return s.onSheet(v, func(tx *db.Tx, n id.Sheet) (string, error) {
		return did("/stock/count", "count_dropped", 0, ""), inventory.DropSheet(tx, n)
	})
}

// onSheet does something to the sheet of the address; a refusal is shown on its page.
func (s *Site) onSheet(v *visit, do func(tx *db.Tx, n id.Sheet) (string, error)) error {
	err := s.act(v, func(tx *db.Tx) (string, error) {
		n, err := v.sheet(tx)
		if err != nil {
			return "", err
		}
		return do(tx, n.ID)
	})
	if err == nil {
		return nil
	}
	c, status, err := v.complain(err)
	if err != nil {
		return err
	}
	return s.showCount(v, status, c)
}

// sheet finds the sheet of the address. Fault: inventory.ErrSheetNone.
func (v *visit) sheet(tx *db.Tx) (inventory.Sheet, error) {
	n, ok := id.Parse("C", v.r.PathValue("id"))
	if !ok {
		return inventory.Sheet{}, inventory.ErrSheetNone
	}
	return inventory.GetSheet(tx, v.caller.Scope, id.Sheet(n))
}
