package proof

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/order"
)

// Every message of a channel about an order comes one to five times, shuffled and
// late. The end state equals that of the tidy sequence.
func TestConvergence(t *testing.T) {
	orders := figure(50, 500)
	engines(t, func(t *testing.T, engine db.Engine) {
		p := begin(t, "messages repeated, shuffled, late, "+engine.String())
		tidy := messages(t, p.seed, orders)
		var mixed []*order.Draft
		for _, d := range tidy {
			for range 1 + p.IntN(5) {
				mixed = append(mixed, d)
			}
		}
		p.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		want, have := endOf(t, p, engine, tidy), endOf(t, p, engine, mixed)
		if want != have {
			explain(t, want, have, tidy)
		}
		p.kept("%d messages about %d orders told %d times", len(tidy), orders, len(mixed))
	})
}

// messages gives the tidy sequence about some orders, in the order of the
// channel's clock.
func messages(t *testing.T, seed uint64, orders int) []*order.Draft {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 2))
	h := &flowtest.House{T: t}
	var all []*order.Draft
	var last []*order.Draft
	for n := range orders {
		d := h.Draft([]string{"TB", "WEB"}[random.IntN(2)], fmt.Sprintf("M%03d", n),
			flowtest.Item{Code: codes[random.IntN(5)], Qty: 1 + random.Int64N(4)}, flowtest.Item{Code: codes[random.IntN(5)], Qty: 1})
		if random.IntN(3) == 0 {
			d.ChannelState, d.PaidAt, d.Paid = order.Unpaid, 0, 0
		}
		all, last = append(all, d), append(last, d)
	}
	for range 6 * orders {
		n := random.IntN(orders)
		d := change(random, last[n], h.Draft("TB", "clock").ModifiedAt)
		all, last[n] = append(all, d), d
	}
	return all
}

// endOf tells messages to a fresh house, in batches, and writes down the end.
func endOf(t *testing.T, p *promise, engine db.Engine, list []*order.Draft) string {
	t.Helper()
	d := dbtest.Open(t, engine, db.Options{Clock: dbtest.NewClock().Now})
	h := flowtest.Open(t, d)
	for _, sku := range []string{"SHAMPOO", "PASTE", "TOWEL", "PAN"} {
		h.Stock(0, sku, 100_000)
	}
	for len(list) > 0 {
		n := min(1+p.IntN(20), len(list))
		for i, o := range h.Accept(list[:n]...) {
			if o.Fault != nil {
				t.Errorf("%s: %v", list[i].ExternalNo, o.Fault)
			}
		}
		list = list[n:]
	}
	h.Clean()
	return owed(t, d)
}

// owed writes down what each order says and owes. What was taken back counts no
// more, so 3 pieces less one are 2 pieces. An ended order owes nothing.
func owed(t *testing.T, d *db.DB) string {
	t.Helper()
	var b strings.Builder
	dbtest.Read(t, d, func(tx *db.Tx) error {
		for _, text := range []string{
			`SELECT o.external_no, o.channel_state || ' ' || o.review || ' ' || c.word || ' short ' || CAST(CASE WHEN c.short THEN 1 ELSE 0 END AS TEXT) || ' paid '
			|| o.paid_at || ' flag ' || o.flag || ' memo ' || o.seller_memo || ' msg ' || o.buyer_message || ' at ' || o.channel_modified_at 
			|| CASE WHEN o.cancelled_at > 0 THEN '' ELSE ' region ' || o.region || ' ' || r.address_mask END
			FROM orders o JOIN order_cards c ON c.order_id = o.order_id JOIN recipients r ON r.recipient_id = o.recipient_id ORDER BY o.external_no`,
			`SELECT o.external_no, l.external_no || ' ' || l.code || ' x ' || (l.qty_ordered - l.qty_cancelled) || ' reserved ' || l.qty_reserved
			|| ' owes ' || (l.amount_due - l.price * l.qty_cancelled) || ' ' || l.refund FROM order_lines l
			JOIN orders o ON o.order_id = l.order_id WHERE l.kind <> 'component' AND l.qty_cancelled < l.qty_ordered ORDER BY o.external_no, l.external_no`,
			`SELECT o.external_no, b.external_no || ' of ' || l.code || ' x ' || (l.qty_ordered - l.qty_cancelled) || ' reserved ' || l.qty_reserved FROM order_lines l
			JOIN orders o ON o.order_id = l.order_id JOIN order_lines b ON b.order_id = o.order_id AND b.line_id = l.parent_id
			WHERE l.kind = 'component' AND l.qty_cancelled < l.qty_ordered ORDER BY o.external_no, b.external_no, l.code`,
			`SELECT o.external_no, 'hold ' || h.kind FROM holds h JOIN orders o ON o.order_id = h.order_id
			WHERE h.released_at = 0 AND h.kind <> 'buyer_message' ORDER BY o.external_no, h.kind`,
			`SELECT s.code, 'reserved ' || CAST(SUM(c.qty_reserved) AS TEXT) FROM stock c JOIN skus s ON s.sku_id = c.sku_id GROUP BY s.code ORDER BY s.code`,
		} {
			err := tx.Each(text, func(r db.Row) error {
				var key, what string
				err := r.Scan(&key, &what)
				fmt.Fprintln(&b, key, what)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return b.String()
}

// explain prints the lines that differ, and the messages about the first order
// that ended otherwise.
func explain(t *testing.T, want, have string, tidy []*order.Draft) {
	t.Helper()
	w, h := strings.Split(want, "\n"), strings.Split(have, "\n")
	first := ""
	for sign, lines := range map[string][2][]string{"tidy ": {w, h}, "mixed": {h, w}} {
		for _, l := range lines[0] {
			if slices.Contains(lines[1], l) {
				continue
			}
			t.Errorf("%s %s", sign, l)
			if no, _, _ := strings.Cut(l, " "); first == "" || no < first {
				first = no
			}
		}
	}
	for _, d := range tidy {
		if d.ExternalNo == first {
			t.Logf("%d %s %s paid %d memo %q lines %+v", d.ModifiedAt, first, d.ChannelState, d.PaidAt, d.SellerMemo, d.Lines)
		}
	}
}
