package flow

import (
	"slices"
	"strings"

	"baihuo/internal/carrier"
	"baihuo/internal/catalog"
	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/seal"
	"baihuo/internal/shipping"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// Found is what a search leads to: orders, each with how it was found, and SKUs.
type Found struct {
	Orders []FoundOrder
	SKUs   []*catalog.SKU
}

// FoundOrder is an order and what of it matched.
type FoundOrder struct {
	Card order.Card
	By   FoundBy
}

// FoundBy says by what an order was found.
type FoundBy string

// The ways to find an order.
const (
	FoundByNumber  FoundBy = "number"
	FoundByTail    FoundBy = "tail"
	FoundByWaybill FoundBy = "waybill"
	FoundByPackage FoundBy = "package"
	FoundByPhone   FoundBy = "phone"
	FoundByTag     FoundBy = "tag"
)

// searchMost bounds what each way of a search gives.
const searchMost = 20

// SearchText finds what one pasted text may mean, within a scope: any number of an order
// or its end, a package, a waybill, a phone or its last four digits, a SKU or a tag.
// Every way is a look-up by an index.
func SearchText(tx *db.Tx, keys *seal.Keyring, scope staff.Scope, text string) (f Found, err error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return f, nil
	}
	s := &searching{tx: tx, scope: scope, by: map[id.Order]FoundBy{}}
	exact, err := Numbers(tx, scope, []string{text})
	if err != nil {
		return f, err
	}
	s.add(exact[text].By, exact[text].Orders...)
	if err := s.tail(text); err != nil {
		return f, err
	}
	if err := s.phone(keys, text); err != nil {
		return f, err
	}
	if len(s.ids) == 0 {
		if err := s.tag(text); err != nil {
			return f, err
		}
	}
	if f.Orders, err = s.cards(); err != nil {
		return f, err
	}
	f.SKUs, err = skusOf(tx, text)
	return f, err
}

func skusOf(tx *db.Tx, text string) ([]*catalog.SKU, error) {
	found, err := catalog.Find(tx, []string{text})
	if err != nil {
		return nil, err
	}
	if one := found[text]; one != nil {
		return []*catalog.SKU{one}, nil
	}
	if strings.Trim(text, "0123456789-") == "" {
		return nil, nil // a number is no name
	}
	return catalog.List(tx, catalog.Filter{Text: text, Limit: searchMost})
}

type searching struct {
	tx    *db.Tx
	scope staff.Scope
	ids   []id.Order
	by    map[id.Order]FoundBy
}

func (s *searching) add(by FoundBy, ids ...id.Order) {
	for _, n := range ids {
		if _, known := s.by[n]; !known {
			s.by[n], s.ids = by, append(s.ids, n)
		}
	}
}

func (s *searching) tail(text string) error {
	cards, err := order.ByTail(s.tx, s.scope, text, searchMost)
	for _, c := range cards {
		s.add(FoundByTail, c.Order)
	}
	return err
}

func (s *searching) phone(keys *seal.Keyring, text string) error {
	digits := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, strings.TrimPrefix(text, "+86"))
	if keys == nil || strings.Trim(digits, "0123456789") != "" || len(digits) != 4 && (len(digits) < 7 || len(digits) > 13) {
		return nil
	}
	ids, err := customer.ByPhone(s.tx, keys, digits, searchMost)
	s.add(FoundByPhone, ids...)
	return err
}

func (s *searching) tag(text string) error {
	if strings.ContainsAny(text, " \t\n") || len(text) > 80 {
		return nil
	}
	ids, err := order.Browsing{Scope: s.scope, Tag: text, Sort: order.ByOrdered}.IDs(s.tx, searchMost)
	s.add(FoundByTag, ids...)
	return err
}

// cards reads what was found and leaves out what lies beyond the scope.
func (s *searching) cards() (list []FoundOrder, err error) {
	cards, err := seenCards(s.tx, s.scope, s.ids)
	for _, c := range cards {
		list = append(list, FoundOrder{c, s.by[c.Order]})
	}
	return list, err
}

// Numbered is which orders a whole number names, and what sort of number it is.
type Numbered struct {
	Orders []id.Order
	By     FoundBy
}

// Numbers finds orders by whole numbers, many at once: those of the channels and our
// own, packages and waybills. What nothing has is absent; orders beyond the scope are.
func Numbers(tx *db.Tx, scope staff.Scope, numbers []string) (map[string]Numbered, error) {
	found := map[string]Numbered{}
	if err := ownNumbers(tx, numbers, found); err != nil {
		return nil, err
	}
	shops, err := shop.All(tx)
	if err != nil {
		return nil, err
	}
	var ids []id.Shop
	for _, one := range shops {
		if scope.HasShop(one.ID) {
			ids = append(ids, one.ID)
		}
	}
	channels, err := order.ByNumber(tx, ids, numbers)
	if err != nil {
		return nil, err
	}
	for text, list := range channels {
		found[text] = Numbered{list, FoundByNumber}
	}
	if err := waybillNumbers(tx, numbers, found); err != nil {
		return nil, err
	}
	return within(tx, scope, found)
}

func ownNumbers(tx *db.Tx, numbers []string, found map[string]Numbered) error {
	packages := map[id.Package]string{}
	for _, text := range numbers {
		if n, ok := id.Parse("O", strings.ToUpper(text)); ok {
			found[text] = Numbered{[]id.Order{id.Order(n)}, FoundByNumber}
		} else if n, ok := id.Parse("P", strings.ToUpper(text)); ok {
			packages[id.Package(n)] = text
		}
	}
	return packagesOf(tx, packages, FoundByPackage, found)
}

func packagesOf(tx *db.Tx, packages map[id.Package]string, by FoundBy, found map[string]Numbered) error {
	for p, text := range packages {
		orders, err := fulfilment.OrdersOf(tx, []id.Package{p})
		if err != nil {
			return err
		}
		if len(orders) > 0 {
			found[text] = Numbered{orders, by}
		}
	}
	return nil
}

func waybillNumbers(tx *db.Tx, numbers []string, found map[string]Numbered) error {
	var rest []string
	for _, text := range numbers {
		if _, known := found[text]; !known {
			rest = append(rest, text)
		}
	}
	asked := slices.Clone(rest)
	for _, text := range rest {
		asked = append(asked, strings.ToUpper(text)) // as most carriers write them
	}
	carriers, err := carrier.All(tx)
	if err != nil || len(rest) == 0 {
		return err
	}
	packages := map[id.Package]string{}
	for _, c := range carriers {
		waybills, err := shipping.ByNumber(tx, c.ID, asked)
		if err != nil {
			return err
		}
		for number, w := range waybills {
			i := slices.IndexFunc(rest, func(text string) bool { return strings.EqualFold(strings.TrimSpace(text), number) })
			packages[w.Package] = rest[max(i, 0)]
		}
	}
	return packagesOf(tx, packages, FoundByWaybill, found)
}

// within leaves out the orders beyond a scope, and those that do not exist.
func within(tx *db.Tx, scope staff.Scope, found map[string]Numbered) (map[string]Numbered, error) {
	var all []id.Order
	for _, n := range found {
		all = append(all, n.Orders...)
	}
	cards, err := order.Cards(tx, all)
	for text, n := range found {
		n.Orders = slices.DeleteFunc(slices.Clone(n.Orders), func(o id.Order) bool { c, known := cards[o]; return !known || !scope.HasShop(c.Shop) })
		if found[text] = n; len(n.Orders) == 0 {
			delete(found, text)
		}
	}
	return found, err
}
