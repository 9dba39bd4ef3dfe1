package order

import (
	"encoding/hex"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Edit is what a person changes on an order; nil leaves a field alone.
type Edit struct {
	SellerMemo *string
	Flag       *int
	Label      *string
	Tags       *string
	Wishes     *Wishes
	Invoice    *SealedInvoice
	ShipBy     *db.Instant
}

// Change applies a person's edit to o, which is locked, and remembers what the
// channel had said, so that a later message does not undo it.
func (e Edit) Change(tx *db.Tx, o *Order) error {
	if o.Ended() {
		return ErrEnded
	}
	c := checker{}
	n := *o
	var names []string
	note := func(name string) { names = append(names, name) }
	if e.SellerMemo != nil {
		c.text("seller_memo", *e.SellerMemo, TextMax, false)
		n.SellerMemo = *e.SellerMemo
		note("seller_memo")
	}
	if e.Flag != nil {
		if *e.Flag < 0 || *e.Flag > 5 {
			c.add("flag", "旗帜只能是 0 到 5", "the flag is 0 to 5")
		}
		n.Flag = *e.Flag
		note("flag")
	}
	if e.Label != nil {
		c.text("label", *e.Label, labelMax, false)
		n.Label = *e.Label
		note("label")
	}
	if e.Tags != nil {
		c.text("tags", *e.Tags, TextMax, false)
		n.Tags = *e.Tags
		note("tags")
	}
	if e.Wishes != nil {
		n.Wishes = jsonOrEmpty(e.Wishes, Wishes{}.empty(*e.Wishes))
		note("wishes")
	}
	if e.Invoice != nil {
		n.Invoice = *e.Invoice
		note("invoice")
	}
	if e.ShipBy != nil {
		n.ShipBy = *e.ShipBy
		note("ship_by")
	}
	if c.fault != nil {
		return c.fault
	}
	edited, was := o.edits(), *o
	var changed []string
	for _, f := range fields {
		for _, name := range names {
			if f.name != name || f.equal(f.get(o), f.get(&n)) {
				continue
			}
			if _, before := edited[name]; !before {
				edited[name] = f.get(o)
			}
			f.set(o, &n)
			changed = append(changed, name)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	o.Edited = jsonOrEmpty(edited, false)
	if err := save(tx, o, nil, "edited", map[string]any{"changed": changed}); err != nil {
		return err
	}
	return record(tx, o, differences(&was, o, changed))
}

// Redirect gives the order another recipient. byPerson remembers the digest that
// the channel had told, so that its next message does not undo it.
func Redirect(tx *db.Tx, o *Order, to id.Recipient, region string, was []byte, byPerson bool) error {
	if byPerson {
		edited := o.edits()
		if _, before := edited["contact"]; !before {
			edited["contact"] = hex.EncodeToString(was)
		}
		o.Edited = jsonOrEmpty(edited, false)
	}
	o.Recipient, o.Region = to, region
	return save(tx, o, nil, "redirected", map[string]any{"by_person": byPerson, "region": region})
}
