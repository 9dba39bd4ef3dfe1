package flow

import (
	"fmt"

	"baihuo/internal/carrier"
	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/job"
	"baihuo/internal/journal"
	"baihuo/internal/order"
	"baihuo/internal/shipping"
)

// JobWaybill asks a carrier for a number; its key is the waybill.
const JobWaybill = "waybill"

// WaybillJob is the payload of JobWaybill.
type WaybillJob struct {
	Waybill id.Waybill `json:"waybill"`
}

// Pick says that all goods of packages have been picked. Outcomes are in the
// order given; a package that may not be picked (stopped, voided) is refused and
// the others go on.
func Pick(tx *db.Tx, packages []id.Package) ([]fault.Outcome[*fulfilment.Package], error) {
	outcomes, _, err := step(tx, packages, "picked", func(ids []id.Package) ([]fault.Outcome[*fulfilment.Package], error) {
		return fulfilment.Pick(tx, ids)
	}, inventory.Pick, func(c *order.Change, n int64) { c.Picked = n })
	return outcomes, err
}

// Pack says that packages are packed and weighed, chooses their carrier and asks
// for a waybill number. What is sold over the counter or fetched in the store needs
// neither: see Collect.
func Pack(tx *db.Tx, list []fulfilment.Packing) ([]fault.Outcome[*fulfilment.Package], error) {
	ids := make([]id.Package, len(list))
	for i, p := range list {
		ids[i] = p.Package
	}
	outcomes, orders, err := step(tx, ids, "packed", func([]id.Package) ([]fault.Outcome[*fulfilment.Package], error) {
		return fulfilment.Pack(tx, list)
	}, nil, func(c *order.Change, n int64) { c.Packed = n })
	if err != nil {
		return nil, err
	}
	carried, err := goByCarrier(tx, orders, went(outcomes))
	if err != nil {
		return nil, err
	}
	return outcomes, chooseCarrier(tx, carried)
}

// HandOver says that the carrier took packages: the goods leave the house. A
// package without a number, or with a label made for another address, stays.
func HandOver(tx *db.Tx, packages []id.Package) ([]fault.Outcome[*fulfilment.Package], error) {
	orders, locked, err := lockPackages(tx, packages)
	if err != nil {
		return nil, err
	}
	refused := map[id.Package]*fault.Fault{}
	var using []shipping.Using
	for _, p := range locked {
		if f := p.MayHandOver(); f != nil {
			refused[p.ID] = f
		} else {
			using = append(using, shipping.Using{Package: p.ID, Digest: p.RecipientDigest})
		}
	}
	labels, err := shipping.Use(tx, using)
	if err != nil {
		return nil, err
	}
	var ready []id.Package
	for i, l := range labels {
		if l.Fault != nil {
			refused[using[i].Package] = l.Fault
		} else {
			ready = append(ready, using[i].Package)
		}
	}
	handed, err := fulfilment.HandOver(tx, ready)
	if err != nil {
		return nil, err
	}
	for _, h := range handed {
		if h.Fault != nil {
			return nil, h.Fault // it was looked at under lock: a fault here undoes all
		}
	}
	return inOrder(packages, handed, ready, refused), leave(tx, orders, went(handed))
}

// leave takes the goods of packages out of stock and tells the order lines.
func leave(tx *db.Tx, orders []*order.Order, gone []*fulfilment.Package) error {
	if len(gone) == 0 {
		return nil
	}
	if _, err := inventory.Ship(tx, packageIDs(gone)); err != nil {
		return err
	}
	err := order.Move(tx, orders, "shipped", changes(gone, func(c *order.Change, n int64) {
		c.Shipped, c.Reserved, c.Allocated = n, -n, -n
	}))
	if err != nil {
		return err
	}
	return refresh(tx, orders)
}

// step is what picking and packing share: packages move, stock follows, the
// order lines follow, the cards are shown. It gives the orders of the packages.
func step(tx *db.Tx, ids []id.Package, what string, move func([]id.Package) ([]fault.Outcome[*fulfilment.Package], error),
	stock func(*db.Tx, []id.Package) error, set func(*order.Change, int64)) ([]fault.Outcome[*fulfilment.Package], []*order.Order, error) {
	orders, _, err := lockPackages(tx, ids)
	if err != nil {
		return nil, nil, err
	}
	outcomes, err := move(ids)
	if err != nil {
		return nil, nil, err
	}
	moved := went(outcomes)
	if len(moved) == 0 {
		return outcomes, orders, nil
	}
	if stock != nil {
		if err := stock(tx, packageIDs(moved)); err != nil {
			return nil, nil, err
		}
	}
	if err := order.Move(tx, orders, what, changes(moved, set)); err != nil {
		return nil, nil, err
	}
	return outcomes, orders, refresh(tx, orders)
}

func went(outcomes []fault.Outcome[*fulfilment.Package]) (moved []*fulfilment.Package) {
	for _, o := range outcomes {
		if o.Fault == nil {
			moved = append(moved, o.Value)
		}
	}
	return moved
}

func inOrder(asked []id.Package, handed []fault.Outcome[*fulfilment.Package], ready []id.Package,
	refused map[id.Package]*fault.Fault) []fault.Outcome[*fulfilment.Package] {
	byID := map[id.Package]fault.Outcome[*fulfilment.Package]{}
	for i, o := range handed {
		byID[ready[i]] = o
	}
	outcomes := make([]fault.Outcome[*fulfilment.Package], len(asked))
	for i, p := range asked {
		o, went := byID[p]
		switch {
		case went:
			outcomes[i] = o
		case refused[p] != nil:
			outcomes[i] = fault.Refused[*fulfilment.Package](refused[p])
		default:
			outcomes[i] = fault.Refused[*fulfilment.Package](fulfilment.ErrMissing.With(p))
		}
	}
	return outcomes
}

// chooseCarrier takes the cheapest service that reaches each package, and that the
// wishes of its orders allow, and has the waybill asked for. Where none does, the package is stopped and says why.
func chooseCarrier(tx *db.Tx, packages []*fulfilment.Package) error {
	if len(packages) == 0 {
		return nil
	}
	shipments, err := shipmentsOf(tx, packages)
	if err != nil {
		return err
	}
	offers, err := carrier.Quote(tx, shipments)
	if err != nil {
		return err
	}
	if err := wished(tx, packages, offers); err != nil {
		return err
	}
	var assign []fulfilment.Assignment
	var asks []shipping.Asking
	var stops []fulfilment.Stopping
	for i, p := range packages {
		if f := offers[i].Fault; f != nil {
			stops = append(stops, fulfilment.Stopping{Package: p.ID, Why: f.ZH})
			continue
		}
		best := offers[i].Value[0]
		assign = append(assign, fulfilment.Assignment{Package: p.ID, Carrier: best.Carrier, Service: best.Service})
		asks = append(asks, shipping.Asking{Package: p.ID, Carrier: best.Carrier, Service: best.Service,
			Digest: p.RecipientDigest, Freight: best.Freight})
	}
	if _, err := fulfilment.Assign(tx, assign); err != nil {
		return err
	}
	if _, err := fulfilment.Stop(tx, stops); err != nil {
		return err
	}
	return askNumbers(tx, asks)
}

func shipmentsOf(tx *db.Tx, packages []*fulfilment.Package) ([]carrier.Shipment, error) {
	places, err := inventory.Warehouses(tx)
	if err != nil {
		return nil, err
	}
	origin := map[id.Warehouse]string{}
	for _, w := range places {
		origin[w.ID] = w.Province
	}
	weights, err := weightsOf(tx, packages)
	if err != nil {
		return nil, err
	}
	list := make([]carrier.Shipment, len(packages))
	for i, p := range packages {
		weight := p.WeightG
		if weight == 0 {
			weight = weights[i]
		}
		list[i] = carrier.Shipment{Origin: origin[p.Warehouse], Region: p.Region, WeightG: max(weight, 1)}
	}
	return list, nil
}

// weightsOf adds up what the catalog says the goods weigh, in grams.
func weightsOf(tx *db.Tx, packages []*fulfilment.Package) ([]int64, error) {
	var skus []id.SKU
	for _, p := range packages {
		for _, it := range p.Items {
			skus = append(skus, it.SKU)
		}
	}
	known, err := catalog.Get(tx, skus)
	if err != nil {
		return nil, err
	}
	weights := make([]int64, len(packages))
	for i, p := range packages {
		for _, it := range p.Items {
			if s := known[it.SKU]; s != nil {
				weights[i] += s.WeightG * it.Qty
			}
		}
	}
	return weights, nil
}

func askNumbers(tx *db.Tx, asks []shipping.Asking) error {
	outcomes, err := shipping.Ask(tx, asks)
	if err != nil {
		return err
	}
	var jobs []job.Job
	for _, o := range outcomes {
		if o.Fault != nil {
			return o.Fault
		}
		jobs = append(jobs, job.Job{Kind: JobWaybill, Key: fmt.Sprintf("waybill-%d", o.Value.ID),
			Payload: journal.JSON(WaybillJob{Waybill: o.Value.ID}), RunAt: tx.Now(), AttemptsMax: 20})
	}
	_, err = job.Enqueue(tx, jobs)
	return err
}

// Number writes down numbers that a carrier gave outside of the hub, for packages
// whose waybills were asked for. Outcomes are in the order given. Faults of a member:
// shipping.ErrNone for a package without a live waybill, and those of
// shipping.Number.
func Number(tx *db.Tx, packages []id.Package, numbers map[id.Package]string) ([]fault.Outcome[*shipping.Waybill], error) {
	orders, _, err := lockPackages(tx, packages)
	if err != nil {
		return nil, err
	}
	waybills, err := shipping.OfPackages(tx, packages)
	if err != nil {
		return nil, err
	}
	outcomes := make([]fault.Outcome[*shipping.Waybill], len(packages))
	var list []shipping.Numbered
	var at []int
	for i, p := range packages {
		w := waybills[p]
		if w == nil {
			outcomes[i] = fault.Refused[*shipping.Waybill](shipping.ErrNone.With(p))
			continue
		}
		list, at = append(list, shipping.Numbered{Waybill: w.ID, Number: numbers[p]}), append(at, i)
	}
	given, err := shipping.Number(tx, list)
	if err != nil {
		return nil, err
	}
	for j, i := range at {
		outcomes[i] = given[j]
	}
	return outcomes, refresh(tx, orders)
}
