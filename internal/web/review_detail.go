package web

import (
	"encoding/json"
	"net/http"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/staff"
)

// deskShow is what the order beside the list shows besides itself: who works on it, what
// was refused, and what a change of lines would do.
type deskShow struct {
	claim     review.Claim
	complaint *complaint
	status    int
	effect    *flow.LineEffect
}

// deskDetail is the order beside the list, or on a page of its own without script.
func (s *Site) deskDetail(v *visit) error { return s.showDetail(v, deskShow{}) }

// deskClaim claims the order that the cursor stands on, and shows it.
func (s *Site) deskClaim(v *visit) error {
	n, err := v.orderOf()
	if err != nil {
		return err
	}
	var claim review.Claim
	err = s.cfg.DB.Write(v.ctx, db.By{Actor: v.caller.Actor, Cause: "review desk"}, func(tx *db.Tx) (err error) {
		if err = flow.Within(tx, v.caller.Scope, n); err != nil {
			return err
		}
		claim, err = review.Take(tx, n, v.person.Name)
		return err
	})
	if err != nil {
		return err
	}
	return s.showDetail(v, deskShow{claim: claim})
}

// causeRow is why something holds an order: the sentence, the rule and its version, and
// what it looked at; Step is what usually settles it.
type causeRow struct {
	Reason, Rule, Ends, Step string
	Facts                    []fact
	Since                    stamp
}

func (s *Site) showDetail(v *visit, show deskShow) error {
	n, err := v.orderOf()
	if err != nil {
		return err
	}
	var k flow.View
	var houses []houseRow
	var ways []carrierRow
	var why string
	may := v.caller.May(staff.OrderReline)
	err = s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		if k, err = flow.Look(tx, v.caller.Scope, n); err != nil {
			return err
		}
		if f := order.MayChange(k.Order); f != nil {
			may, why = false, v.say(f)
		}
		if !may {
			return nil
		}
		if houses, err = v.houses(tx, &k); err != nil {
			return err
		}
		ways, err = v.carriers(tx, &k)
		return err
	})
	if err != nil {
		return err
	}
	taken := ""
	if c := show.claim; c.Actor != "" && c.Actor != v.caller.Actor {
		taken = v.fill("desk_taken", c.Name, int(c.Until.Time().Sub(k.Now.Time()).Minutes())+1)
	}
	left := ""
	if k.Order.DelayUntil > 0 {
		left, _ = v.left(k.Order.DelayUntil, k.Now)
	}
	if show.status == 0 {
		show.status = http.StatusOK
	}
	return s.render(v, show.status, "review_order", map[string]any{"Title": v.word("order") + " " + k.Order.ExternalNo, "Order": k.Order.ID.String(),
		"No": k.Order.ExternalNo, "Shop": k.Shop.Name, "State": v.word("word_" + string(k.Card.Word)), "Class": classOf(k.Card.Word), "Blocked": k.Card.Blocked,
		"Causes": v.causes(&k), "Message": k.Order.BuyerMessage, "Memo": k.Order.SellerMemo, "Contact": k.Recipient, "Lines": v.lines(&k, &orderMore{}),
		"Money": moneyOf(k.Order), "Times": v.times(&k), "Taken": taken, "Delay": left, "Part": v.r.URL.Query().Get("part") == "live", "FormKey": formKey(),
		"Version": k.Order.Version, "May": may, "WhyNot": why, "Houses": houses, "Ways": ways, "Typed": v.typedLines(), "Complaint": show.complaint,
		"Effect": v.effectOf(show.effect, &k)})
}

func (v *visit) causes(k *flow.View) (rows []causeRow) {
	for _, h := range k.Holds {
		if h.ReleasedAt != 0 {
			continue
		}
		step := review.AdviceOn(h.Kind)
		rows = append(rows, causeRow{Reason: pair{h.ReasonZH, h.ReasonEN}.in(v.lang), Rule: h.Source, Ends: v.word("ends_" + string(h.ReleaseHow)),
			Facts: factsOf(h.Facts), Since: v.stampOf(h.PlacedAt, k.Now, k.Shop.TimeZone), Step: pair{step.ZH, step.EN}.in(v.lang)})
	}
	return rows
}

// houseRow is a warehouse that may serve the order and what it has of the goods.
type houseRow struct {
	Code, Name string
	Stock      []supplyRow
	Lacks      int64
	Now        bool
}

// supplyRow is what a warehouse has of what is wanted.
type supplyRow struct {
	Name, Where string
	Want, Has   int64
	Low         bool
}

func (v *visit) supply(list []flow.Supply, k *flow.View) (rows []supplyRow) {
	for _, s := range list {
		rows = append(rows, supplyRow{Name: s.Name, Where: k.Warehouses[s.Warehouse].Name, Want: s.Want, Has: s.Has, Low: s.Has < s.Want})
	}
	return rows
}

func (v *visit) houses(tx *db.Tx, k *flow.View) (rows []houseRow, err error) {
	options, err := flow.WarehouseOptions(tx, k.Order)
	for _, o := range options {
		if v.caller.Scope.HasWarehouse(o.Warehouse) {
			rows = append(rows, houseRow{Code: k.Warehouses[o.Warehouse].Code, Name: k.Warehouses[o.Warehouse].Name, Stock: v.supply(o.Stock, k), Lacks: o.Lacks, Now: o.Now})
		}
	}
	return rows, err
}

// carrierRow is the cheapest service of a carrier that reaches the order's address.
type carrierRow struct {
	Code, Label string
	Now         bool
}

func (v *visit) carriers(tx *db.Tx, k *flow.View) (rows []carrierRow, err error) {
	offers, err := flow.CarrierOptions(tx, k.Order)
	if f := fault.Of(err); err != nil && f.Kind != fault.Internal {
		return nil, nil // nobody goes there now; what holds the order says so
	} else if err != nil {
		return nil, err
	}
	seen := map[id.Carrier]bool{}
	for _, o := range offers {
		if c := k.Carriers[o.Carrier]; !seen[o.Carrier] {
			seen[o.Carrier] = true
			rows = append(rows, carrierRow{Code: c.Code, Now: flow.Prefers(k.Order, c),
				Label: v.fill("desk_way", c.Name, o.Service, price(o.Freight, k.Order.Currency), o.Days)})
		}
	}
	return rows, nil
}

// effectRow is what a change of lines would do, in words.
type effectRow struct {
	Gone, Come, Was, Now, Differs, Who string
	More, Short                        bool
	ShortQty                           int64
	Stock                              []supplyRow
	// Sure are the fields by which it is then done as it was shown.
	Drop, Code, Price string
	Qty               int64
}

func (v *visit) effectOf(e *flow.LineEffect, k *flow.View) *effectRow {
	if e == nil {
		return nil
	}
	cur := k.Order.Currency
	r := &effectRow{Was: price(e.Was, cur), Now: price(e.Now, cur), Differs: price(e.Now-e.Was, cur), More: e.Now > e.Was, Stock: v.supply(e.Stock, k),
		Short: e.Short > 0, ShortQty: e.Short}
	if e.Gone != nil {
		r.Gone, r.Drop = e.Gone.Name+" × "+number(e.Gone.Open()), e.Gone.ID.String()
	}
	if e.Come != nil {
		r.Come, r.Code, r.Qty, r.Price = e.Come.Name+" × "+number(e.Come.Ordered), e.Come.Code, e.Come.Ordered, e.Come.Price.Format(cur)
	}
	switch open := e.Open(); {
	case e.WasCOD > 0:
		r.Who = v.fill("desk_cod", price(e.WasCOD, cur), price(e.NowCOD, cur))
	case open > 0 && k.Order.ChannelState == order.Unpaid:
		r.Who = v.fill("desk_unpaid", price(open, cur))
	case open > 0:
		r.Who = v.fill("desk_owes", price(open, cur))
	case open < 0:
		r.Who = v.fill("desk_refund", price(-open, cur))
	default:
		r.Who = v.word("desk_even")
	}
	return r
}

// typedLines is what the form of a change holds after it was sent.
func (v *visit) typedLines() map[string]string {
	t := map[string]string{}
	for _, name := range []string{"drop", "code", "qty", "price"} {
		t[name] = strings.TrimSpace(v.r.PostFormValue(name))
	}
	return t
}

// factsOf lists what a rule looked at, by name.
func factsOf(text string) (list []fact) {
	var all map[string]any
	if json.Unmarshal([]byte(text), &all) != nil {
		return nil
	}
	for _, name := range sortedKeys(all) {
		value, err := json.Marshal(all[name])
		if err == nil && len(list) < factsShown {
			list = append(list, fact{Key: name, Value: strings.Trim(string(value), `"`)})
		}
	}
	return list
}

const factsShown = 12
