package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/order"
)

// numbersMax is how many pasted numbers are looked up at once.
const numbersMax = 200

// searchGroup is what was found in one way.
type searchGroup struct {
	Word string
	Rows []orderRow
}

// search finds what was typed or pasted: one hit is jumped to, several are listed, and
// many numbers are told one by one.
func (s *Site) search(v *visit) error {
	return s.find(v, searched(v.r.URL.Query().Get("q")), v.r.URL.RequestURI())
}

// ask sends what was typed to its own address, where the browser's way back finds it;
// what may tell a person stands in no address and is answered on the spot.
func (s *Site) ask(v *visit) error {
	q := searched(v.r.PostForm.Get("q"))
	if personal(q) {
		return s.find(v, q, "/orders")
	}
	return v.lead("/search?q=" + url.QueryEscape(q))
}

// searched is what can be looked for of what was typed.
func searched(typed string) string {
	q := strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(typed, "\x00", ""), ""))
	if len(q) > 10_000 {
		q = strings.ToValidUTF8(q[:10_000], "")
	}
	return q
}

// personal says that a text may be a name or holds a phone number.
func personal(q string) bool {
	text, _, list := readSearch(q)
	return strings.ContainsFunc(q, func(r rune) bool { return r > '~' }) || slices.ContainsFunc(append(list, text), func(one string) bool {
		_, err := customer.Whole(one)
		return err == nil
	})
}

// find shows what a text finds; here is where a batch of it leads back to.
func (s *Site) find(v *visit, q, here string) error {
	text, day, list := readSearch(q)
	if len(list) > 0 {
		return s.searchMany(v, q, list, here)
	}
	var groups []searchGroup
	var found flow.Found
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		if found, err = flow.SearchText(tx, s.cfg.Kit.Keys, v.caller.Scope, text); err != nil {
			return err
		}
		if day != "" {
			found.Orders = slices.DeleteFunc(found.Orders, func(o flow.FoundOrder) bool {
				return o.Card.OrderedAt.Time().In(zone(houseZone)).Format(time.DateOnly) != day
			})
		}
		groups, err = s.searchGroups(tx, v, found.Orders)
		return err
	})
	if err != nil {
		return err
	}
	if len(found.Orders) == 1 && len(found.SKUs) == 0 {
		return v.lead("/orders/" + found.Orders[0].Card.Order.String())
	}
	if len(found.Orders) == 0 && len(found.SKUs) == 1 {
		return v.lead("/orders?view=none&sku=" + url.QueryEscape(found.SKUs[0].Code))
	}
	return s.render(v, http.StatusOK, "search", map[string]any{"Title": v.word("search"), "Q": q, "Groups": groups, "SKUs": found.SKUs,
		"None": q != "" && len(groups)+len(found.SKUs) == 0, "Products": s.paths["/products"]})
}

// readSearch takes what was typed apart: one text, perhaps with a day behind it, or a
// list of numbers.
func readSearch(q string) (text, day string, list []string) {
	parts := strings.FieldsFunc(q, func(r rune) bool { return strings.ContainsRune(" \t\r\n,;，、；", r) })
	if len(parts) == 2 {
		if d := dayOf(parts[1]); d != "" {
			return parts[0], d, nil
		}
	}
	joined := strings.Join(parts, "")
	phone := len(joined) <= 13 && digitsOnly(strings.TrimPrefix(joined, "+"))
	for _, p := range parts {
		if !strings.ContainsAny(p, "0123456789") || len(p) < 4 {
			return q, "", nil
		}
	}
	if len(parts) < 2 || phone {
		return cmp.Or(map[bool]string{true: joined}[phone], q), "", nil
	}
	for _, p := range parts {
		if !slices.Contains(list, p) && len(list) < numbersMax {
			list = append(list, p)
		}
	}
	return "", "", list
}

// dayOf reads a day as people write it behind a tail: 2026-11-30.
func dayOf(text string) string {
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t.Format(time.DateOnly)
	}
	return ""
}

func (s *Site) searchGroups(tx *db.Tx, v *visit, found []flow.FoundOrder) (groups []searchGroup, err error) {
	for _, by := range []flow.FoundBy{flow.FoundByNumber, flow.FoundByWaybill, flow.FoundByPackage, flow.FoundByTail, flow.FoundByPhone, flow.FoundByTag} {
		var cards []order.Card
		for _, o := range found {
			if o.By == by {
				cards = append(cards, o.Card)
			}
		}
		if len(cards) == 0 {
			continue
		}
		rows, err := s.orderRows(tx, v, cards, "")
		if err != nil {
			return nil, err
		}
		groups = append(groups, searchGroup{v.word("found_" + string(by)), rows})
	}
	return groups, nil
}

// searchMany looks many numbers up and says which nothing has.
func (s *Site) searchMany(v *visit, q string, list []string, here string) error {
	var rows []orderRow
	var missing []string
	found := 0
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		numbers, err := flow.Numbers(tx, v.caller.Scope, list)
		if err != nil {
			return err
		}
		var cards []order.Card
		for _, text := range list {
			hits := numbers[text].Orders
			if len(hits) == 0 {
				missing = append(missing, text)
				continue
			}
			found++
			some, err := order.Cards(tx, hits)
			if err != nil {
				return err
			}
			for _, n := range hits {
				if c := some[n]; !slices.ContainsFunc(cards, func(have order.Card) bool { return have.Order == n }) {
					cards = append(cards, c)
				}
			}
		}
		rows, err = s.orderRows(tx, v, cards, "")
		return err
	})
	if err != nil {
		return err
	}
	return s.render(v, http.StatusOK, "search", map[string]any{"Title": v.word("search"), "Q": q, "Many": true,
		"Groups": []searchGroup{{v.word("found_number"), rows}}, "Missing": missing, "Acts": v.bulkActs(), "FormKey": formKey(),
		"Say": v.fill("search_many", number(int64(found)), number(int64(len(missing)))), "Here": here})
}
