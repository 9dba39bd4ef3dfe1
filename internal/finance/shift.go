package finance

import (
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

// Shift is somebody's time at a till: from the float that was counted to the cash that
// was. A person has one open shift, and so has a till. Expected and Counted are set
// when it closes.
type Shift struct {
	ID       id.Shift
	Shop     id.Shop
	Actor    string
	Terminal string
	Currency money.Currency
	Float    money.Amount
	OpenedAt db.Instant
	ClosedAt db.Instant
	ClosedBy string
	Expected money.Amount
	Counted  money.Amount
	Reason   string
	Version  int64
}

// Open says that the shift has not been closed.
func (s Shift) Open() bool { return s.ClosedAt == 0 }

// Difference is what was counted beyond what should be there.
func (s Shift) Difference() money.Amount { return s.Counted - s.Expected }

const (
	nameMax   = 32
	reasonMax = 200
	drawerMax = 100_000_000_00 // a hundred million yuan: more is a typing error
)

// OpenShift opens a till for whoever acts. Faults: ErrShiftInput, ErrShiftOpen,
// ErrTillTaken.
func OpenShift(tx *db.Tx, s Shift) (Shift, error) {
	s.Terminal = strings.TrimSpace(s.Terminal)
	bad := ErrShiftInput
	if n := utf8.RuneCountInString(s.Terminal); n == 0 || n > nameMax {
		bad = bad.Field("terminal", fmt.Sprintf("收银台名称要有 1 到 %d 个字", nameMax), fmt.Sprintf("a till has a name of 1 to %d characters", nameMax))
	}
	if s.Float < 0 || s.Float > drawerMax {
		bad = bad.Field("float", "备用金不能为负,也不能超过一亿", "the float is neither negative nor above a hundred million")
	}
	if len(bad.Fields) > 0 {
		return Shift{}, bad
	}
	s.ID, s.Actor, s.OpenedAt, s.Version = id.Shift(tx.NewID()), tx.By().Actor, tx.Now(), 1
	n, err := tx.Exec(`/* finance.OpenShift */ INSERT INTO shifts (shift_id, shop_id, actor, terminal, currency, amount_float, opened_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`, s.ID, s.Shop, s.Actor, s.Terminal, string(s.Currency), s.Float, s.OpenedAt)
	if err != nil {
		return Shift{}, err
	}
	if n == 0 {
		if mine, err := ShiftOf(tx, s.Actor); err != nil || mine != nil {
			return Shift{}, firstOf(err, ErrShiftOpen)
		}
		return Shift{}, ErrTillTaken.With(s.Terminal)
	}
	s.tell(tx, "opened", map[string]any{"shop": s.Shop, "terminal": s.Terminal, "float": s.Float})
	return s, nil
}

func firstOf(err error, f *fault.Fault) error {
	if err != nil {
		return err
	}
	return f
}

func (s Shift) tell(tx *db.Tx, what string, payload map[string]any) {
	journal.Write(tx, journal.Entry{Kind: "shift", ID: int64(s.ID), Version: s.Version, What: what, Payload: journal.JSON(payload)})
}

// MoveCash puts cash into an open drawer, or takes it out with a negative amount, for
// a reason. Faults: ErrShiftMissing, ErrShiftClosed, ErrShiftInput.
func MoveCash(tx *db.Tx, shift id.Shift, amount money.Amount, reason string) error {
	s, err := lockOpen(tx, shift)
	if err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	bad := ErrShiftInput
	if amount == 0 || amount > drawerMax || amount < -drawerMax {
		bad = bad.Field("amount", "金额不能为 0,也不能超过一亿", "the amount is not 0 and not above a hundred million")
	}
	if n := utf8.RuneCountInString(reason); n == 0 || n > reasonMax {
		bad = bad.Field("reason", fmt.Sprintf("请用 1 到 %d 个字写明原因", reasonMax), fmt.Sprintf("say why in 1 to %d characters", reasonMax))
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	_, err = tx.Exec(`/* finance.MoveCash */ INSERT INTO shift_moves (shift_id, move_id, amount, reason, actor, at)
		VALUES ($1, $2, $3, $4, $5, $6)`, s.ID, tx.NewID(), amount, reason, tx.By().Actor, tx.Now())
	if err != nil {
		return err
	}
	s.Version++
	if _, err = tx.Exec(`/* finance.MoveCash */ UPDATE shifts SET version = $1 WHERE shift_id = $2`, s.Version, s.ID); err != nil {
		return err
	}
	s.tell(tx, "cash_moved", map[string]any{"amount": amount})
	return nil
}

// Count is how many notes or coins of one worth lie in the drawer.
type Count struct {
	Unit money.Amount
	Qty  int64
}

// Units are the notes and coins of the yuan, in fen, the largest first.
func Units() []money.Amount {
	return []money.Amount{10000, 5000, 2000, 1000, 500, 100, 50, 10}
}

const countMax = 1_000_000

// CloseShift ends a shift with what was counted. A difference needs a reason. Faults:
// ErrShiftMissing, ErrShiftClosed, ErrShiftInput, ErrDifference.
func CloseShift(tx *db.Tx, shift id.Shift, counts []Count, reason string) (Shift, error) {
	s, err := lockOpen(tx, shift)
	if err != nil {
		return Shift{}, err
	}
	if s.Counted, err = sumCounts(counts); err != nil {
		return Shift{}, err
	}
	if s.Expected, err = expected(tx, s); err != nil {
		return Shift{}, err
	}
	if s.Reason = strings.TrimSpace(reason); utf8.RuneCountInString(s.Reason) > reasonMax {
		return Shift{}, ErrShiftInput.Field("reason", fmt.Sprintf("最多 %d 个字", reasonMax), fmt.Sprintf("at most %d characters", reasonMax))
	}
	if by := s.Difference(); by != 0 && s.Reason == "" {
		return Shift{}, ErrDifference.With(by.Format(s.Currency)).Field("reason", "请写明差额原因", "say why it differs")
	}
	s.ClosedAt, s.ClosedBy = tx.Now(), tx.By().Actor
	s.Version++
	if err := s.saveClosed(tx, counts); err != nil {
		return Shift{}, err
	}
	s.tell(tx, "closed", map[string]any{"expected": s.Expected, "counted": s.Counted})
	return s, nil
}

func sumCounts(counts []Count) (sum money.Amount, err error) {
	for _, c := range counts {
		if c.Qty < 0 || c.Qty > countMax || !slices.Contains(Units(), c.Unit) {
			return 0, ErrShiftInput.Field("counts", "张数必须是 0 到 1,000,000 的整数", "a count is a whole number from 0 to 1,000,000")
		}
		sum += c.Unit * money.Amount(c.Qty)
	}
	return sum, nil
}

func (s Shift) saveClosed(tx *db.Tx, counts []Count) error {
	rows := tx.Batch(`/* finance.CloseShift */ INSERT INTO shift_counts (shift_id, amount_unit, qty) VALUES {rows}`)
	for _, c := range counts {
		if c.Qty > 0 {
			rows.Add(int64(s.ID), int64(c.Unit), c.Qty)
		}
	}
	if _, err := rows.Run(); err != nil {
		return err
	}
	_, err := tx.Exec(`/* finance.CloseShift */ UPDATE shifts SET closed_at = $1, closed_by = $2, amount_expected = $3, amount_counted = $4,
		reason = $5, version = $6 WHERE shift_id = $7`, s.ClosedAt, s.ClosedBy, s.Expected, s.Counted, s.Reason, s.Version, s.ID)
	return err
}

// lockOpen locks a shift. Faults: ErrShiftMissing, ErrShiftClosed.
func lockOpen(tx *db.Tx, shift id.Shift) (Shift, error) {
	if _, err := db.Lock(tx, "shifts", "shift_id", []id.Shift{shift}); err != nil {
		return Shift{}, err
	}
	s, err := GetShift(tx, shift)
	if err == nil && !s.Open() {
		err = ErrShiftClosed
	}
	return s, err
}

// expected is the cash that the drawer of a shift should hold now.
func expected(tx *db.Tx, s Shift) (money.Amount, error) {
	paid, err := tx.Number(`/* finance.expected */ SELECT COALESCE(SUM(amount), 0) FROM payments WHERE shift_id = $1 AND method = 'cash'`, s.ID)
	if err != nil {
		return 0, err
	}
	moved, err := tx.Number(`/* finance.expected */ SELECT COALESCE(SUM(amount), 0) FROM shift_moves WHERE shift_id = $1`, s.ID)
	return s.Float + money.Amount(paid+moved), err
}
