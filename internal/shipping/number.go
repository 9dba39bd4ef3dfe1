package shipping

import (
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// Numbered is the number that a carrier gave.
type Numbered struct {
	Waybill id.Waybill
	Number  string
}

// Number writes down the carriers' numbers. The same number again changes
// nothing. Faults: ErrMissing; ErrNumber for what cannot be one; ErrOtherNumber
// when it has another; ErrNumberTaken when another waybill has it; ErrMove.
func Number(tx *db.Tx, list []Numbered) ([]fault.Outcome[*Waybill], error) {
	ids, numbers := make([]id.Waybill, len(list)), make([]string, 0, len(list))
	for i, n := range list {
		ids[i] = n.Waybill
		if text, ok := tidy(n.Number); ok {
			numbers = append(numbers, text)
		}
	}
	found, err := lockIDs(tx, ids)
	if err != nil {
		return nil, err
	}
	holders, err := holdersOf(tx, numbers)
	if err != nil {
		return nil, err
	}
	var c changes
	outcomes := make([]fault.Outcome[*Waybill], len(list))
	for i, n := range list {
		w := found[n.Waybill]
		if w == nil {
			outcomes[i] = fault.Refused[*Waybill](ErrMissing.With(key(n.Waybill)))
			continue
		}
		changed, refused := w.number(n.Number, holders)
		if refused != nil {
			outcomes[i] = fault.Refused[*Waybill](refused)
			continue
		}
		if changed {
			w.NumberedAt = tx.Now()
			c.note(w, map[string]any{"number": w.Number})
		}
		outcomes[i] = fault.OK(w)
	}
	return outcomes, c.save(tx, "numbered")
}

// carrierNumber is a number as its carrier knows it: two may use the same.
type carrierNumber struct {
	carrier id.Carrier
	number  string
}

func (w *Waybill) number(given string, holders map[carrierNumber]id.Waybill) (changed bool, refused *fault.Fault) {
	number, ok := tidy(given)
	if !ok {
		return false, ErrNumber.With(shown(given))
	}
	if w.Live() && w.Number == number {
		return false, nil
	}
	if w.Live() && w.Number != "" {
		return false, ErrOtherNumber.With(w.Key(), w.Number, number)
	}
	taken := carrierNumber{w.Carrier, number}
	if holder := holders[taken]; holder != 0 && holder != w.ID {
		return false, ErrNumberTaken.With(number)
	}
	if refused := w.move(verbNumber, StateNumbered); refused != nil {
		return false, refused
	}
	w.Number, w.attemptUntil, w.inDoubt = number, 0, false
	holders[taken] = w.ID
	return true, nil
}

func holdersOf(tx *db.Tx, numbers []string) (map[carrierNumber]id.Waybill, error) {
	holders := make(map[carrierNumber]id.Waybill, len(numbers))
	if len(numbers) == 0 {
		return holders, nil
	}
	err := tx.Each(`/* shipping.holdersOf */ SELECT carrier_id, number, waybill_id FROM waybills
		WHERE number = ANY($1) AND number <> ''`, func(r db.Row) error {
		var n carrierNumber
		var w id.Waybill
		err := r.Scan(&n.carrier, &n.number, &w)
		holders[n] = w
		return err
	}, numbers)
	return holders, err
}

// tidy trims a number and says whether it can be one.
func tidy(number string) (string, bool) {
	number = strings.TrimSpace(number)
	strange := strings.IndexFunc(number, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
	return number, strange < 0 && len(number) >= 4 && len(number) <= 40
}

// shown keeps a strange number from filling a sentence.
func shown(text string) string { return string([]rune(text)[:min(40, len([]rune(text)))]) }
