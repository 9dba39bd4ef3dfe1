package web

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/shop"
)

// changeRow is a field before and after, in words.
type changeRow struct{ Field, Was, Now string }

// changes puts what changed of an order into words: times as times, amounts as amounts,
// states by their names. Personal fields come as masks.
func (v *visit) changes(list []order.Changed, cur money.Currency, now db.Instant) (rows []changeRow) {
	for _, c := range list {
		name, code, _ := strings.Cut(c.Field, " ")
		r := changeRow{Field: strings.TrimSpace(v.word("field_"+name) + " " + code)}
		if name != "wishes" { // several in one, not readable
			r.Was, r.Now = v.changedValue(name, c.Was, cur, now), v.changedValue(name, c.Now, cur, now)
		}
		rows = append(rows, r)
	}
	return rows
}

func (v *visit) changedValue(field, text string, cur money.Currency, now db.Instant) string {
	n, err := strconv.ParseInt(text, 10, 64)
	isNumber := err == nil
	switch {
	case text == "":
		return v.word("change_empty")
	case isNumber && slices.Contains([]string{"paid_at", "pay_by", "ship_by", "collect_by", "sign_by"}, field):
		if n == 0 {
			return v.word("change_empty")
		}
		return v.stampOf(db.Instant(n), now, houseZone).Short
	case isNumber && slices.Contains([]string{"paid", "amount_cod", "freight", "price"}, field):
		return price(money.Amount(n), cur)
	case field == "review":
		return v.word("review_" + text)
	}
	return text
}

// reviewed gives the move of the review that a journal row tells.
func reviewed(payload string) []order.Changed {
	var said struct{ From, To string }
	if json.Unmarshal([]byte(payload), &said) != nil || said.From == said.To {
		return nil
	}
	return []order.Changed{{Field: "review", Was: said.From, Now: said.To}}
}

// auditChanges gives, for each row of the journal about an order, what stood in its
// fields before and after.
func (v *visit) auditChanges(tx *db.Tx, rows []journal.Row) (map[int][]changeRow, error) {
	var ids []id.Order
	var versions []int64
	for _, r := range rows {
		if r.Kind == "order" {
			ids, versions = append(ids, id.Order(r.ID)), append(versions, r.Version)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	list, err := order.Changes(tx, ids, versions)
	if err != nil {
		return nil, err
	}
	orders, err := order.Get(tx, ids)
	if err != nil {
		return nil, err
	}
	shops, err := shop.All(tx)
	if err != nil {
		return nil, err
	}
	currencies := map[id.Order]money.Currency{}
	for _, o := range orders {
		currencies[o.ID] = o.Currency
	}
	all := map[int][]changeRow{}
	for i, r := range rows {
		if r.Kind == "stock" {
			all[i] = v.limitChanges(shops, r.Payload)
		}
		if r.Kind != "order" {
			continue
		}
		var of []order.Changed
		if r.What == "reviewed" {
			of = reviewed(r.Payload)
		}
		for _, c := range list {
			if int64(c.Order) == r.ID && c.Version == r.Version {
				of = append(of, c)
			}
		}
		all[i] = v.changes(of, currencies[id.Order(r.ID)], tx.Now())
	}
	return all, nil
}

// limitChanges puts into words what a journal row says of safety stock and quotas.
func (v *visit) limitChanges(shops []shop.Shop, payload string) (rows []changeRow) {
	type limits struct {
		Safety int64
		Quotas map[id.Shop]int64
	}
	var said struct{ Was, Now limits }
	if json.Unmarshal([]byte(payload), &said) != nil {
		return nil
	}
	if said.Was.Safety != said.Now.Safety {
		rows = append(rows, changeRow{v.word("lim_safety"), number(said.Was.Safety), number(said.Now.Safety)})
	}
	for _, s := range shops {
		if was, now := said.Was.Quotas[s.ID], said.Now.Quotas[s.ID]; was != now {
			rows = append(rows, changeRow{v.word("lim_quota") + " " + s.Name, number(was), number(now)})
		}
	}
	return rows
}
