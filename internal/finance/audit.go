package finance

import (
	"fmt"

	"baihuo/internal/db"
)

// audits find what does not fit. Each gives an id and two numbers that words tell.
var audits = []struct{ words, text string }{
	{"sale %d: its total is %d, its payments make %d", `SELECT s.sale_id, s.amount_total, COALESCE(p.taken, 0) FROM sales s LEFT JOIN
		(SELECT sale_id, SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END) AS taken FROM payments GROUP BY sale_id) p ON p.sale_id = s.sale_id
		WHERE s.amount_total <> COALESCE(p.taken, 0) ORDER BY s.sale_id`},
	{"sale %d: %d of %d was given back, which fits neither a live sale nor a voided one", `SELECT s.sale_id, COALESCE(p.back, 0), s.amount_total
		FROM sales s LEFT JOIN (SELECT sale_id, SUM(CASE WHEN amount < 0 THEN -amount ELSE 0 END) AS back FROM payments GROUP BY sale_id) p
		ON p.sale_id = s.sale_id WHERE COALESCE(p.back, 0) <> CASE WHEN s.voided_at > 0 THEN s.amount_total ELSE 0 END ORDER BY s.sale_id`},
	{"payment %d: its sale %d or its shift %d does not exist", `SELECT p.payment_id, p.sale_id, p.shift_id FROM payments p
		LEFT JOIN sales s ON s.sale_id = p.sale_id LEFT JOIN shifts h ON h.shift_id = p.shift_id
		WHERE s.sale_id IS NULL OR h.shift_id IS NULL ORDER BY p.payment_id`},
	{"shift %d: it closed expecting %d in cash, its rows make %d", `SELECT h.shift_id, h.amount_expected,
		h.amount_float + COALESCE(p.paid, 0) + COALESCE(m.moved, 0) FROM shifts h
		LEFT JOIN (SELECT shift_id, SUM(amount) AS paid FROM payments WHERE method = 'cash' GROUP BY shift_id) p ON p.shift_id = h.shift_id
		LEFT JOIN (SELECT shift_id, SUM(amount) AS moved FROM shift_moves GROUP BY shift_id) m ON m.shift_id = h.shift_id
		WHERE h.closed_at > 0 AND h.amount_expected <> h.amount_float + COALESCE(p.paid, 0) + COALESCE(m.moved, 0) ORDER BY h.shift_id`},
	{"shift %d: it says %d was counted, its notes and coins make %d", `SELECT h.shift_id, h.amount_counted, COALESCE(c.counted, 0) FROM shifts h
		LEFT JOIN (SELECT shift_id, SUM(amount_unit * qty) AS counted FROM shift_counts GROUP BY shift_id) c ON c.shift_id = h.shift_id
		WHERE h.amount_counted <> COALESCE(c.counted, 0) ORDER BY h.shift_id`},
	{"shift %d: it differs by %d without a reason (%d)", `SELECT shift_id, amount_counted - amount_expected, 0 FROM shifts
		WHERE closed_at > 0 AND amount_counted <> amount_expected AND reason = '' ORDER BY shift_id`},
}

// Audit proves that each sale was paid to the cent and given back only when voided,
// and that each closed shift's cash is the sum of its rows. proved counts what was
// looked at.
func Audit(tx *db.Tx) (proved map[string]int64, breaches []string, err error) {
	proved = map[string]int64{}
	for name, text := range map[string]string{"sale": `SELECT COUNT(*) FROM sales`, "payment": `SELECT COUNT(*) FROM payments`,
		"shift": `SELECT COUNT(*) FROM shifts`} {
		if proved[name], err = tx.Number("/* finance.Audit */ " + text); err != nil {
			return nil, nil, err
		}
	}
	for _, a := range audits {
		err := tx.Each("/* finance.Audit */ "+a.text+" LIMIT 100", func(r db.Row) error {
			var key, one, two int64
			err := r.Scan(&key, &one, &two)
			breaches = append(breaches, fmt.Sprintf(a.words, key, one, two))
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return proved, breaches, nil
}
