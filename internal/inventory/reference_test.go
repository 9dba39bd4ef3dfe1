package inventory_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"baihuo/internal/id"
	"baihuo/internal/inventory"
)

// reference is what the room promises, told once more in plain maps and slices
// and without counters: every figure is summed anew from goods, claims and
// waits. It knows nothing of ids of rows, locks or statements.
type reference struct {
	goods    map[spot]*pile
	safety   map[inventory.Place]int64
	quotas   map[quotaKey]*[2]int64 // set aside, used
	claims   []*claim               // the oldest first
	portions []*portion
	waits    []*inventory.Wait
	lots     map[id.Lot]inventory.Lot
	papers   map[string]bool
	route    func(id.Shop, string) []id.Warehouse
}

type spot struct {
	inventory.Place
	lot id.Lot
	bin id.Bin
}

type pile struct{ on, fixed, bad int64 }

type quotaKey struct {
	inventory.Place
	shop id.Shop
}

type claim struct {
	inventory.Claim
	seq         int
	open, fixed int64
}

type portion struct {
	pack   id.Package
	claim  *claim
	spot   spot
	qty    int64
	picked bool
}

// refusal is the code of a fault.
type refusal string

// clone copies everything, so that a refused verb can be undone.
func (m *reference) clone() *reference {
	c := &reference{safety: maps.Clone(m.safety), papers: maps.Clone(m.papers), lots: maps.Clone(m.lots), route: m.route,
		goods: map[spot]*pile{}, quotas: map[quotaKey]*[2]int64{}}
	for k, v := range m.goods {
		p := *v
		c.goods[k] = &p
	}
	for k, v := range m.quotas {
		q := *v
		c.quotas[k] = &q
	}
	copies := map[*claim]*claim{}
	for _, v := range m.claims {
		k := *v
		copies[v] = &k
		c.claims = append(c.claims, &k)
	}
	for _, v := range m.portions {
		p := *v
		p.claim = copies[v.claim]
		c.portions = append(c.portions, &p)
	}
	for _, v := range m.waits {
		w := *v
		c.waits = append(c.waits, &w)
	}
	return c
}

func (m *reference) sums(p inventory.Place) (on, reserved, bad int64) {
	for k, v := range m.goods {
		if k.Place == p {
			on, bad = on+v.on, bad+v.bad
		}
	}
	for _, c := range m.claims {
		if c.Place == p {
			reserved += c.open
		}
	}
	return on, reserved, bad
}

func (m *reference) free(p inventory.Place) int64 {
	on, reserved, bad := m.sums(p)
	return on - reserved - bad
}

func (m *reference) atp(p inventory.Place, shop id.Shop) int64 {
	n := m.free(p) - m.safety[p]
	for k, q := range m.quotas {
		if k.Place == p && k.shop != shop && q[0] > q[1] {
			n -= q[0] - q[1]
		}
	}
	return n
}

func (m *reference) pile(s spot) *pile {
	if m.goods[s] == nil {
		m.goods[s] = &pile{}
	}
	return m.goods[s]
}

// leaving gives the shelves of a place in the order their goods must leave.
func (m *reference) leaving(p inventory.Place) []spot {
	var spots []spot
	for s := range m.goods {
		if s.Place == p && s.bin != inventory.BinStage {
			spots = append(spots, s)
		}
	}
	key := func(s spot) string {
		l := m.lots[s.lot]
		return fmt.Sprintf("%10s %10s %020d %020d", cmp.Or(l.ExpiresOn, "9999999999"), l.MadeOn, s.lot, s.bin)
	}
	slices.SortFunc(spots, func(a, b spot) int { return cmp.Compare(key(a), key(b)) })
	return spots
}

func (m *reference) seen(reference string, s spot) bool {
	key := fmt.Sprint(reference, s)
	was := reference != "" && m.papers[key]
	m.papers[key], m.papers[fmt.Sprint(reference, s.Place)] = true, true
	return was
}

func (m *reference) receive(list []inventory.Receipt) ([]inventory.Grant, refusal) {
	var places []inventory.Place
	for _, r := range list {
		if r.Bin == inventory.BinStage {
			return nil, "stock_bin_staging"
		}
		if r.Qty <= 0 {
			return nil, "stock_quantity"
		}
		places = append(places, r.Place)
		s := spot{r.Place, r.Lot.ID, r.Bin}
		if m.seen(r.Reference, s) {
			continue
		}
		m.pile(s).on += r.Qty
		if r.Unsellable || m.lots[r.Lot.ID].Barred {
			m.pile(s).bad += r.Qty
		}
	}
	return m.serve(places), ""
}

// serve looks at every SKU of places in every warehouse of places.
func (m *reference) serve(places []inventory.Place) (grants []inventory.Grant) {
	open := map[inventory.Place]bool{}
	for _, a := range places {
		for _, b := range places {
			open[inventory.Place{Warehouse: a.Warehouse, SKU: b.SKU}] = true
		}
	}
	last := func(i int64) int64 { return cmp.Or(i, 1<<62) }
	slices.SortFunc(m.waits, func(a, b *inventory.Wait) int {
		return cmp.Or(cmp.Compare(a.SKU, b.SKU), cmp.Compare(last(int64(a.Deadline)), last(int64(b.Deadline))),
			cmp.Compare(last(int64(a.PaidAt)), last(int64(b.PaidAt))), cmp.Compare(a.Line, b.Line))
	})
	for _, w := range m.waits {
		for _, warehouse := range m.route(w.Shop, w.Province) {
			p := inventory.Place{Warehouse: warehouse, SKU: w.SKU}
			if n := min(w.Qty, m.free(p)); open[p] && n > 0 {
				m.take(inventory.Claim{Place: p, Order: w.Order, Line: w.Line, Shop: w.Shop, Deadline: w.Deadline}, n)
				w.Qty -= n
				grants = append(grants, inventory.Grant{Order: w.Order, Line: w.Line, Place: p, Qty: n})
			}
		}
	}
	m.waits = slices.DeleteFunc(m.waits, func(w *inventory.Wait) bool { return w.Qty == 0 })
	return grants
}

func (m *reference) take(c inventory.Claim, n int64) {
	m.claims = append(m.claims, &claim{Claim: c, seq: len(m.claims), open: n})
	if q := m.quotas[quotaKey{c.Place, c.Shop}]; q != nil {
		q[1] += n
	}
}

func (m *reference) reserve(claims []inventory.Claim) (granted []int64) {
	for _, c := range claims {
		n := m.free(c.Place)
		if c.Promise {
			n = m.atp(c.Place, c.Shop)
		}
		n = max(min(n, c.Qty), 0)
		if n > 0 {
			m.take(c, n)
		}
		granted = append(granted, n)
	}
	return granted
}

func (m *reference) give(c *claim, n int64) inventory.Freed {
	c.open -= n
	if q := m.quotas[quotaKey{c.Place, c.Shop}]; q != nil {
		q[1] = max(q[1]-n, 0)
	}
	return inventory.Freed{Order: c.Order, Line: c.Line, Place: c.Place, Qty: n}
}

func (m *reference) release(list []inventory.Free) (freed []inventory.Freed) {
	for _, f := range list {
		left := cmp.Or(f.Qty, 1<<40)
		for i := len(m.claims) - 1; i >= 0; i-- {
			c := m.claims[i]
			if n := min(left, c.open-c.fixed); c.Line == f.Line && n > 0 {
				left -= n
				freed = append(freed, m.give(c, n))
			}
		}
	}
	return freed
}

func (m *reference) allocate(n inventory.Need) refusal {
	var mine []*claim
	var place inventory.Place
	var loose, shelved int64
	for _, c := range m.claims {
		if c.Line == n.Line && c.Place.Warehouse == n.Warehouse {
			mine, place, loose = append(mine, c), c.Place, loose+c.open-c.fixed
		}
	}
	if loose < n.Qty {
		return "stock_not_reserved"
	}
	spots := slices.DeleteFunc(m.leaving(place), func(s spot) bool { return m.lots[s.lot].Barred })
	for _, s := range spots {
		shelved += m.goods[s].on - m.goods[s].fixed - m.goods[s].bad
	}
	if shelved < n.Qty {
		return "stock_lot_missing"
	}
	for left := n.Qty; left > 0; { // piece by piece: the first claim, the first shelf
		c := mine[slices.IndexFunc(mine, func(c *claim) bool { return c.open > c.fixed })]
		s := spots[slices.IndexFunc(spots, func(s spot) bool { return m.goods[s].on > m.goods[s].fixed+m.goods[s].bad })]
		c.fixed++
		m.goods[s].fixed++
		left--
		if len(m.portions) > 0 {
			if p := m.portions[len(m.portions)-1]; p.pack == n.Package && p.claim == c && p.spot == s && left < n.Qty-1 {
				p.qty++
				continue
			}
		}
		m.portions = append(m.portions, &portion{pack: n.Package, claim: c, spot: s, qty: 1})
	}
	return ""
}

func (m *reference) of(packages []id.Package) (list []*portion) {
	for _, p := range m.portions {
		if slices.Contains(packages, p.pack) {
			list = append(list, p)
		}
	}
	return list
}

func (p *portion) stage() spot { return spot{p.spot.Place, p.spot.lot, inventory.BinStage} }

// shift moves fixed goods from one spot to another.
func (m *reference) shift(from, to spot, n int64) {
	m.pile(from).on, m.pile(from).fixed = m.pile(from).on-n, m.pile(from).fixed-n
	m.pile(to).on, m.pile(to).fixed = m.pile(to).on+n, m.pile(to).fixed+n
}

func (m *reference) pick(packages []id.Package) {
	for _, p := range m.of(packages) {
		if !p.picked {
			p.picked = true
			m.shift(p.spot, p.stage(), p.qty)
		}
	}
}

func (m *reference) unallocate(packages []id.Package) []inventory.Shortage {
	gone := m.of(packages)
	var losses []inventory.Loss
	for _, p := range gone {
		if p.picked {
			m.shift(p.stage(), p.spot, p.qty)
		}
		p.claim.fixed -= p.qty
		m.pile(p.spot).fixed -= p.qty
		if m.lots[p.spot.lot].Barred {
			losses = append(losses, inventory.Loss{Place: p.spot.Place, Lot: p.spot.lot, Bin: p.spot.bin,
				Qty: p.qty, Kind: "bar"})
		}
	}
	m.portions = slices.DeleteFunc(m.portions, func(p *portion) bool { return slices.Contains(gone, p) })
	shortages, _ := m.lose(losses, true)
	return shortages
}

func (m *reference) ship(packages []id.Package) refusal {
	gone := m.of(packages)
	for _, pack := range packages {
		if !slices.ContainsFunc(gone, func(p *portion) bool { return p.pack == pack }) {
			return "stock_not_allocated"
		}
	}
	for _, p := range gone {
		if !p.picked {
			return "stock_not_allocated"
		}
		p.claim.fixed, p.claim.open = p.claim.fixed-p.qty, p.claim.open-p.qty
		m.pile(p.stage()).on, m.pile(p.stage()).fixed = m.pile(p.stage()).on-p.qty, m.pile(p.stage()).fixed-p.qty
	}
	m.portions = slices.DeleteFunc(m.portions, func(p *portion) bool { return slices.Contains(gone, p) })
	return ""
}

// lose books one loss after the other; goods leave at once, the claims that are
// no longer covered give way at the end, place by place.
func (m *reference) lose(list []inventory.Loss, exact bool) ([]inventory.Shortage, refusal) {
	for _, l := range list {
		if l.Qty <= 0 {
			return nil, "stock_quantity"
		}
	}
	for _, l := range list {
		named := exact || l.Lot != inventory.NoLot || l.Bin != inventory.BinNone
		key := fmt.Sprint(l.Reference, l.Place)
		if named {
			key = fmt.Sprint(l.Reference, spot{l.Place, l.Lot, l.Bin})
		}
		if l.Reference != "" && m.papers[key] {
			continue
		}
		left, fixed := l.Qty, int64(0)
		for _, s := range append(m.leaving(l.Place), m.staged(l.Place)...) {
			if named && (s.lot != l.Lot || s.bin != l.Bin) {
				continue
			}
			g := m.goods[s]
			good, bad := min(left, g.on-g.fixed-g.bad), int64(0)
			if l.Unsellable {
				good = 0
			}
			if l.Unsellable || l.Kind == "count" {
				bad = min(left-good, g.bad)
			}
			if good+bad > 0 {
				m.seen(l.Reference, s)
			}
			left, fixed = left-good-bad, fixed+g.fixed
			if l.Kind == "damage" || l.Kind == "bar" {
				g.bad += good
			} else {
				g.on, g.bad = g.on-good-bad, g.bad-bad
			}
		}
		if left > 0 && left <= fixed && !l.Unsellable {
			return nil, "stock_picked"
		} else if left > 0 {
			return nil, "stock_below_zero"
		}
	}
	return m.uncover(list), ""
}

func (m *reference) staged(p inventory.Place) (spots []spot) {
	for s := range m.goods {
		if s.Place == p && s.bin == inventory.BinStage {
			spots = append(spots, s)
		}
	}
	return spots
}

func (m *reference) uncover(list []inventory.Loss) (shortages []inventory.Shortage) {
	for _, l := range list {
		for m.free(l.Place) < 0 {
			var most *claim
			for _, c := range m.claims {
				if c.Place == l.Place && c.open > c.fixed &&
					(most == nil || cmp.Or(c.Deadline, 1<<62) >= cmp.Or(most.Deadline, 1<<62)) {
					most = c
				}
			}
			n := min(-m.free(l.Place), most.open-most.fixed)
			shortages = append(shortages, inventory.Shortage(m.give(most, n)))
		}
	}
	return shortages
}

func (m *reference) count(list []inventory.Counted) ([]inventory.Shortage, []inventory.Grant, refusal) {
	var losses []inventory.Loss
	var finds []inventory.Receipt
	for i, c := range list {
		if slices.ContainsFunc(list[i+1:], func(d inventory.Counted) bool {
			return d.Place == c.Place && d.Lot == c.Lot && d.Bin == c.Bin
		}) {
			continue
		}
		switch diff := c.Found - m.pile(spot{c.Place, c.Lot, c.Bin}).on; {
		case diff < 0:
			losses = append(losses, inventory.Loss{Place: c.Place, Lot: c.Lot, Bin: c.Bin, Qty: -diff,
				Kind: "count", Reference: c.Reference})
		case diff > 0:
			finds = append(finds, inventory.Receipt{Place: c.Place, Lot: m.lots[c.Lot], Bin: c.Bin, Qty: diff,
				Reference: c.Reference})
		}
	}
	shortages, refused := m.lose(losses, true)
	if refused != "" {
		return nil, nil, refused
	}
	grants, refused := m.receive(finds)
	return shortages, grants, refused
}

func (m *reference) bar(lots []id.Lot) []inventory.Shortage {
	var losses []inventory.Loss
	for s, g := range m.goods {
		if n := g.on - g.fixed - g.bad; slices.Contains(lots, s.lot) && !m.lots[s.lot].Barred && n > 0 && s.bin != inventory.BinStage {
			losses = append(losses, inventory.Loss{Place: s.Place, Lot: s.lot, Bin: s.bin, Qty: n, Kind: "bar"})
		}
	}
	for _, l := range lots {
		lot := m.lots[l]
		lot.Barred = true
		m.lots[l] = lot
	}
	shortages, _ := m.lose(losses, true)
	return shortages
}

func (m *reference) transfer(from inventory.Place, to id.Warehouse, qty int64, reference string) ([]inventory.Grant, refusal) {
	target := inventory.Place{Warehouse: to, SKU: from.SKU}
	switch {
	case from.Warehouse == to:
		return nil, "transfer_same"
	case reference != "" && m.papers[fmt.Sprint(reference, from)]:
		return nil, ""
	case m.free(from) < qty:
		return nil, "stock_below_zero"
	}
	for _, s := range m.leaving(from) {
		g := m.goods[s]
		if n := min(qty, g.on-g.fixed-g.bad); n > 0 && !m.lots[s.lot].Barred {
			qty -= n
			g.on -= n
			arrives := spot{target, s.lot, inventory.BinNone}
			m.pile(arrives).on += n
			m.seen(reference, s)
			m.seen(reference, arrives)
		}
	}
	return m.serve([]inventory.Place{from, target}), ""
}

func (m *reference) move(b inventory.BinMove) refusal {
	from := spot{b.Place, b.Lot, b.From}
	switch g := m.pile(from); {
	case b.From == inventory.BinStage || b.To == inventory.BinStage:
		return "stock_bin_staging"
	case b.From == b.To:
		return "move_same_bin"
	case m.lots[b.Lot].Barred || g.on-g.fixed-g.bad < b.Qty:
		return "stock_not_there"
	default:
		g.on -= b.Qty
		m.pile(spot{b.Place, b.Lot, b.To}).on += b.Qty
		return ""
	}
}
