package flow

import (
	"context"
	"slices"
	"strconv"
	"time"

	"baihuo/internal/carrier"
	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/rule"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// Rehearsal is what a rule would have changed. It looks at orders as they stand now.
// What was found out about the contact and the buyer when an order came (what is wrong
// with it, the place in words, the black list) is not looked at again, before and after
// alike: a rule about those shows nothing here.
type Rehearsal struct {
	Looked int
	// Cut says that there were more orders than were looked at.
	Cut bool
	// Changes is how many would change; Changed are the latest of them.
	Changes int
	Changed []Rehearsed
}

// Rehearsed is an order that the rule would have judged otherwise.
type Rehearsed struct {
	Order      id.Order
	ExternalNo string
	// Before and After are the review and the holds that the rules ask for; of a rule about
	// shortages, what becomes of each line that is short.
	Before, After Judgement
}

// Judgement is a verdict in short.
type Judgement struct {
	Review order.Review
	// Holds and HoldsEN are the sentences of its holds in both languages.
	Holds, HoldsEN []string
}

// The bounds of a rehearsal.
const (
	RehearseMax      = 5000
	rehearsePage     = 200
	rehearsedListMax = 500
)

// Rehearse judges the orders of the last days of a scope twice, by the rules as they
// stand and by those with r in the place of its former version, and writes nothing. The
// same orders give the same answer. It reads page by page, each a snapshot of its own.
func Rehearse(ctx context.Context, d *db.DB, scope staff.Scope, r rule.Rule, days int) (out Rehearsal, err error) {
	f := order.Browsing{Scope: scope, Limit: rehearsePage}
	for {
		var sheaf order.Sheaf
		err := d.Read(ctx, func(tx *db.Tx) error {
			f.From = tx.Now().Add(-time.Duration(days) * 24 * time.Hour)
			now, then, err := bothSets(tx, r)
			if err != nil {
				return err
			}
			if sheaf, err = order.Browse(tx, f); err != nil {
				return err
			}
			orders, places, err := ordersOf(tx, sheaf.Cards)
			if err != nil {
				return err
			}
			if r.Kind == review.KindShortage {
				out.lookShort(orders, places, now, then)
				return nil
			}
			return out.look(tx, orders, places, now, then)
		})
		if err != nil {
			return out, err
		}
		if !sheaf.More || out.Looked >= RehearseMax {
			out.Cut = sheaf.More
			return out, nil
		}
		f.After = sheaf.Next
	}
}

// bothSets gives the rules of a rule's kind as they stand, and with r among them. Faults:
// rule.ErrInvalid.
func bothSets(tx *db.Tx, r rule.Rule) (now, then *rule.Set, err error) {
	kinds := review.Kinds()
	i := slices.IndexFunc(kinds, func(k rule.Kind) bool { return k.Name == r.Kind })
	if i < 0 {
		return nil, nil, rule.ErrInvalid.Field("kind", "没有这类规则", "there is no such kind of rule")
	}
	live, err := rule.Live(tx, r.Kind)
	if err != nil {
		return nil, nil, err
	}
	if now, err = rule.NewSet(kinds[i], live); err != nil {
		return nil, nil, err
	}
	changed := append(slices.DeleteFunc(slices.Clone(live), func(old rule.Rule) bool { return old.ID == r.ID && r.ID != 0 }), r)
	then, err = rule.NewSet(kinds[i], changed)
	return now, then, err
}

// ordersOf gives the orders of cards, and the shops.
func ordersOf(tx *db.Tx, cards []order.Card) ([]*order.Order, map[id.Shop]shop.Shop, error) {
	ids := make([]id.Order, len(cards))
	for i, c := range cards {
		ids[i] = c.Order
	}
	orders, err := order.Get(tx, ids)
	if err != nil {
		return nil, nil, err
	}
	all, err := shop.All(tx)
	places := map[id.Shop]shop.Shop{}
	for _, s := range all {
		places[s.ID] = s
	}
	return orders, places, err
}

func (out *Rehearsal) look(tx *db.Tx, orders []*order.Order, places map[id.Shop]shop.Shop, now, then *rule.Set) error {
	var regions []string
	for _, o := range orders {
		regions = append(regions, o.Region)
	}
	reach, err := carrier.Deliverable(tx, regions, tx.Now())
	if err != nil {
		return err
	}
	if err := loadCosts(tx, orders...); err != nil {
		return err
	}
	facts := make([]*review.Facts, len(orders))
	for i, o := range orders {
		facts[i] = factsOf(o, places[o.Shop], &customer.Party{}, reach[o.Region])
	}
	before, after := review.Judge(now, facts, tx.Now()), review.Judge(then, facts, tx.Now())
	for i, o := range orders {
		out.add(Rehearsed{Order: o.ID, ExternalNo: o.ExternalNo, Before: judgement(before[i]), After: judgement(after[i])})
	}
	return nil
}

// add notes an order that was looked at, and keeps it where it would change.
func (out *Rehearsal) add(one Rehearsed) {
	out.Looked++
	if one.Before.Review == one.After.Review && slices.Equal(one.Before.Holds, one.After.Holds) {
		return
	}
	if out.Changes++; len(out.Changed) < rehearsedListMax {
		out.Changed = append(out.Changed, one)
	}
}

// lookShort judges the lines that are short now, as the rules about shortages would.
// Pieces that were given up when the order came are gone and are not looked at again.
func (out *Rehearsal) lookShort(orders []*order.Order, places map[id.Shop]shop.Shop, now, then *rule.Set) {
	for _, o := range orders {
		one := Rehearsed{Order: o.ID, ExternalNo: o.ExternalNo}
		if !o.Ended() {
			facts := review.Shortages(o, places[o.Shop].Code, contactless(o, places[o.Shop]))
			one.Before, one.After = shortJudgement(facts, review.JudgeShortages(now, facts)), shortJudgement(facts, review.JudgeShortages(then, facts))
		}
		out.add(one)
	}
}

// shortJudgement says in both languages what becomes of each short line.
func shortJudgement(facts []*review.Shortage, verdicts []review.ShortVerdict) (j Judgement) {
	for i, v := range verdicts {
		zh, en := v.Act.Words()
		head := facts[i].Code + " ×" + strconv.FormatInt(facts[i].Short, 10) + " "
		sayZH, sayEN := zh, en
		if v.ZH != "" {
			sayZH, sayEN = zh+"("+v.ZH+")", en+" ("+v.EN+")"
		}
		j.Holds, j.HoldsEN = append(j.Holds, head+sayZH), append(j.HoldsEN, head+sayEN)
	}
	return j
}

func judgement(v review.Verdict) (j Judgement) {
	j.Review = v.Review
	for _, h := range v.Holds {
		j.Holds, j.HoldsEN = append(j.Holds, h.ReasonZH), append(j.HoldsEN, h.ReasonEN)
	}
	slices.Sort(j.Holds)
	slices.Sort(j.HoldsEN)
	return j
}
