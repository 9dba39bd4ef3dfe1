package webhook

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/order"
)

// Reader follows the journal and queues a delivery for each endpoint that asked for
// an event. It holds no state: the cursor and the keys are in the database.
func Reader() journal.Reader { return journal.Reader{Name: "webhook", Handle: follow} }

// keepDelivered is how long deliveries that succeeded are kept. Older events are
// queued no more: whether they were delivered is not known any longer.
const keepDelivered = 30 * 24 * time.Hour

// follow queues what a page of the journal asks for.
func follow(tx *db.Tx, rows []journal.Row) error {
	endpoints, err := enabled(tx)
	if err != nil || len(endpoints) == 0 {
		return err
	}
	oldest := tx.Now().Add(-keepDelivered)
	rows = slices.DeleteFunc(slices.Clone(rows), func(r journal.Row) bool { return told[r.Kind] == "" || r.At < oldest })
	asked := map[id.Endpoint][]journal.Row{}
	scoped := false
	for _, e := range endpoints {
		for _, r := range rows {
			if r.At >= e.Since && wants(e.Kinds, eventOf(r.Kind, r.What)) {
				asked[e.ID] = append(asked[e.ID], r)
				scoped = scoped || len(e.Shops) > 0
			}
		}
	}
	if len(asked) == 0 {
		return nil
	}
	past, err := history(tx, rows)
	if err != nil {
		return err
	}
	shops := map[int64]id.Shop{}
	if scoped {
		if shops, err = shopsOf(tx, rows); err != nil {
			return err
		}
	}
	var list []Delivery
	for _, e := range endpoints {
		for _, r := range asked[e.ID] {
			if !past[r.ID] && e.inShop(shops[r.ID]) {
				list = append(list, Delivery{Endpoint: e.ID, Object: r.ID, Version: r.Version, Kind: r.Kind,
					Event: eventOf(r.Kind, r.What), At: r.At})
			}
		}
	}
	return queue(tx, list)
}

func enabled(tx *db.Tx) ([]Endpoint, error) {
	return db.List(tx, `/* webhook.enabled */ SELECT `+columns+` FROM webhook_endpoints WHERE disabled_at = 0
		ORDER BY endpoint_id LIMIT $1`, scan, listMax)
}

// history gives the orders accepted in rows that were completed elsewhere: what
// became of them was told long ago.
func history(tx *db.Tx, rows []journal.Row) (map[int64]bool, error) {
	var ids []id.Order
	for _, r := range rows {
		if r.Kind == "order" && r.What == "accepted" {
			ids = append(ids, id.Order(r.ID))
		}
	}
	orders, err := order.Get(tx, ids)
	past := map[int64]bool{}
	for _, o := range orders {
		if o.History {
			past[int64(o.ID)] = true
		}
	}
	return past, err
}

// shopsOf gives the shop of each row's object: of an order its own, of a package its
// own, of what belongs to an order or a package theirs, as its payload names it.
func shopsOf(tx *db.Tx, rows []journal.Row) (map[int64]id.Shop, error) {
	orders, packages := map[int64]id.Order{}, map[int64]id.Package{}
	for _, r := range rows {
		var names struct {
			Order   id.Order   `json:"order"`
			Package id.Package `json:"package_id"`
		}
		switch r.Kind {
		case "order":
			orders[r.ID] = id.Order(r.ID)
		case "package":
			packages[r.ID] = id.Package(r.ID)
		default:
			_ = json.Unmarshal([]byte(r.Payload), &names) // what names nothing belongs to no shop
			if names.Order != 0 {
				orders[r.ID] = names.Order
			}
			if names.Package != 0 {
				packages[r.ID] = names.Package
			}
		}
	}
	shops := map[int64]id.Shop{}
	if len(orders) > 0 {
		cards, err := order.Cards(tx, slices.Sorted(maps.Values(orders)))
		if err != nil {
			return nil, err
		}
		for object, o := range orders {
			shops[object] = cards[o].Shop
		}
	}
	places, err := fulfilment.Shops(tx, slices.Sorted(maps.Values(packages)))
	for object, p := range packages {
		shops[object] = places[p]
	}
	return shops, err
}

// queue adds deliveries whose keys are new. Their ids are in the order in which the
// journal told them; they are written in the order of their keys.
func queue(tx *db.Tx, list []Delivery) error {
	if len(list) == 0 {
		return nil
	}
	endpoints := map[id.Endpoint]bool{}
	for i := range list {
		list[i].ID = id.Delivery(tx.NewID())
		endpoints[list[i].Endpoint] = true
	}
	if _, err := db.Lock(tx, "webhook_endpoints", "endpoint_id", slices.Collect(maps.Keys(endpoints))); err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b Delivery) int {
		return cmp.Or(cmp.Compare(a.Endpoint, b.Endpoint), cmp.Compare(a.Object, b.Object), cmp.Compare(a.Version, b.Version))
	})
	rows := tx.Batch(`/* webhook.queue */ INSERT INTO webhook_deliveries (delivery_id, endpoint_id, object_id, version, object_kind,
		event, at, state, due_at) VALUES {rows} ON CONFLICT (endpoint_id, object_id, version) DO NOTHING
		RETURNING endpoint_id, object_id`)
	for _, d := range list {
		rows.Add(int64(d.ID), int64(d.Endpoint), d.Object, d.Version, d.Kind, d.Event, int64(d.At), string(Behind), int64(tx.Now()))
	}
	added := map[id.Endpoint][]int64{}
	err := rows.Each(func(r db.Row) error {
		var e id.Endpoint
		var object int64
		err := r.Scan(&e, &object)
		added[e] = append(added[e], object)
		return err
	})
	for _, e := range slices.Sorted(maps.Keys(added)) {
		if err != nil {
			return err
		}
		err = lineUp(tx, e, added[e])
	}
	return err
}

// lineUp brings the deliveries of objects into line at an endpoint that is locked in
// this transaction: of each object the earliest that is not over may be sent, and
// the later ones stand behind it.
func lineUp(tx *db.Tx, e id.Endpoint, objects []int64) error {
	list, err := db.List(tx, `/* webhook.lineUp */ SELECT `+deliveryColumns+` FROM webhook_deliveries
		WHERE endpoint_id = $1 AND object_id = ANY($2) AND state IN ('behind', 'waiting', 'sending')
		ORDER BY object_id, version`, scanDelivery, e, once(objects))
	if err != nil {
		return err
	}
	advance, yield, err := lined(list)
	if err != nil {
		return err
	}
	if len(yield) > 0 {
		if _, err := tx.Exec(`/* webhook.lineUp */ UPDATE webhook_deliveries SET state = 'behind' WHERE delivery_id = ANY($1)`, yield); err != nil {
			return err
		}
	}
	if len(advance) > 0 {
		_, err = tx.Exec(`/* webhook.lineUp */ UPDATE webhook_deliveries SET state = 'waiting' WHERE delivery_id = ANY($1)`, advance)
	}
	return err
}

// lined decides who of the deliveries that are not over, sorted by object and
// version, goes forward and who steps back. What is being sent cannot be called
// back: everybody else of its object waits until it is over.
func lined(list []Delivery) (advance, yield []id.Delivery, err error) {
	sending := map[int64]bool{}
	for _, d := range list {
		sending[d.Object] = sending[d.Object] || d.State == Sending
	}
	var last int64
	for i, d := range list {
		first := (i == 0 || d.Object != last) && !sending[d.Object]
		last = d.Object
		switch {
		case first && d.State == Behind:
			advance, err = append(advance, d.ID), d.move(verbAdvance, Waiting)
		case !first && d.State == Waiting:
			yield, err = append(yield, d.ID), d.move(verbYield, Behind)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return advance, yield, nil
}
