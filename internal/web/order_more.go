package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

// orderMore is what the page of an order shows and flow.Look does not tell.
type orderMore struct {
	where         map[id.Line][]string
	notes         []noteRow
	acts          []orderAct
	step          *orderAct
	revealsLeft   int64
	from          string
	before, after string
	people        []string
}

// noteRow is a note with the names in it marked.
type noteRow struct {
	By    string
	Time  stamp
	Parts []notePart
}

// notePart is a piece of a note; Who says that it calls somebody by name.
type notePart struct {
	Text string
	Who  bool
}

// orderAct is something that can be done to the order; WhyNot says why it cannot.
type orderAct struct {
	Verb, Key, Icon, WhyNot string
	Reason                  bool
}

func (s *Site) moreOf(tx *db.Tx, v *visit, k *flow.View, more *orderMore) (err error) {
	if more.where, err = whereOf(tx, k); err != nil {
		return err
	}
	if err := s.notesOf(tx, v, k, more); err != nil {
		return err
	}
	if err := more.actsOf(tx, v, k.Order.ID); err != nil {
		return err
	}
	if v.caller.May(staff.PersonReveal) {
		quota, err := customer.Quota(tx)
		if err != nil {
			return err
		}
		spent, err := customer.Spent(tx, v.caller.Actor)
		if err != nil {
			return err
		}
		more.revealsLeft = max(quota-spent, 0)
	}
	return s.besideOf(tx, v, k.Card, more)
}

// whereOf says from where the goods of each line come: the warehouse that holds them,
// with bin and lot once they are fixed.
func whereOf(tx *db.Tx, k *flow.View) (map[id.Line][]string, error) {
	where := map[id.Line][]string{}
	claims, err := inventory.ClaimsOf(tx, []id.Order{k.Order.ID})
	if err != nil {
		return nil, err
	}
	for _, c := range claims {
		if c.Open > c.Allocated {
			where[c.Line] = append(where[c.Line], k.Warehouses[c.Place.Warehouse].Code+" ×"+number(c.Open-c.Allocated))
		}
	}
	var packages []id.Package
	for _, p := range k.Packages {
		packages = append(packages, p.ID)
	}
	portions, err := inventory.Portions(tx, packages)
	if err != nil {
		return nil, err
	}
	var lots []id.Lot
	var bins []id.Bin
	for _, p := range portions {
		lots, bins = append(lots, p.Lot), append(bins, p.Bin)
	}
	lotNames, err := inventory.LotsOf(tx, lots)
	if err != nil {
		return nil, err
	}
	binNames, err := inventory.BinsOf(tx, bins)
	for _, p := range portions {
		if p.Order == k.Order.ID {
			text := []string{k.Warehouses[p.Place.Warehouse].Code, binNames[p.Bin], lotNames[p.Lot].Code, "×" + number(p.Qty)}
			where[p.Line] = append(where[p.Line], strings.Join(slices.DeleteFunc(text, func(t string) bool { return t == "" }), " "))
		}
	}
	return where, err
}

func (s *Site) notesOf(tx *db.Tx, v *visit, k *flow.View, more *orderMore) error {
	if s.cfg.Kit.Keys == nil {
		return nil
	}
	notes, err := order.Notes(tx, s.cfg.Kit.Keys, k.Order.ID)
	if err != nil {
		return err
	}
	people, err := staff.List(tx)
	if err != nil {
		return err
	}
	for _, p := range people {
		if p.DisabledAt == 0 {
			more.people = append(more.people, p.Login)
		}
	}
	var actors []string
	for _, n := range notes {
		actors = append(actors, n.Actor)
	}
	names, err := staff.Names(tx, actors)
	for _, n := range slices.Backward(notes) {
		by := names[n.Actor]
		if by == "" {
			by = v.actor(n.Actor)
		}
		more.notes = append(more.notes, noteRow{By: by, Time: v.stampOf(n.At, k.Now, k.Shop.TimeZone), Parts: called(n.Text, more.people)})
	}
	return err
}

// called cuts a note where it calls somebody by @ and their sign-in name.
func called(text string, logins []string) (parts []notePart) {
	for len(text) > 0 {
		at := strings.IndexByte(text, '@')
		if at < 0 {
			return append(parts, notePart{Text: text})
		}
		who := ""
		for _, login := range logins {
			if strings.HasPrefix(text[at+1:], login) && len(login) > len(who) {
				who = login
			}
		}
		if at > 0 {
			parts = append(parts, notePart{Text: text[:at]})
		}
		parts = append(parts, notePart{Text: text[at : at+1+len(who)], Who: who != ""})
		text = text[at+1+len(who):]
	}
	return parts
}

// actsOf asks the acts themselves what of them can be done to the order now. The first
// that moves it on is its next step.
func (more *orderMore) actsOf(tx *db.Tx, v *visit, n id.Order) error {
	for _, b := range bulkVerbs {
		if b.verb == flow.ActTag || b.verb == flow.ActUntag || b.verb == flow.ActFlag || b.verb == flow.ActMemo || b.verb == flow.ActNote {
			continue // forms of their own
		}
		a := orderAct{Verb: string(b.verb), Key: b.key, Icon: b.icon, Reason: b.verb != flow.ActPassService && b.verb != flow.ActPassFinance}
		if !v.caller.May(b.permit) {
			zh, en := b.permit.Words()
			a.WhyNot = v.fill("no_permit_say", pair{zh, en}.in(v.lang))
		} else {
			refused, err := flow.Act{Verb: b.verb}.Try(tx, []id.Order{n})
			if err != nil {
				return err
			}
			if refused[0] != nil {
				a.WhyNot = v.say(refused[0])
			}
		}
		next := b.verb == flow.ActPassService || b.verb == flow.ActPassFinance || b.verb == flow.ActUnhold
		if more.step == nil && a.WhyNot == "" && next {
			more.step = &a
			continue
		}
		more.acts = append(more.acts, a)
	}
	return nil
}

// besideOf finds the list that the page was reached from, and the orders beside this
// one in it.
func (s *Site) besideOf(tx *db.Tx, v *visit, c order.Card, more *orderMore) error {
	more.from = inHouse(v.r.FormValue("from"))
	if !strings.HasPrefix(more.from, "/orders?") {
		more.from = "/orders"
		return nil
	}
	u, err := url.Parse(more.from)
	if err != nil {
		return err
	}
	f, err := s.browsing(tx, v, u.Query())
	if err != nil {
		return nil // a list that is no longer understood has no neighbours
	}
	before, after, err := f.Beside(tx, c)
	link := func(n id.Order) string {
		if n == 0 {
			return ""
		}
		return "/orders/" + n.String() + "?from=" + url.QueryEscape(more.from)
	}
	more.before, more.after = link(before), link(after)
	return err
}

// ways is a field that two people changed: what it was, what it is, what is wanted.
type ways struct{ Word, Was, Now, Yours string }

// ways shows what somebody else changed while a form was open: three values for each
// field that differs.
func (v *visit) ways(k *flow.View, stale bool) (list []ways) {
	if !stale {
		return nil
	}
	form := v.r.PostForm
	for _, f := range []struct{ name, word, now string }{
		{"memo", "act_memo", k.Order.SellerMemo}, {"flag", "f_flag", strconv.Itoa(k.Order.Flag)}, {"label", "f_label", k.Order.Label}, {"tags", "f_tag", k.Order.Tags},
	} {
		if !form.Has(f.name) {
			continue
		}
		was, yours := form.Get("was_"+f.name), strings.TrimSpace(form.Get(f.name))
		if f.now != was || yours != was {
			list = append(list, ways{v.word(f.word), was, f.now, yours})
		}
	}
	return list
}

// typed is what the forms of the page hold: what was typed and refused, or what the
// order says. Of the recipient nothing is ever put into a form.
func (v *visit) typed(o *order.Order, show orderShow) map[string]string {
	t := map[string]string{"memo": o.SellerMemo, "flag": strconv.Itoa(o.Flag), "label": o.Label, "tags": o.Tags}
	if show.complaint != nil {
		for _, name := range []string{"memo", "flag", "label", "tags", "reason"} {
			if v.r.PostForm.Has(name) {
				t[name] = v.r.PostFormValue(name)
			}
		}
	}
	return t
}
