package flow

import (
	"slices"
	"strconv"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
)

// HandleByHand is the hold that a person places by hand from the pages; an order has
// one of them at a time.
const HandleByHand = "hand:page"

// do does the act to orders that were judged under lock.
func (a Act) do(tx *db.Tx, kit Kit, may []id.Order, orders map[id.Order]*order.Order, at map[id.Order]*Did) error {
	switch a.Verb {
	case ActPassService, ActPassFinance, ActTakeBack:
		return a.decide(tx, may, at)
	case ActCancel:
		list := make([]Cancellation, len(may))
		for i, n := range may {
			list[i] = Cancellation{Order: n, Why: a.Reason}
		}
		outcomes, err := Cancel(tx, list)
		return note(may, at, outcomes, err)
	case ActUnhold:
		return a.unhold(tx, may)
	case ActHold:
		for _, n := range may {
			err := Hold(tx, n, review.HoldDraft{Kind: "by_hand", Handle: HandleByHand, ReasonZH: a.Reason, ReasonEN: a.Reason, Source: "page",
				Blocks: review.BlocksRelease, ReleaseHow: review.ByPerson, NeedsPerson: true})
			if err != nil {
				return err
			}
		}
		return nil
	case ActNote:
		for _, n := range may {
			if _, err := order.AddNote(tx, kit.Keys, n, a.Text); err != nil {
				return err
			}
		}
		return nil
	}
	return a.edit(tx, may, orders, at)
}

func (a Act) decide(tx *db.Tx, may []id.Order, at map[id.Order]*Did) error {
	list := make([]review.Decision, len(may))
	for i, n := range may {
		list[i] = review.Decision{Order: n, Step: review.Service, Reason: a.Reason}
		if a.Verb == ActPassFinance {
			list[i].Step = review.Finance
		}
	}
	verb := Pass
	if a.Verb == ActTakeBack {
		verb = TakeBack
	}
	outcomes, err := verb(tx, list)
	return note(may, at, outcomes, err)
}

// note keeps what a verb refused of its members.
func note[T any](may []id.Order, at map[id.Order]*Did, outcomes []fault.Outcome[T], err error) error {
	for i, o := range outcomes {
		at[may[i]].Fault = o.Fault
	}
	return err
}

func (a Act) unhold(tx *db.Tx, may []id.Order) error {
	live, err := review.Live(tx, may)
	if err != nil {
		return err
	}
	var ends []review.HoldEnd
	for _, n := range may {
		for _, h := range byHand(live[n]) {
			ends = append(ends, review.HoldEnd{Order: n, Handle: h.Handle, Kind: h.Kind, How: a.Reason})
		}
	}
	return Unhold(tx, ends)
}

// edit changes heads, one after the other, and shows all at once.
func (a Act) edit(tx *db.Tx, may []id.Order, orders map[id.Order]*order.Order, at map[id.Order]*Did) error {
	changed := make([]*order.Order, len(may))
	for i, n := range may {
		o := orders[n]
		changed[i] = o
		if a.Verb == ActFlag || a.Verb == ActReflag {
			at[n].Former = strconv.Itoa(o.Flag) + " " + o.Label
		}
		if err := a.change(o).Change(tx, o); err != nil {
			return err
		}
	}
	return refresh(tx, changed)
}

func (a Act) change(o *order.Order) (e order.Edit) {
	switch a.Verb {
	case ActFlag:
		e.Flag, e.Label = &a.Flag, &a.Label
	case ActReflag:
		number, label, _ := strings.Cut(a.Former[o.ID], " ")
		flag, _ := strconv.Atoi(number) // what was kept is a flag
		e.Flag, e.Label = &flag, &label
	case ActMemo:
		text := strings.TrimSpace(a.Text)
		e.SellerMemo = &text
	case ActTag, ActUntag:
		tags := slices.DeleteFunc(strings.Fields(o.Tags), func(t string) bool { return t == a.Tag })
		if a.Verb == ActTag {
			tags = append(tags, a.Tag)
		}
		text := strings.Join(tags, " ")
		e.Tags = &text
	}
	return e
}
