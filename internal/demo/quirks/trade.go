package quirks

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"time"
)

const (
	homeCountry  = "United Kingdom"
	daysLong     = 90
	goodsCount   = 320
	renamedAfter = 45 // days: from then on some goods are listed under a new name
)

// good is one article; renamed is empty unless the seller changed its name half way.
type good struct {
	sku, name, renamed string
	price              int
}

type customer struct{ number, country string }

// book is the seller's order book while it is being made up.
type book struct {
	rng       *rand.Rand
	first     time.Time
	goods     []good
	goodsPick picker
	customers []customer
	custPick  picker
	docs      []*document
}

func newBook(seed int64, lines int) *book {
	b := &book{
		rng:   rand.New(rand.NewPCG(uint64(seed), 0x71756972)),
		first: time.Date(2023, time.March, 1, 0, 0, 0, 0, time.UTC),
	}
	b.stockGoods()
	b.meetCustomers(lines / 28)
	return b
}

func colours() []string {
	return []string{
		"SAGE", "OCHRE", "PLUM", "SLATE", "LINEN", "COBALT", "BRICK", "MOSS", "OYSTER", "INDIGO", "RUST", "MINT",
		"CHALK", "TEAL", "MUSTARD", "BLUSH",
	}
}

func things() []string {
	return []string{
		"ENAMEL SOAP DISH", "WAFFLE HAND TOWEL", "RIBBED BATH TOWEL", "BAMBOO TOOTHBRUSH PAIR", "STONEWARE TUMBLER",
		"ENAMEL BREAD BIN", "WIRE EGG BASKET", "BEECH DISH BRUSH", "LIDDED PEG BUCKET", "COTTON PEG BAG",
		"TOWEL RAIL, OAK ENDS", "STRIPED OVEN GLOVE", "QUILTED POT HOLDER", "SPECKLED BOWL", "SPECKLED SIDE PLATE",
		"RATTAN LAUNDRY HAMPER", "FELT SHOE TRAY", "WALL HOOK TRIO", `FRAME 5" X 7" BEVELLED`, "CERAMIC TOILET TIDY",
		"CORK BATH MAT", "SCALLOPED NAPKIN SET/4", "JUTE TABLE RUNNER", "GLASS OIL POURER", "TALL PASTA JAR",
		"SPICE JAR SET/6", "MEASURING CUP NEST", "SILICONE SPATULA", "STEEL MIXING BOWL", "NON-STICK MILK PAN",
		"PICNIC CUTLERY ROLL", "LUNCH TIN TWO TIER", "THERMOS 500ML", `"BACK SOON" DOOR HANGER`, "BRASS TEA STRAINER",
		"KNITTED DISH CLOTH", "STACKING CRATE", "DRAWER DIVIDER SET", "LOBBY UMBRELLA STAND", "CLOTHES HANGER PACK/10",
	}
}

// stockGoods crosses colours with things; every fourth thing has one number with a letter per colour, as sellers do.
func (b *book) stockGoods() {
	tint, thing := colours(), things()
	prices := []int{29, 42, 65, 85, 125, 145, 165, 195, 210, 255, 295, 375, 425, 495, 795, 995, 1275, 1650}
	weights := make([]int, goodsCount)
	for i := range goodsCount {
		a, t := i/len(thing), i%len(thing)
		colour := tint[(a+i)%len(tint)]
		g := good{
			sku:   fmt.Sprint(30000 + a*900 + t*17),
			name:  colour + " " + thing[t],
			price: prices[b.rng.IntN(len(prices))],
		}
		if t%4 == 0 {
			g.sku = fmt.Sprintf("%d%c", 81000+t*13, 'A'+a)
		}
		if t == 3 {
			g.renamed = thing[t] + " IN " + colour
		}
		b.goods = append(b.goods, g)
		weights[i] = 4000 / (i*129%goodsCount + 6)
	}
	b.goodsPick = newPicker(weights)
}

// meetCustomers gives every eleventh customer a country abroad.
func (b *book) meetCustomers(n int) {
	abroad := []string{
		"Germany", "France", "EIRE", "Spain", "Netherlands", "Germany", "Belgium", "Switzerland", "France", "EIRE",
		"Portugal", "Norway", "Australia", "Germany", "Channel Islands",
	}
	weights := make([]int, n)
	for i := range n {
		c := customer{number: fmt.Sprint(20017 + i*13), country: homeCountry}
		if i%11 == 4 {
			c.country = abroad[i/11%len(abroad)]
		}
		b.customers = append(b.customers, c)
		weights[i] = 1000 / (i + 8)
	}
	b.custPick = newPicker(weights)
}

// trade adds ordinary orders until they hold exactly budget lines.
func (b *book) trade(budget int) {
	for budget > 0 {
		d := b.ordinary(budget)
		b.docs = append(b.docs, d)
		budget -= len(d.lines)
	}
}

func (b *book) ordinary(linesMax int) *document {
	d := &document{at: b.moment(), country: homeCountry}
	size := 1 + b.rng.IntN(7) + b.rng.IntN(10)
	if b.rng.IntN(100) < 8 { // a counter or partner order: long, small quantities, nobody's name
		size = 12 + b.rng.IntN(38)
	} else {
		c := b.customers[b.custPick.pick(b.rng)]
		d.customer, d.country = c.number, c.country
	}
	chosen := map[string]bool{}
	for len(d.lines) < min(size, linesMax) {
		g := b.goods[b.goodsPick.pick(b.rng)]
		if chosen[g.sku] {
			continue
		}
		chosen[g.sku] = true
		d.lines = append(d.lines, b.sell(d, g, b.quantity(d.customer == "")))
	}
	return d
}

// sell makes a sale line: bulk is cheaper, a nameless buyer pays the price with tax, and now and then the letter of a
// SKU is typed small.
func (b *book) sell(d *document, g good, qty int) *line {
	l := &line{at: d.at, customer: d.customer, sku: g.sku, name: g.name, qty: qty, price: g.price, kind: sale}
	switch {
	case d.customer == "":
		l.price = g.price*196/100 + 1
	case qty >= 24:
		l.price = g.price*85/100 + 1
	}
	if g.renamed != "" && d.at.Sub(b.first) > renamedAfter*24*time.Hour {
		l.name = g.renamed
	}
	if b.rng.IntN(25) == 0 {
		l.sku = strings.ToLower(l.sku)
	}
	return l
}

func (b *book) quantity(nameless bool) int {
	if nameless {
		return 1 + b.rng.IntN(2)*b.rng.IntN(4)
	}
	return []int{
		1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4, 5, 6, 6, 6, 8, 8, 10, 10, 12, 12, 12, 12, 24, 24, 25, 48,
		[]int{30, 36, 72, 100, 144, 480}[b.rng.IntN(6)],
	}[b.rng.IntN(31)]
}

// moment draws a minute of an opening hour; nobody trades on Saturdays, and Sundays are short.
func (b *book) moment() time.Time {
	hour := []int{8, 9, 9, 10, 10, 10, 11, 11, 11, 12, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15, 16, 16, 17, 19}
	for {
		day := b.first.AddDate(0, 0, b.rng.IntN(daysLong))
		h := hour[b.rng.IntN(len(hour))]
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday && (h < 10 || h > 16) {
			continue
		}
		return day.Add(time.Duration(h)*time.Hour + time.Duration(b.rng.IntN(60))*time.Minute)
	}
}

// picker draws indexes in proportion to whole-number weights.
type picker []int

func newPicker(weights []int) picker {
	sums := slices.Clone(weights)
	for i := 1; i < len(sums); i++ {
		sums[i] += sums[i-1]
	}
	return sums
}

func (p picker) pick(rng *rand.Rand) int {
	return sort.SearchInts(p, rng.IntN(p[len(p)-1])+1)
}
