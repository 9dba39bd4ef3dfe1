package finance

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/money"
)

// Method is a way of payment that a till takes.
type Method string

// The ways of payment.
const (
	Cash   Method = "cash"
	WeChat Method = "wechat"
	Alipay Method = "alipay"
	Card   Method = "card"
)

// Methods lists every way of payment.
func Methods() []Method { return []Method{Cash, WeChat, Alipay, Card} }

// Tender is what a customer gave in one way.
type Tender struct {
	Method Method
	Given  money.Amount
}

// Sale is one sale at a till. The till made its key, so a sale that is told twice is
// one sale; Digest knows what was told. Void alone changes it, and Printed counts.
type Sale struct {
	ID       id.Sale
	Shop     id.Shop
	Key      string
	Digest   []byte
	Order    id.Order
	Shift    id.Shift
	Actor    string
	Handed   bool // the goods went away with the customer
	Currency money.Currency
	Total    money.Amount
	Change   money.Amount
	// SoldAt is by the till's clock, RecordedAt by ours: a till may have been cut off.
	SoldAt     db.Instant
	RecordedAt db.Instant
	Prints     int64
	VoidedAt   db.Instant
	VoidedBy   string
	VoidedWhy  string
	Version    int64
}

// Payment is money that moved for a sale; negative where it was given back.
type Payment struct {
	ID     id.Payment
	Sale   id.Sale
	Shift  id.Shift
	Method Method
	Amount money.Amount
	Given  money.Amount
	Actor  string
	At     db.Instant
}

// Balance says whether tenders pay a total: what was given less the change, which is
// taken from the cash, is the total exactly. Faults: ErrTender, ErrTenders.
func Balance(tenders []Tender, change, total money.Amount, cur money.Currency) *fault.Fault {
	var given, cash money.Amount
	for _, t := range tenders {
		if !slices.Contains(Methods(), t.Method) || t.Given <= 0 || t.Given > drawerMax {
			return ErrTender
		}
		given += t.Given
		if t.Method == Cash {
			cash += t.Given
		}
	}
	if len(tenders) > 20 || change < 0 || change > cash || cash > 0 && change == cash {
		return ErrTender
	}
	if given-change != total {
		return ErrTenders.With((given - change).Format(cur), total.Format(cur))
	}
	return nil
}

// Record writes a sale and its payments into the open shift of whoever acts. A key
// that was recorded before gives the sale of then; with another digest it is refused.
// Faults: ErrNoShift, ErrShiftShop, ErrTender, ErrTenders, ErrKeyUsed.
func Record(tx *db.Tx, s Sale, tenders []Tender) (Sale, error) {
	if f := Balance(tenders, s.Change, s.Total, s.Currency); f != nil {
		return Sale{}, f
	}
	shift, err := LockShift(tx, s.Shop)
	if err != nil {
		return Sale{}, err
	}
	s.ID, s.Shift, s.Actor, s.RecordedAt, s.Version = id.Sale(tx.NewID()), shift.ID, tx.By().Actor, tx.Now(), 1
	n, err := tx.Exec(`/* finance.Record */ INSERT INTO sales (sale_id, shop_id, sale_key, digest, order_id, shift_id, actor, handed, currency,
		amount_total, amount_change, sold_at, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (shop_id, sale_key) DO NOTHING`, s.ID, s.Shop, s.Key, s.Digest, s.Order, s.Shift, s.Actor, s.Handed, string(s.Currency),
		s.Total, s.Change, s.SoldAt, s.RecordedAt)
	if err != nil {
		return Sale{}, err
	}
	if n == 0 {
		return again(tx, s)
	}
	rows := tx.Batch(`/* finance.Record */ INSERT INTO payments (payment_id, sale_id, shift_id, method, amount, amount_given, actor, at) VALUES {rows}`)
	left := s.Change
	for _, t := range tenders {
		back := money.Amount(0)
		if t.Method == Cash {
			back = min(left, t.Given)
			left -= back
		}
		rows.Add(tx.NewID(), int64(s.ID), int64(s.Shift), string(t.Method), int64(t.Given-back), int64(t.Given), s.Actor, int64(s.RecordedAt))
	}
	if _, err := rows.Run(); err != nil {
		return Sale{}, err
	}
	s.tell(tx, "sold", map[string]any{"order": s.Order, "total": s.Total, "shift": s.Shift})
	return s, nil
}

func (s Sale) tell(tx *db.Tx, what string, payload map[string]any) {
	journal.Write(tx, journal.Entry{Kind: "sale", ID: int64(s.ID), Version: s.Version, What: what, Payload: journal.JSON(payload)})
}

// again gives the sale that took the key first.
func again(tx *db.Tx, s Sale) (Sale, error) {
	first, err := Find(tx, s.Shop, s.Key)
	switch {
	case err != nil:
		return Sale{}, err
	case first == nil:
		return Sale{}, db.ErrAgain // the other one was undone meanwhile
	case !bytes.Equal(first.Digest, s.Digest):
		return Sale{}, ErrKeyUsed.With(s.Key)
	}
	return *first, nil
}

// LockShift locks the open shift of whoever acts, so that it cannot close meanwhile.
// Faults: ErrNoShift, ErrShiftShop.
func LockShift(tx *db.Tx, shop id.Shop) (Shift, error) {
	mine, err := ShiftOf(tx, tx.By().Actor)
	if err != nil {
		return Shift{}, err
	}
	if mine == nil {
		return Shift{}, ErrNoShift
	}
	if mine.Shop != shop {
		return Shift{}, ErrShiftShop
	}
	s, err := lockOpen(tx, mine.ID)
	if errors.Is(err, ErrShiftClosed) {
		err = ErrNoShift
	}
	return s, err
}

// Void gives the money of a sale back, out of the open shift of whoever acts. Faults:
// ErrSaleMissing, ErrVoided, ErrNoShift, ErrShiftShop, ErrShiftInput.
func Void(tx *db.Tx, sale id.Sale, why string) (Sale, error) {
	why = strings.TrimSpace(why)
	if n := utf8.RuneCountInString(why); n == 0 || n > reasonMax {
		return Sale{}, ErrShiftInput.Field("reason", fmt.Sprintf("请用 1 到 %d 个字写明作废原因", reasonMax), fmt.Sprintf("say why in 1 to %d characters", reasonMax))
	}
	s, err := GetSale(tx, sale)
	if err != nil {
		return Sale{}, err
	}
	shift, err := LockShift(tx, s.Shop)
	if err != nil {
		return Sale{}, err
	}
	n, err := tx.Exec(`/* finance.Void */ UPDATE sales SET voided_at = $1, voided_by = $2, voided_why = $3, version = version + 1
		WHERE sale_id = $4 AND voided_at = 0`, tx.Now(), tx.By().Actor, why, sale)
	if err != nil {
		return Sale{}, err
	}
	if n == 0 {
		return Sale{}, ErrVoided
	}
	paid, err := Payments(tx, []id.Sale{sale})
	if err != nil {
		return Sale{}, err
	}
	rows := tx.Batch(`/* finance.Void */ INSERT INTO payments (payment_id, sale_id, shift_id, method, amount, amount_given, actor, at) VALUES {rows}`)
	for _, p := range paid[sale] {
		if p.Amount != 0 {
			rows.Add(tx.NewID(), int64(sale), int64(shift.ID), string(p.Method), -int64(p.Amount), int64(0), tx.By().Actor, int64(tx.Now()))
		}
	}
	if _, err := rows.Run(); err != nil {
		return Sale{}, err
	}
	s.VoidedAt, s.VoidedBy, s.VoidedWhy = tx.Now(), tx.By().Actor, why
	s.Version++
	s.tell(tx, "voided", map[string]any{"order": s.Order, "shift": shift.ID})
	return s, nil
}

// Printed counts one more print of a sale's receipt and gives how many there were.
func Printed(tx *db.Tx, sale id.Sale) (prints int64, err error) {
	return tx.Number(`/* finance.Printed */ UPDATE sales SET prints = prints + 1 WHERE sale_id = $1 RETURNING prints`, sale)
}
