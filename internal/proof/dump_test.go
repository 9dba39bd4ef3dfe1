package proof

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
)

// tables are what the end of a story looks like: every fact of trade, and none
// of the ids, which differ from run to run.
var tables = []struct{ name, text string }{
	{"order", `SELECT external_no, channel_state || ' ' || review || ' paid ' || paid_at || ' flag ' || flag || ' memo ' || seller_memo || ' msg ' || buyer_message
		|| ' region ' || region || ' cancelled ' || cancelled_at || ' ' || cancelled_why || ' completed ' || completed_at || ' edited ' || edited || ' v' || version
		FROM orders ORDER BY external_no`},
	{"line", `SELECT o.external_no, l.position || ' ' || l.code || ' ' || l.kind || ' due ' || l.amount_due || ' ordered ' || l.qty_ordered || ' cancelled ' || l.qty_cancelled || ' reserved '
		|| l.qty_reserved || ' allocated ' || l.qty_allocated || ' picked ' || l.qty_picked || ' packed ' || l.qty_packed || ' shipped ' || l.qty_shipped
		|| ' delivered ' || l.qty_delivered || ' returned ' || l.qty_returned || ' refund ' || l.refund
		FROM order_lines l JOIN orders o ON o.order_id = l.order_id ORDER BY o.external_no, l.position`},
	{"card", `SELECT external_no, word || ' blocked ' || CAST(CASE WHEN blocked THEN 1 ELSE 0 END AS TEXT) || ' short ' || CAST(CASE WHEN short THEN 1 ELSE 0 END AS TEXT)
		|| ' ' || why || ' from ' || warehouses || ' ' || name_mask || ' ' || place || ' total ' || amount_total || ' packages ' || packages_out || '/' || packages
		FROM order_cards ORDER BY external_no`},
	{"hold", `SELECT o.external_no, h.kind || ' ' || h.handle || ' ' || h.blocks || ' until ' || h.deadline || ' ' || CAST(CASE WHEN h.released_at > 0 THEN 'over' ELSE 'live' END AS TEXT)
		FROM holds h JOIN orders o ON o.order_id = h.order_id ORDER BY o.external_no, h.hold_id`},
	{"package", `SELECT o.external_no, p.state || ' ' || w.code || ' ' || l.position || ' x ' || i.qty || ' ' || p.stop || ' ' || p.weight_g FROM packages p
		JOIN package_items i ON i.package_id = p.package_id JOIN orders o ON o.order_id = i.order_id
		JOIN order_lines l ON l.order_id = i.order_id AND l.line_id = i.line_id JOIN warehouses w ON w.warehouse_id = p.warehouse_id ORDER BY o.external_no, p.package_id, l.position`},
	{"stock", `SELECT s.code, w.code || ' hand ' || c.qty_on_hand || ' reserved ' || c.qty_reserved || ' bad ' || c.qty_unsellable || ' v' || c.version FROM stock c
		JOIN skus s ON s.sku_id = c.sku_id JOIN warehouses w ON w.warehouse_id = c.warehouse_id ORDER BY s.code, w.code`},
	{"wait", `SELECT o.external_no, l.position || ' x ' || q.qty_waiting FROM stock_waits q JOIN orders o ON o.order_id = q.order_id
		JOIN order_lines l ON l.order_id = q.order_id AND l.line_id = q.line_id ORDER BY o.external_no, l.position`},
	{"exception", `SELECT kind, CAST(COUNT(*) AS TEXT) FROM exceptions GROUP BY kind ORDER BY kind`},
}

var ids = regexp.MustCompile(`(shortage:)\S+|(rule:)\d+`)

// dump writes down all that is true at the end.
func dump(t *testing.T, d *db.DB, only ...string) string {
	t.Helper()
	var b strings.Builder
	dbtest.Read(t, d, func(tx *db.Tx) error {
		for _, table := range tables {
			if len(only) > 0 && !strings.Contains(strings.Join(only, " "), table.name) {
				continue
			}
			err := tx.Each(table.text, func(r db.Row) error {
				var key, what string
				err := r.Scan(&key, &what)
				fmt.Fprintf(&b, "%s %s: %s\n", table.name, key, ids.ReplaceAllString(what, "$1$2"))
				return err
			})
			if err != nil {
				return fmt.Errorf("%s: %w", table.name, err)
			}
		}
		return nil
	})
	return b.String()
}
