package order

import (
	"cmp"
	"slices"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/staff"
)

// Word is the one word that people see for the state of an order, derived from
// its axes.
type Word string

// The words, in the order of an order's life.
const (
	WaitPay     Word = "wait_pay"     // 待付款
	WaitService Word = "wait_service" // 待审核
	WaitFinance Word = "wait_finance" // 待财审
	Reviewed    Word = "reviewed"     // 已审核
	WaitPick    Word = "wait_pick"    // 待拣货
	WaitPack    Word = "wait_pack"    // 待打包
	WaitShip    Word = "wait_ship"    // 待发货
	PartOut     Word = "part_out"     // 部分发货
	Out         Word = "out"          // 已发货
	Completed   Word = "completed"    // 已完成
	Gone        Word = "cancelled"    // 已取消
	Refused     Word = "rejected"     // 已驳回
)

// Words gives all words in the order of an order's life.
func Words() []Word {
	return []Word{WaitPay, WaitService, WaitFinance, Reviewed, WaitPick, WaitPack, WaitShip, PartOut, Out, Completed, Gone, Refused}
}

// Facts are what other rooms know of an order; flow gathers them.
type Facts struct {
	Order *Order
	// Why are the sentences of live holds in Chinese; Blocked says that one of
	// them keeps the order from the warehouse.
	Why     []string
	Blocked bool
	// Warehouses that hold its stock, by code.
	Warehouses []string
	NameMask   string
	Place      string
	// Packages that are not voided, and how many of them have left.
	Packages, PackagesOut int
	// UnitsInHouse are the pieces in packages that have not left.
	UnitsInHouse int64
	// The least and furthest any package has come.
	Released, Picked, Packed bool
}

// AddHold notes a live hold.
func (f *Facts) AddHold(why string, blocks bool) {
	if !slices.Contains(f.Why, why) {
		f.Why = append(f.Why, why)
	}
	f.Blocked = f.Blocked || blocks
}

// Card is the row that lists show.
type Card struct {
	Order      id.Order
	Shop       id.Shop
	ExternalNo string
	Word       Word
	Blocked    bool
	Short      bool
	// Ready: reviewed, paid for, not blocked, not short, and goods are reserved that no
	// package holds yet, or no goods are owed at all.
	Ready       bool
	Why         string
	Warehouses  string
	NameMask    string
	Place       string
	Total       int64
	Lines       int64
	Units       int64
	Packages    int64
	PackagesOut int64
	OrderedAt   db.Instant
	ShipBy      db.Instant
	// Province is the two-digit division code of where it goes, Paid what came in.
	Province string
	Paid     int64
	Flag     int
	Label    string
	Tags     string
	// Message and Memo say that there is a buyer's message and a seller's memo.
	Message, Memo bool
	// Goods is what it is made of as one number, 0 where nobody has worked it out yet.
	Goods int64
}

// Card derives the card from the facts: the table of architecture.md section 6.
func (f Facts) Card() Card {
	o := f.Order
	c := Card{Order: o.ID, Shop: o.Shop, ExternalNo: o.ExternalNo, Word: f.word(), Blocked: f.Blocked && !o.Ended(),
		Why: strings.Join(f.Why, ";"), Warehouses: strings.Join(f.Warehouses, " "), NameMask: f.NameMask, Place: f.Place,
		Total: int64(o.Total), Packages: int64(f.Packages), PackagesOut: int64(f.PackagesOut), OrderedAt: o.OrderedAt, ShipBy: o.ShipBy,
		Province: o.Region[:min(2, len(o.Region))], Paid: int64(o.Paid), Flag: o.Flag, Label: o.Label, Tags: o.Tags,
		Message: o.BuyerMessage != "", Memo: o.SellerMemo != "", Goods: o.goodsKey()}
	for _, l := range o.Lines {
		if l.Kind == Component || l.Kind == Charge {
			continue
		}
		c.Lines++
		c.Units += l.Ordered - l.Cancelled
	}
	if o.Ended() {
		c.Why = o.CancelledWhy
	}
	// Where nothing is reserved for an unpaid order, it counts for nothing yet.
	c.Short = o.short() > 0 && (o.Claims(false) || o.Claims(true) && o.reserved() > 0)
	c.Ready = o.Review == Passed && o.mayShip() && !o.Ended() && !c.Blocked && !c.Short && (o.reserved() > f.UnitsInHouse || o.Bare())
	return c
}

// mayShip says whether the channel lets the order leave: unpaid ones hold stock
// and stay.
func (o *Order) mayShip() bool {
	return o.ChannelState != Unpaid && o.ChannelState != Forbidden && o.ChannelState != Closed
}

func (o *Order) short() (n int64) {
	for _, l := range o.Lines {
		if l.Moves() {
			n += l.Short()
		}
	}
	return n
}

// Bare says that a live order owes no goods and shipped none: a fee alone. Goods
// that the catalog does not know are owed all the same.
func (o *Order) Bare() bool {
	for _, l := range o.Lines {
		if l.Kind != Charge && (l.Open() > 0 || l.Shipped > 0) {
			return false
		}
	}
	return o.Claims(true)
}

func (o *Order) reserved() (n int64) {
	for _, l := range o.Lines {
		if l.Moves() {
			n += l.Reserved
		}
	}
	return n
}

func (f Facts) word() Word {
	o := f.Order
	switch {
	case o.CancelledAt > 0:
		return Gone
	case o.CompletedAt > 0:
		return Completed
	case f.PackagesOut > 0 && f.PackagesOut == f.Packages && o.openUnits() == 0:
		return Out
	case f.PackagesOut > 0:
		return PartOut
	case f.Packed:
		return WaitShip
	case f.Picked:
		return WaitPack
	case f.Released:
		return WaitPick
	case o.Review == Rejected:
		return Refused
	case o.ChannelState == Unpaid:
		return WaitPay
	case o.Review == Passed:
		return Reviewed
	case o.Review == PassedService:
		return WaitFinance
	}
	return WaitService
}

func (o *Order) openUnits() (n int64) {
	for _, l := range o.Lines {
		if l.Moves() {
			n += l.Open()
		}
	}
	return n
}

const cardColumns = `order_id, shop_id, external_no, word, blocked, short, ready, why, warehouses, name_mask, place, amount_total, lines,
	units, packages, packages_out, ordered_at, ship_by, province, amount_paid, flag, label, tags, has_message, has_memo, goods`

// Show writes the cards of orders, new or changed. flow calls it at the end of
// every story, in the same transaction.
func Show(tx *db.Tx, facts []Facts) error {
	rows := tx.Insert("order.Show", "order_cards", append(names(cardColumns), "tail", "shown_at"), `ON CONFLICT (order_id) DO UPDATE SET word = excluded.word, blocked = excluded.blocked, short = excluded.short, ready = excluded.ready,
		why = excluded.why, warehouses = excluded.warehouses, name_mask = excluded.name_mask, place = excluded.place,
		amount_total = excluded.amount_total, lines = excluded.lines, units = excluded.units, packages = excluded.packages,
		packages_out = excluded.packages_out, ship_by = excluded.ship_by, province = excluded.province, amount_paid = excluded.amount_paid,
		flag = excluded.flag, label = excluded.label, tags = excluded.tags, has_message = excluded.has_message, has_memo = excluded.has_memo,
		goods = excluded.goods, shown_at = excluded.shown_at`)
	for _, f := range facts {
		c := f.Card()
		rows.Add(int64(c.Order), int64(c.Shop), c.ExternalNo, string(c.Word), c.Blocked, c.Short, c.Ready, c.Why, c.Warehouses, c.NameMask,
			c.Place, c.Total, c.Lines, c.Units, c.Packages, c.PackagesOut, int64(c.OrderedAt), int64(c.ShipBy),
			c.Province, c.Paid, c.Flag, c.Label, c.Tags, c.Message, c.Memo, c.Goods, Tail(c.ExternalNo), int64(tx.Now()))
	}
	_, err := rows.Run()
	return err
}

func scanCard(r db.Row) (c Card, err error) {
	err = r.Scan(&c.Order, &c.Shop, &c.ExternalNo, &c.Word, &c.Blocked, &c.Short, &c.Ready, &c.Why, &c.Warehouses, &c.NameMask, &c.Place,
		&c.Total, &c.Lines, &c.Units, &c.Packages, &c.PackagesOut, &c.OrderedAt, &c.ShipBy, &c.Province, &c.Paid, &c.Flag, &c.Label, &c.Tags,
		&c.Message, &c.Memo, &c.Goods)
	return c, err
}

// Filter chooses cards. Zero fields do not filter.
type Filter struct {
	Word    Word
	Shop    id.Shop
	Blocked bool
	Short   bool
	// Scope leaves the orders of its shops; it must be given, for the zero Scope sees
	// nothing.
	Scope staff.Scope
	// Before is the id to go on from: lists show the newest first.
	Before id.Order
	Limit  int
}

const listMax = 500

// List gives cards, the newest first, at most Limit (500 at most).
func List(tx *db.Tx, f Filter) ([]Card, error) {
	if f.Limit <= 0 || f.Limit > listMax {
		f.Limit = listMax
	}
	if f.Before == 0 {
		f.Before = 1<<63 - 1
	}
	switch {
	case f.Shop != 0 && !f.Scope.HasShop(f.Shop):
		return nil, nil
	case f.Shop != 0 || f.Scope.AllShops:
		return listShop(tx, f)
	}
	// Each shop's newest by its own index, then the newest of those: one query over
	// several shops would sort all they ever sold.
	var cards []Card
	for _, f.Shop = range f.Scope.Shops {
		some, err := listShop(tx, f)
		if err != nil {
			return nil, err
		}
		cards = append(cards, some...)
	}
	slices.SortFunc(cards, func(a, b Card) int { return cmp.Compare(b.Order, a.Order) })
	return cards[:min(len(cards), f.Limit)], nil
}

// listShop lists the cards of one shop, or of all.
func listShop(tx *db.Tx, f Filter) ([]Card, error) {
	where, args := "order_id < $1", []any{f.Before}
	if f.Word != "" {
		args = append(args, f.Word)
		where += " AND word = $2"
	}
	if f.Shop != 0 {
		args = append(args, f.Shop)
		where += " AND shop_id = $" + digit(len(args))
	}
	if f.Blocked {
		where += " AND blocked"
	}
	if f.Short {
		where += " AND short"
	}
	args = append(args, f.Limit)
	return db.List(tx, `/* order.List */ SELECT `+cardColumns+` FROM order_cards WHERE `+where+
		` ORDER BY order_id DESC LIMIT $`+digit(len(args)), scanCard, args...)
}

func digit(n int) string { return string(rune('0' + n)) }

// Cards gives the cards of orders by id.
func Cards(tx *db.Tx, ids []id.Order) (map[id.Order]Card, error) {
	cards := make(map[id.Order]Card, len(ids))
	err := tx.Each(`/* order.Cards */ SELECT `+cardColumns+` FROM order_cards WHERE order_id = ANY($1)`, func(r db.Row) error {
		c, err := scanCard(r)
		cards[c.Order] = c
		return err
	}, ids)
	return cards, err
}

// Find gives the ids of orders by what the channel calls them.
func Find(tx *db.Tx, shop id.Shop, numbers []string) (map[string]id.Order, error) {
	found := map[string]id.Order{}
	err := tx.Each(`/* order.Find */ SELECT external_no, order_id FROM orders WHERE shop_id = $1 AND external_no = ANY($2)`,
		func(r db.Row) error {
			var no string
			var o id.Order
			err := r.Scan(&no, &o)
			found[no] = o
			return err
		}, shop, numbers)
	return found, err
}

// Counts says how many live orders stand at each word, and how many are blocked.
// Orders that have ended are left out: their number grows with history.
func Counts(tx *db.Tx) (words map[Word]int64, blocked int64, err error) {
	return CountsIn(tx, staff.Everywhere())
}

// CountsIn is Counts of the orders within a scope.
func CountsIn(tx *db.Tx, scope staff.Scope) (words map[Word]int64, blocked int64, err error) {
	words = map[Word]int64{}
	for _, w := range Live() {
		n, err := countIn(tx, scope, "word = $1", w)
		if err != nil {
			return nil, 0, err
		}
		if n > 0 {
			words[w] = n
		}
	}
	blocked, err = countIn(tx, scope, "blocked")
	return words, blocked, err
}

// CountAt counts the orders of a scope that stand at any of some words, up to most: a
// figure of a menu need not count on where nobody reads it.
func CountAt(tx *db.Tx, scope staff.Scope, words []Word, most int) (int64, error) {
	where, args := "word = ANY($1)", []any{texts(words), most}
	if !scope.AllShops {
		where, args = where+" AND shop_id = ANY($3)", append(args, scope.Shops)
	}
	return tx.Number(`/* order.CountAt */ SELECT COUNT(*) FROM (SELECT 1 FROM order_cards WHERE `+where+` LIMIT $2) AS counted`, args...)
}

// Live are the words of orders that have not ended.
func Live() []Word {
	return slices.DeleteFunc(Words(), func(w Word) bool { return w == Completed || w == Gone })
}

func countIn(tx *db.Tx, scope staff.Scope, where string, args ...any) (int64, error) {
	if !scope.AllShops {
		args = append(args, scope.Shops)
		where += " AND shop_id = ANY($" + digit(len(args)) + ")"
	}
	return tx.Number(`/* order.Counts */ SELECT COUNT(*) FROM order_cards WHERE `+where, args...)
}

// Ready gives orders that may be planned: see Card.Ready.
func Ready(tx *db.Tx, limit int) ([]id.Order, error) {
	return db.List(tx, `/* order.Ready */ SELECT order_id FROM order_cards
		WHERE ready ORDER BY order_id LIMIT $1`, scanID, limit)
}

// Delayed gives orders whose delayed review is due at now.
func Delayed(tx *db.Tx, now db.Instant, limit int) ([]id.Order, error) {
	return db.List(tx, `/* order.Delayed */ SELECT order_id FROM orders WHERE delay_until > 0 AND delay_until <= $1
		ORDER BY delay_until, order_id LIMIT $2`, scanID, now, limit)
}

// Unpaids gives unpaid orders whose pay deadline has passed at now.
func Unpaids(tx *db.Tx, now db.Instant, limit int) ([]id.Order, error) {
	return db.List(tx, `/* order.Unpaids */ SELECT order_id FROM orders
		WHERE channel_state = 'unpaid' AND pay_by > 0 AND pay_by <= $1 AND cancelled_at = 0 ORDER BY pay_by, order_id LIMIT $2`,
		scanID, now, limit)
}

func scanID(r db.Row) (o id.Order, err error) { return o, r.Scan(&o) }
