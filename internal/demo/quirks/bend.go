package quirks

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// quotas says how many rows (or orders, for twoHeads) each quirk takes.
type quotas struct {
	twoHeads      int // orders, no rows of their own
	duplicates    int
	spread        int // cancels; each brings three sales of its own
	absurd        int // sales, each with its cancel
	exact, larger int // cancels of a sale of the same quantity, of a part of a sale
	excess        int // cancels of more than was ever sold
	orphan        int // cancels without any sale
	nameless      int // cancels without customer
	nonproduct    int
	refunds       int // cancel_nonproduct
	adjusts       int
	freebies      int // price 0 inside an order with a customer
	adjustsNon    int
	badDebts      int
}

func quotasFor(lines int) quotas {
	share := func(perMille, least int) int { return max(least, lines*perMille/1000) }
	return quotas{
		twoHeads: share(1, 5), duplicates: share(9, 12), spread: 4, absurd: 2,
		exact: share(6, 10), larger: share(9, 14), excess: 4, orphan: share(2, 5), nameless: 2,
		nonproduct: share(5, 10), refunds: share(1, 5), adjusts: share(5, 12), freebies: 3, adjustsNon: 2, badDebts: 4,
	}
}

func (q quotas) lines() int {
	return q.duplicates + 4*q.spread + 2*q.absurd + q.exact + q.larger + q.excess + q.orphan + q.nameless +
		q.nonproduct + q.refunds + q.adjusts + q.freebies + q.adjustsNon + q.badDebts
}

// bend adds the quirks to an ordinary order book. Each takes rows that no other quirk has touched, so that what a
// reader of the file should conclude about a row is never in doubt. It fails if the book is too small for that.
func (b *book) bend(q quotas) error {
	b.giveTwoHeads(q.twoHeads)
	b.repeatRows(q.duplicates)
	sold := b.sales()
	b.sellAbsurd(q.absurd, sold)
	if err := b.cancelSpread(q.spread, sold); err != nil {
		return err
	}
	if err := b.cancelSingles(&q, sold); err != nil {
		return err
	}
	b.cancelOrphans(q.orphan, sold)
	b.addCharges(q.nonproduct, q.freebies)
	b.refundCharges(q.refunds)
	b.adjustStock(q.adjusts, q.adjustsNon)
	b.writeOffDebts(q.badDebts)
	return nil
}

// pair is what a cancel is matched by; the SKU is folded, because 81000a and 81000A are one good.
type pair struct{ customer, sku string }

func pairOf(l *line) pair { return pair{l.customer, strings.ToUpper(l.sku)} }

// sales counts the sale rows of each customer and SKU.
func (b *book) sales() map[pair]int {
	sold := map[pair]int{}
	for _, d := range b.docs {
		for _, l := range d.lines {
			sold[pairOf(l)]++
		}
	}
	return sold
}

// shuffled gives the documents in a drawn order, as every quirk looks for its victims over the whole book.
func (b *book) shuffled() []*document {
	docs := slices.Clone(b.docs)
	b.rng.Shuffle(len(docs), func(i, j int) { docs[i], docs[j] = docs[j], docs[i] })
	return docs
}

// giveTwoHeads lets the second half of some orders be a minute late, under another customer, or under none.
func (b *book) giveTwoHeads(n int) {
	for _, d := range b.shuffled() {
		if n == 0 {
			return
		}
		if d.customer == "" || len(d.lines) < 6 {
			continue
		}
		other := b.customers[b.custPick.pick(b.rng)]
		if n == 2 && (other.country != d.country || other.number == d.customer) {
			continue
		}
		for _, l := range d.lines[len(d.lines)/2:] {
			switch n {
			case 1:
				l.customer = ""
			case 2:
				l.customer = other.number
			default:
				l.at = l.at.Add(time.Minute)
			}
		}
		d.taken = true
		n--
	}
}

// repeatRows enters rows a second time, some at once and some at the end of the order.
func (b *book) repeatRows(n int) {
	for _, d := range b.shuffled() {
		if n == 0 {
			return
		}
		if d.taken || len(d.lines) < 3 {
			continue
		}
		i := b.rng.IntN(len(d.lines))
		l := d.lines[i]
		l.taken = true
		again := *l
		if n%2 == 0 {
			d.lines = slices.Insert(d.lines, i+1, &again)
		} else {
			d.lines = append(d.lines, &again)
		}
		n--
	}
}

// sellAbsurd sells tens of thousands of one good and takes them back minutes later.
func (b *book) sellAbsurd(n int, sold map[pair]int) {
	for i := range n {
		c, g := b.unsold(sold)
		d := &document{at: b.moment(), customer: c.number, country: c.country, taken: true}
		l := b.sell(d, g, 61250-i*18050)
		l.taken, l.voided = true, true
		d.lines = []*line{l}
		b.docs = append(b.docs, d)
		b.takeBack(d, d.at.Add(time.Duration(11+5*i)*time.Minute), []*line{l}, []int{l.qty})
	}
}

// unsold draws a customer and a good that they never bought, and counts it as bought from now on.
func (b *book) unsold(sold map[pair]int) (customer, good) {
	for {
		c, g := b.customers[b.custPick.pick(b.rng)], b.goods[b.rng.IntN(len(b.goods))]
		if p := (pair{c.number, g.sku}); sold[p] == 0 {
			sold[p] = 1
			return c, g
		}
	}
}

// cancelSpread sells one good to one customer three times and takes back more than any one of the three held.
func (b *book) cancelSpread(n int, sold map[pair]int) error {
	visits := map[string][]*document{}
	for _, d := range b.docs {
		if !d.taken && d.customer != "" {
			visits[d.customer] = append(visits[d.customer], d)
		}
	}
	for _, c := range b.customers {
		docs := visits[c.number]
		if n == 0 || len(docs) < 3 {
			continue
		}
		g := b.goods[b.rng.IntN(len(b.goods))]
		if sold[pair{c.number, g.sku}] > 0 {
			continue
		}
		sold[pair{c.number, g.sku}] = 3
		slices.SortStableFunc(docs, func(x, y *document) int { return x.at.Compare(y.at) })
		total := 0
		var l *line
		for i, d := range docs[:3] {
			l = b.sell(d, g, 6+2*i+b.rng.IntN(3))
			l.taken = true
			d.lines = append(d.lines, l)
			total += l.qty
		}
		b.takeBack(docs[2], b.later(docs[2].at), []*line{l}, []int{total - 1 - b.rng.IntN(4)})
		n--
	}
	if n > 0 {
		return fmt.Errorf("quirks: %d cancels found no customer with three orders; ask for more lines", n)
	}
	return nil
}

// cancelSingles takes back rows that are the only sale of their customer and SKU: whole, in part, or more than whole.
// Up to three rows of one order come back under one number.
func (b *book) cancelSingles(q *quotas, sold map[pair]int) error {
	for _, d := range b.shuffled() {
		if d.taken || d.prefix != "" {
			continue
		}
		var back []*line
		var qtys []int
		room := 1 + b.rng.IntN(3)
		for _, l := range d.lines {
			if len(back) == room || l.taken || sold[pairOf(l)] != 1 {
				continue
			}
			if qty := b.cancelQty(q, l); qty > 0 {
				l.taken, l.voided = true, qty == l.qty
				back, qtys = append(back, l), append(qtys, qty)
			}
		}
		if len(back) > 0 {
			b.takeBack(d, b.later(d.at), back, qtys)
		}
	}
	if left := q.exact + q.larger + q.excess + q.nameless; left > 0 {
		return fmt.Errorf("quirks: %d cancels found no sale to take back; ask for more lines", left)
	}
	return nil
}

// cancelQty chooses which quota a row serves and how much comes back; 0 leaves the row alone.
func (b *book) cancelQty(q *quotas, l *line) int {
	switch {
	case l.customer == "":
		if q.nameless == 0 || l.qty < 2 {
			return 0
		}
		q.nameless--
		return 1
	case l.qty > 1 && q.larger > 0 && q.larger >= q.exact:
		q.larger--
		return 1 + b.rng.IntN(l.qty-1)
	case q.exact > 0:
		q.exact--
		return l.qty
	case q.excess > 0:
		q.excess--
		return l.qty + 1 + b.rng.IntN(6)
	case l.qty > 1 && q.larger > 0:
		q.larger--
		return 1 + b.rng.IntN(l.qty-1)
	}
	return 0
}

// cancelOrphans takes back what the customer never bought in this file.
func (b *book) cancelOrphans(n int, sold map[pair]int) {
	for range n {
		c, g := b.unsold(sold)
		at := b.moment()
		d := &document{at: at, customer: c.number, country: c.country}
		b.takeBack(d, at, []*line{b.sell(d, g, 1)}, []int{1 + b.rng.IntN(12)})
	}
}

// takeBack adds one C order for rows of d; now and then the money given back is less than the price.
func (b *book) takeBack(d *document, at time.Time, sales []*line, qtys []int) {
	c := &document{at: at, customer: d.customer, country: d.country, prefix: "C", taken: true}
	for i, s := range sales {
		l := &line{
			at: at, customer: d.customer, sku: s.sku, name: s.name, qty: -qtys[i], price: s.price, kind: cancel, taken: true,
		}
		if b.rng.IntN(25) == 0 {
			l.price = l.price*9/10 + 1
		}
		c.lines = append(c.lines, l)
	}
	b.docs = append(b.docs, c)
}

// later draws the time of a cancel: half within eight days, never on a Saturday, never after the end of the book.
func (b *book) later(at time.Time) time.Time {
	days := []int{0, 0, 1, 2, 3, 5, 7, 8, 11, 14, 20, 27, 40}[b.rng.IntN(13)]
	soon := at.Add(time.Duration(4+b.rng.IntN(50)) * time.Minute)
	if days == 0 {
		return soon
	}
	day := at.Truncate(24*time.Hour).AddDate(0, 0, days)
	if day.Weekday() == time.Saturday {
		day = day.AddDate(0, 0, 1)
	}
	if !day.Before(b.first.AddDate(0, 0, daysLong)) {
		return soon
	}
	return day.Add(time.Duration(10*60+b.rng.IntN(6*60)) * time.Minute)
}
