package quirks

// addCharges puts postage, fees and manual entries on orders, and a few gifts at price 0, which the real file calls
// stock_adjust although they have a customer and leave with an order.
func (b *book) addCharges(charges, freebies int) {
	for _, d := range b.shuffled() {
		if d.taken || d.prefix != "" {
			continue
		}
		l := &line{at: d.at, customer: d.customer, qty: 1, kind: saleNonproduct, taken: true}
		switch {
		case freebies > 0 && d.customer != "" && len(d.lines) > 3:
			g := b.goods[b.rng.IntN(len(b.goods))]
			l.sku, l.name, l.qty, l.kind = g.sku, g.name, 1+b.rng.IntN(4), stockAdjust
			freebies--
		case charges == 0:
			continue
		case d.country == "EIRE":
			l.sku, l.name, l.price = "CARR", "Carriage by ferry", 4500
		case d.country != homeCountry:
			l.sku, l.name, l.price, l.qty = "POST", "Postage abroad", 1600, 1+b.rng.IntN(3)
		case d.customer == "":
			l.sku, l.name, l.price = "WEBPOST", "Web shop postage, all parcels of the day", 9000+b.rng.IntN(40000)
		case charges%5 == 0:
			l.sku, l.name, l.price = "MAN", "Manual entry", 75+b.rng.IntN(1800)
		case charges%7 == 0:
			l.sku, l.name, l.price = "BANK FEE", "Bank fee", 1500
		default:
			l.sku, l.name, l.price = "POST", "Postage", 395
		}
		if l.kind == saleNonproduct {
			charges--
		}
		d.lines = append(d.lines, l)
	}
}

// refundCharges gives postage back, grants discounts and pays fees, each under its own C number.
func (b *book) refundCharges(n int) {
	for i := range n {
		at := b.moment()
		l := &line{at: at, qty: -1, kind: cancelNonproduct, taken: true}
		c := b.customers[b.custPick.pick(b.rng)]
		switch i % 4 {
		case 0:
			l.sku, l.name, l.price, l.customer = "DISC", "Discount", 500+b.rng.IntN(3000), c.number
		case 1:
			l.sku, l.name, l.price, l.customer = "POST", "Postage", 395, c.number
		case 2:
			l.sku, l.name, l.price, l.customer = "MAN", "Manual entry", 100+b.rng.IntN(9000), c.number
		default:
			c = customer{country: homeCountry}
			l.sku, l.name, l.price = "MARKET FEE", "Fee of the market place", 12000+b.rng.IntN(9000)
		}
		b.docs = append(b.docs, &document{
			at: at, customer: c.number, country: c.country, prefix: "C", lines: []*line{l}, taken: true,
		})
	}
}

// adjustStock writes counts and damages: price 0, no customer, the name empty or a note in a hurry.
func (b *book) adjustStock(goods, nonproducts int) {
	notes := []string{
		"counted", "?", "broken in transit", "FOUND", "wrong label, see 30017", "sold as set", "wet, destroyed",
	}
	for i := range goods + nonproducts {
		at := b.moment()
		g := b.goods[b.rng.IntN(len(b.goods))]
		l := &line{at: at, sku: g.sku, qty: 1 + b.rng.IntN(60), kind: stockAdjust, taken: true}
		switch {
		case i >= goods:
			l.sku, l.kind, l.qty = "MAN", stockAdjustNon, 1+b.rng.IntN(3)
		case i == 0:
			l.name, l.qty = "smudged print, whole pallet thrown away", -4800
		case i%5 == 1:
			l.name = notes[i/5%len(notes)]
		case i%5 == 2:
			l.name = g.name
		}
		if i%2 == 1 {
			l.qty = -l.qty
		}
		b.docs = append(b.docs, &document{at: at, country: homeCountry, lines: []*line{l}, taken: true})
	}
}

// writeOffDebts books one bad debt forth and back and forth again, the last under the plain word that the description
// of the real file uses.
func (b *book) writeOffDebts(n int) {
	at := b.moment()
	for i := range n {
		l := &line{at: at, sku: "B", name: "Bad debt adjustment", qty: 1, price: 418862, kind: adjustBadDebtNon, taken: true}
		if i > 0 {
			l.price = -l.price
		}
		if i == n-1 {
			l.kind = adjustBadDebt
		}
		b.docs = append(b.docs, &document{at: at, country: homeCountry, prefix: "A", lines: []*line{l}, taken: true})
	}
}
