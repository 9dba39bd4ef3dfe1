package shipping

import (
	"context"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/money"
)

// How a number is fetched. Before the carrier is asked, the attempt is written
// down: in doubt until its answer is known, and nobody else tries until
// attempt_until. So whatever dies at whatever moment, whoever comes next sees that
// a number may exist, and looks it up by the key before asking for one. A certain
// refusal takes the doubt away; an unknown one leaves it.

// Carrier is the port to a carrier or to an aggregator of many. Errors are
// faults: Transient, Invalid and the like say that certainly nothing was done;
// Unknown, and any error that is no fault, that it may have been.
type Carrier interface {
	// Number asks for a number under key and gives it.
	Number(ctx context.Context, key string, s Shipment) (number string, err error)
	// Lookup says which number was given under key, if any was.
	Lookup(ctx context.Context, key string) (number string, found bool, err error)
	// Track gives what is known of a number. Package, Waybill and SeenAt of the
	// events are left to the caller.
	Track(ctx context.Context, number string) ([]Event, error)
}

// Shipment is what a carrier is told of a package. It holds no personal data: an
// adapter that must name the recipient asks room customer for it.
type Shipment struct {
	Waybill id.Waybill
	Package id.Package
	Carrier id.Carrier
	Service string
	// Digest is whom the label is for; the adapter refuses when the recipient it
	// finds has another.
	Digest  []byte
	Freight money.Amount
}

// attemptLease is how long an attempt keeps others away. A carrier that takes
// longer is looked up by whoever comes next.
const attemptLease = 2 * time.Minute

// Fetch gets the number of a waybill from its carrier. It returns the function
// that writes the number down, for the transaction that ends the job. A waybill
// that has a number needs nothing more. Faults: ErrMissing, ErrMove for a
// reclaimed one, ErrUnderWay, ErrNoAnswer, and those of the port.
func Fetch(ctx context.Context, d *db.DB, port Carrier, waybill id.Waybill) (finish func(*db.Tx) error, err error) {
	by := db.By{Actor: "errand:waybill", Cause: key(waybill)}
	w, doubt, err := begin(ctx, d, by, waybill)
	if err != nil {
		return nil, err
	}
	if w.Number != "" {
		return func(*db.Tx) error { return nil }, nil
	}
	number, err := ask(ctx, port, w, doubt)
	if err != nil {
		return nil, giveUp(ctx, d, by, w, doubt, err)
	}
	return func(tx *db.Tx) error {
		outcomes, err := Number(tx, []Numbered{{Waybill: waybill, Number: number}})
		if err == nil && outcomes[0].Fault != nil {
			return outcomes[0].Fault
		}
		return err
	}, nil
}

// begin writes down that an attempt is made. doubt says that an earlier one may
// have got a number.
func begin(ctx context.Context, d *db.DB, by db.By, waybill id.Waybill) (w *Waybill, doubt bool, err error) {
	err = d.Write(ctx, by, func(tx *db.Tx) error {
		found, err := lockIDs(tx, []id.Waybill{waybill})
		if err != nil {
			return err
		}
		if w = found[waybill]; w == nil {
			return ErrMissing.With(key(waybill))
		}
		doubt = w.inDoubt
		switch {
		case w.State == StateReclaimed:
			return refuse(w, verbNumber)
		case w.Number != "":
			return nil
		case w.attemptUntil > tx.Now():
			return ErrUnderWay.With(w.Key())
		}
		return attempt(tx, waybill, tx.Now().Add(attemptLease), true)
	})
	return w, doubt, err
}

// ask gets the number under the waybill's key: an earlier one if there may be.
func ask(ctx context.Context, port Carrier, w *Waybill, doubt bool) (string, error) {
	if doubt {
		number, found, err := port.Lookup(ctx, w.Key())
		if found || err != nil {
			return number, err
		}
	}
	number, err := port.Number(ctx, w.Key(), Shipment{Waybill: w.ID, Package: w.Package, Carrier: w.Carrier,
		Service: w.Service, Digest: w.RecipientDigest, Freight: w.Freight})
	if err == nil && number == "" {
		return "", ErrNoAnswer.With(w.Key())
	}
	return number, err
}

// giveUp ends an attempt that brought no number and gives back why. The doubt
// stays unless this and every earlier attempt certainly did nothing. When this
// cannot be written either, the lease runs out and the doubt stands.
func giveUp(ctx context.Context, d *db.DB, by db.By, w *Waybill, doubt bool, why error) error {
	kind := fault.KindOf(why)
	doubt = doubt || kind == fault.Unknown || kind == fault.Internal
	_ = d.Write(context.WithoutCancel(ctx), by, func(tx *db.Tx) error { return attempt(tx, w.ID, 0, doubt) })
	return why
}

// attempt writes how far the errand is. It is no fact of trade: no version moves
// and nothing stands in the journal.
func attempt(tx *db.Tx, waybill id.Waybill, until db.Instant, doubt bool) error {
	_, err := tx.Exec(`/* shipping.attempt */ UPDATE waybills SET attempt_until = $1, in_doubt = $2
		WHERE waybill_id = $3 AND state = 'asked'`, int64(until), doubt, int64(waybill))
	return err
}

// Follow asks the carrier for the news of a waybill, ready for Record. Faults:
// ErrMissing, ErrNotNumbered, and those of the port.
func Follow(ctx context.Context, d *db.DB, port Carrier, waybill id.Waybill) ([]Event, error) {
	var w *Waybill
	err := d.Read(ctx, func(tx *db.Tx) (err error) { w, err = Get(tx, waybill); return err })
	if err != nil {
		return nil, err
	}
	if w.Number == "" {
		return nil, ErrNotNumbered.With(w.Key())
	}
	events, err := port.Track(ctx, w.Number)
	for i := range events {
		events[i].Package, events[i].Waybill = w.Package, w.ID
	}
	return events, err
}
