package web

import (
	"encoding/json"
	"net/http"
	"time"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/insight"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// boardRoutes are those of dashboards: one page of figures and charts, the screen on
// the wall, the owner's phone, and the stream that keeps all three fresh.
func boardRoutes() []Route {
	return []Route{
		{"GET", "/dashboard", staff.OrderRead, false, (*Site).dashboard},
		{"GET", "/big", staff.OrderRead, false, (*Site).big},
		{"GET", "/m", staff.OrderRead, false, (*Site).phone},
		{"GET", "/board.json", staff.OrderRead, false, (*Site).boardData},
		{"GET", "/board/stream", staff.OrderRead, false, (*Site).boardStream},
	}
}

// board is what the dashboards show of a scope. It holds no name, phone or address.
type board struct {
	At       db.Instant     `json:"at"`
	Currency money.Currency `json:"currency"`
	Today    tallies        `json:"today"`
	// SameTime is yesterday up to the same time of day.
	SameTime tallies `json:"same_time"`
	// Hours are orders accepted, hour by hour of the house's day; Before are yesterday's.
	Hours  [24]int64 `json:"hours"`
	Before [24]int64 `json:"before"`
	Queues []queue   `json:"queues"`
	Held   int64     `json:"held"`
	Late   int64     `json:"late"`
	Soon   int64     `json:"soon"`
	Open   int64     `json:"open"`
	Top    []top     `json:"top"`
}

// tallies are the figures of a day.
type tallies struct {
	Orders    int64        `json:"orders"`
	Units     int64        `json:"units"`
	Amount    money.Amount `json:"amount"`
	Shipped   int64        `json:"shipped"`
	Cancelled int64        `json:"cancelled"`
}

// queue is a step of an order's life: how many stand there, and since when the first.
type queue struct {
	Word   order.Word `json:"word"`
	Orders int64      `json:"orders"`
	Since  db.Instant `json:"since"`
}

// top is a SKU that sells today.
type top struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Units int64  `json:"units"`
}

const (
	boardKept = 4 * time.Second
	topShown  = 10
	soonHours = 4
)

// boardOf gives the board of a visitor's scope; viewers of one scope share it.
func (s *Site) boardOf(v *visit) (board, error) {
	return s.boards.get(v.caller.Scope, func(scope staff.Scope) (b board, err error) {
		err = s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
			b, err = gatherBoard(tx, scope)
			return err
		})
		return b, err
	})
}

func gatherBoard(tx *db.Tx, scope staff.Scope) (b board, err error) {
	b = board{At: tx.Now()}
	if b.Currency, err = currencyOf(tx, scope); err != nil {
		return b, err
	}
	if err := b.days(tx, scope); err != nil {
		return b, err
	}
	if err := b.queues(tx, scope); err != nil {
		return b, err
	}
	return b, b.tops(tx, scope)
}

// currencyOf gives the currency of a scope's shops, "" where they have several: then
// amounts are no sum and are left out.
func currencyOf(tx *db.Tx, scope staff.Scope) (cur money.Currency, err error) {
	shops, err := shop.All(tx)
	for _, one := range shops {
		switch {
		case !scope.HasShop(one.ID) || one.Currency == cur:
		case cur == "":
			cur = one.Currency
		default:
			return "", err
		}
	}
	return cur, err
}

// days counts today and yesterday, by the house's clock.
func (b *board) days(tx *db.Tx, scope staff.Scope) error {
	now := tx.Now().Time().In(zone(houseZone))
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	yesterday := today.AddDate(0, 0, -1)
	hours, err := insight.Hours(tx, scope, db.Instant(yesterday.UnixMicro()), tx.Now()+1)
	for _, h := range hours {
		at := h.At.Time().In(now.Location())
		day, curve := &b.Today, &b.Hours
		if at.Before(today) {
			day, curve = &b.SameTime, &b.Before
		}
		if h.What == insight.Accepted {
			curve[at.Hour()] += h.Orders
		}
		if at.Before(today) && at.Hour() >= now.Hour() {
			continue // yesterday's whole hours up to this one
		}
		day.add(h)
	}
	if b.Currency == "" {
		b.Today.Amount, b.SameTime.Amount = 0, 0
	}
	return err
}

func (t *tallies) add(h insight.Hour) {
	switch h.What {
	case insight.Accepted:
		t.Orders, t.Units, t.Amount = t.Orders+h.Orders, t.Units+h.Units, t.Amount+h.Amount
	case insight.Shipped:
		t.Shipped += h.Orders
	case insight.Cancelled:
		t.Cancelled += h.Orders
	}
}

// queues tells how many orders stand at each step, since when, and what is late.
func (b *board) queues(tx *db.Tx, scope staff.Scope) (err error) {
	words, held, err := order.CountsIn(tx, scope)
	if err != nil {
		return err
	}
	b.Held = held
	for _, w := range []order.Word{order.WaitPay, order.WaitService, order.WaitFinance, order.Reviewed, order.WaitPick, order.WaitPack,
		order.WaitShip} {
		since, err := order.Oldest(tx, scope, w)
		if err != nil {
			return err
		}
		b.Queues = append(b.Queues, queue{Word: w, Orders: words[w], Since: since})
	}
	if b.Late, err = order.CountDue(tx, scope, tx.Now(), countMax); err != nil {
		return err
	}
	if b.Soon, err = order.CountDue(tx, scope, tx.Now().Add(soonHours*time.Hour), countMax); err != nil {
		return err
	}
	b.Soon -= b.Late
	kinds, err := review.CountsIn(tx, scope)
	for _, k := range kinds {
		b.Open += k.Open
	}
	return err
}

func (b *board) tops(tx *db.Tx, scope staff.Scope) error {
	day := tx.Now().Time().In(zone(houseZone)).Format(time.DateOnly)
	list, err := insight.TopSKUs(tx, scope, day, topShown)
	if err != nil {
		return err
	}
	ids := make([]id.SKU, len(list))
	for i, t := range list {
		ids[i] = t.SKU
	}
	known, err := catalog.Get(tx, ids)
	for _, t := range list {
		b.Top = append(b.Top, top{Code: known[t.SKU].Code, Name: known[t.SKU].Name, Units: t.Units})
	}
	return err
}

// boardFigure is one figure of a board, with the list that it counts.
type boardFigure struct {
	ID, Label, Value, Class, Link, Beside string
}

// figures are the board's figures in the order in which an owner reads them.
func (v *visit) figures(b *board) []boardFigure {
	amount := "–"
	if b.Currency != "" {
		amount = price(b.Today.Amount, b.Currency)
	}
	exceptions := ""
	if v.caller.May(staff.ExceptionRead) {
		exceptions = "/exceptions"
	}
	was := func(n int64) string { return v.fill("board_same_time", number(n)) }
	return []boardFigure{
		{"orders", v.word("board_orders"), number(b.Today.Orders), "", "/orders", was(b.SameTime.Orders)},
		{"amount", v.word("board_amount"), amount, "", "", ""},
		{"units", v.word("board_units"), number(b.Today.Units), "", "", was(b.SameTime.Units)},
		{"shipped", v.word("board_shipped"), number(b.Today.Shipped), "out", "", was(b.SameTime.Shipped)},
		{"cancelled", v.word("board_cancelled"), number(b.Today.Cancelled), "", "/orders?word=cancelled", was(b.SameTime.Cancelled)},
		{"late", v.word("board_late"), number(b.Late), "bad", "/orders?due=late", v.fill("board_soon", number(b.Soon), soonHours)},
		{"held", v.word("board_held"), number(b.Held), "bad", "/orders?held=1", ""},
		{"open", v.word("exceptions_open"), number(b.Open), "review", exceptions, ""},
	}
}

// queueRow is a queue as a page shows it.
type queueRow struct {
	Word, Label, Class, Age string
	Orders                  int64
}

func (v *visit) queueRows(b *board) (rows []queueRow) {
	for _, q := range b.Queues {
		r := queueRow{Word: string(q.Word), Label: v.word("word_" + string(q.Word)), Class: classOf(q.Word), Orders: q.Orders}
		if q.Since > 0 && q.Orders > 0 {
			r.Age = v.age(q.Since, b.At)
		}
		rows = append(rows, r)
	}
	return rows
}

func (s *Site) dashboard(v *visit) error { return s.showBoard(v, "dashboard", "dashboard") }

// big is the screen on the wall: dark, readable from five metres, nothing of a person.
func (s *Site) big(v *visit) error { return s.showBoard(v, "big", "big") }

// phone is the owner's page: eight figures and one list.
func (s *Site) phone(v *visit) error { return s.showBoard(v, "phone", "phone_page") }

func (s *Site) showBoard(v *visit, page, title string) error {
	b, err := s.boardOf(v)
	if err != nil {
		return err
	}
	late, err := s.urgent(v, 12)
	if err != nil {
		return err
	}
	return s.render(v, http.StatusOK, page, map[string]any{"Title": v.word(title), "At": v.stampOf(b.At, b.At, houseZone), "Figures": v.figures(&b),
		"Queues": v.queueRows(&b), "Top": b.Top, "Late": late, "Bare": page == "big",
		// Tabs of one person and language share a stream.
		"Share": v.person.ID.String() + " " + v.lang})
}

// urgentRow is an order that is late or soon will be.
type urgentRow struct {
	Order, No, Shop, State, Class, Left string
	Late                                bool
}

// urgent lists the orders that must leave first.
func (s *Site) urgent(v *visit, limit int) (rows []urgentRow, err error) {
	err = s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		rows = nil
		cards, err := order.Due(tx, v.caller.Scope, tx.Now().Add(soonHours*time.Hour), limit)
		if err != nil {
			return err
		}
		shops, err := shop.All(tx)
		names := map[id.Shop]string{}
		for _, one := range shops {
			names[one.ID] = one.Name
		}
		for _, c := range cards {
			r := urgentRow{Order: c.Order.String(), No: c.ExternalNo, Shop: names[c.Shop], State: v.word("word_" + string(c.Word)), Class: classOf(c.Word),
				Late: c.ShipBy < tx.Now()}
			r.Left = v.fill("due_left", v.age(tx.Now(), c.ShipBy))
			if r.Late {
				r.Left = v.fill("due_over", v.age(c.ShipBy, tx.Now()))
			}
			rows = append(rows, r)
		}
		return err
	})
	return rows, err
}

// boardData is the board for the scripts of the pages, once.
func (s *Site) boardData(v *visit) error {
	b, err := s.boardOf(v)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(v.w).Encode(s.spoken(v, &b))
}

// spokenBoard is a board with its figures in words, as scripts put them in place.
type spokenBoard struct {
	*board
	Figures []boardFigure     `json:"figures"`
	Words   map[string]string `json:"words"`
	Clock   string            `json:"clock"`
	Rows    []queueRow        `json:"rows"`
}

func (s *Site) spoken(v *visit, b *board) spokenBoard {
	return spokenBoard{board: b, Figures: v.figures(b), Clock: v.stampOf(b.At, b.At, houseZone).Full, Rows: v.queueRows(b),
		Words: map[string]string{"today": v.word("today"), "yesterday": v.word("yesterday"), "orders": v.word("orders"), "units": v.word("board_units")}}
}

// boardStream sends the board every few seconds as long as somebody looks, and ends
// when the session does or the house closes.
func (s *Site) boardStream(v *visit) error {
	control := http.NewResponseController(v.w)
	v.w.Header().Set("Content-Type", "text/event-stream")
	tick := time.NewTicker(boardKept + time.Second)
	defer tick.Stop()
	for n := 0; ; n++ {
		b, err := s.boardOf(v)
		if err != nil {
			return err
		}
		text, err := json.Marshal(s.spoken(v, &b))
		if err != nil {
			return fault.Of(err)
		}
		_ = control.SetWriteDeadline(time.Now().Add(30 * time.Second)) // the connection's own clock
		if _, err := v.w.Write([]byte("event: board\ndata: " + string(text) + "\n\n")); err != nil {
			return nil // who looked has gone
		}
		_ = control.Flush()
		select {
		case <-tick.C:
		case <-v.r.Context().Done():
			return nil
		case <-s.closing:
			return nil
		}
		if err := s.stillIn(v); err != nil {
			return nil // the page asks again and hears why
		}
	}
}
