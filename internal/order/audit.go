package order

import (
	"fmt"

	"baihuo/internal/db"
)

// Audit proves what this room's rows say among themselves, and names each that
// does not fit: the header's money is the sum of the lines', components add up
// to their bundle, every line has its order, every order its lines and card.
func Audit(tx *db.Tx) (proved map[string]int64, breaches []string, err error) {
	proved = map[string]int64{}
	for name, text := range map[string]string{
		"order": `SELECT COUNT(*) FROM orders`, "order line": `SELECT COUNT(*) FROM order_lines`, "card": `SELECT COUNT(*) FROM order_cards`,
	} {
		if proved[name], err = tx.Number("/* order.Audit */ " + text); err != nil {
			return nil, nil, err
		}
	}
	for _, c := range audits {
		err := tx.Each("/* order.Audit */ "+c.text+" LIMIT 100", func(r db.Row) error {
			var key, a, b int64
			err := r.Scan(&key, &a, &b)
			breaches = append(breaches, fmt.Sprintf(c.words, key, a, b))
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return proved, breaches, nil
}

var audits = []struct{ words, text string }{
	{
		"order %d: its head says %d, its lines sum to %d (goods - discount + fee, minor units)",
		`SELECT o.order_id, o.amount_goods - o.amount_discount + o.amount_fee, COALESCE(l.due, 0) FROM orders o LEFT JOIN
		(SELECT order_id, SUM(amount_due) AS due FROM order_lines WHERE kind <> 'component' GROUP BY order_id) l
		ON l.order_id = o.order_id WHERE o.amount_goods - o.amount_discount + o.amount_fee <> COALESCE(l.due, 0) ORDER BY o.order_id`,
	},
	{
		"line %d: a bundle due %d, its components sum to %d",
		`SELECT b.line_id, b.amount_due, c.due FROM order_lines b JOIN
		(SELECT parent_id, SUM(amount_due) AS due FROM order_lines WHERE kind = 'component' GROUP BY parent_id) c
		ON c.parent_id = b.line_id WHERE b.amount_due <> c.due ORDER BY b.line_id`,
	},
	{
		"line %d: its order %d does not exist (%d)",
		`SELECT l.line_id, l.order_id, 0 FROM order_lines l LEFT JOIN orders o ON o.order_id = l.order_id
		WHERE o.order_id IS NULL ORDER BY l.line_id`,
	},
	{
		"order %d: it has no lines (%d, %d)",
		`SELECT o.order_id, 0, 0 FROM orders o LEFT JOIN order_lines l ON l.order_id = o.order_id AND l.position = 1
		WHERE l.line_id IS NULL ORDER BY o.order_id`,
	},
	{
		"order %d: it has no card (%d, %d)",
		`SELECT o.order_id, 0, 0 FROM orders o LEFT JOIN order_cards c ON c.order_id = o.order_id
		WHERE c.order_id IS NULL ORDER BY o.order_id`,
	},
	{
		"line %d: price %d does not give what is due, %d off",
		`SELECT l.line_id, l.price, l.price * l.qty_ordered - l.amount_discount - l.amount_due FROM order_lines l
		WHERE l.kind <> 'component' AND l.price * l.qty_ordered - l.amount_discount <> l.amount_due ORDER BY l.line_id`,
	},
}
