package fulfilment

import (
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

const (
	columns = `package_id, warehouse_id, shop_id, state, recipient_id, recipient_digest, region, pick_list_id,
		carrier_id, service, weight_g, stop, ship_by, planned_at, released_at, packed_at, handed_over_at, ended_at, version`
	itemColumns = `package_id, line_id, order_id, sku_id, qty`
)

func scan(r db.Row) (*Package, error) {
	p := &Package{}
	return p, r.Scan(&p.ID, &p.Warehouse, &p.Shop, &p.State, &p.Recipient, &p.RecipientDigest, &p.Region, &p.PickList,
		&p.Carrier, &p.Service, &p.WeightG, &p.Stop, &p.ShipBy, &p.PlannedAt, &p.ReleasedAt, &p.PackedAt,
		&p.HandedOverAt, &p.EndedAt, &p.Version)
}

func insert(tx *db.Tx, packages []*Package) error {
	rows := tx.Batch(`/* fulfilment.insert */ INSERT INTO packages (` + columns + `) VALUES {rows}`)
	items := tx.Batch(`/* fulfilment.insert */ INSERT INTO package_items (` + itemColumns + `) VALUES {rows}`)
	for _, p := range packages {
		rows.Add(int64(p.ID), int64(p.Warehouse), int64(p.Shop), string(p.State), int64(p.Recipient),
			stored(p.RecipientDigest), p.Region, int64(p.PickList), int64(p.Carrier), p.Service, p.WeightG, p.Stop, int64(p.ShipBy), int64(p.PlannedAt),
			int64(p.ReleasedAt), int64(p.PackedAt), int64(p.HandedOverAt), int64(p.EndedAt), p.Version)
		for _, it := range p.Items {
			items.Add(int64(p.ID), int64(it.Line), int64(it.Order), int64(it.SKU), it.Qty)
		}
	}
	if _, err := rows.Run(); err != nil {
		return err
	}
	_, err := items.Run()
	return err
}

// stored keeps an absent digest from becoming NULL.
func stored(digest []byte) []byte {
	if digest == nil {
		return []byte{}
	}
	return digest
}

// update writes what may change of packages. The count says whether each still
// had the version that the change was decided on.
func update(tx *db.Tx, packages []*Package) error {
	rows := tx.Batch(`/* fulfilment.update */ WITH v (package_id, was, state, recipient_id, recipient_digest, region,
		pick_list_id, carrier_id, service, weight_g, stop, released_at, packed_at, handed_over_at, ended_at) AS (VALUES {rows})
		UPDATE packages SET state = v.state, recipient_id = v.recipient_id, recipient_digest = v.recipient_digest,
		region = v.region, pick_list_id = v.pick_list_id, carrier_id = v.carrier_id, service = v.service,
		weight_g = v.weight_g, stop = v.stop, released_at = v.released_at, packed_at = v.packed_at,
		handed_over_at = v.handed_over_at, ended_at = v.ended_at, version = packages.version + 1
		FROM v WHERE packages.package_id = v.package_id AND packages.version = v.was`,
		"BIGINT", "BIGINT", "TEXT", "BIGINT", "BYTEA", "TEXT", "BIGINT", "BIGINT", "TEXT", "BIGINT", "TEXT",
		"BIGINT", "BIGINT", "BIGINT", "BIGINT")
	for _, p := range packages {
		rows.Add(int64(p.ID), p.Version-1, string(p.State), int64(p.Recipient), stored(p.RecipientDigest), p.Region,
			int64(p.PickList), int64(p.Carrier), p.Service, p.WeightG, p.Stop, int64(p.ReleasedAt), int64(p.PackedAt),
			int64(p.HandedOverAt), int64(p.EndedAt))
	}
	n, err := rows.Run()
	if err == nil && n != int64(rows.Len()) {
		return ErrDrift
	}
	return err
}

// load gives packages with their items, by id; one that does not exist is
// absent. With lock nobody else changes them until the transaction ends.
func load(tx *db.Tx, ids []id.Package, lock bool) (map[id.Package]*Package, error) {
	found := make(map[id.Package]*Package, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	text := `/* fulfilment.load */ SELECT ` + columns + ` FROM packages WHERE package_id = ANY($1) ORDER BY package_id`
	if lock {
		text += ` FOR UPDATE`
	}
	packages, err := db.List(tx, text, scan, sorted(ids))
	if err != nil {
		return nil, err
	}
	for _, p := range packages {
		found[p.ID] = p
	}
	return found, fill(tx, found, ids)
}

// fill gives the packages their items.
func fill(tx *db.Tx, packages map[id.Package]*Package, ids []id.Package) error {
	return tx.Each(`/* fulfilment.fill */ SELECT `+itemColumns+` FROM package_items
		WHERE package_id = ANY($1) ORDER BY package_id, line_id`, func(r db.Row) error {
		var pack id.Package
		var it Item
		if err := r.Scan(&pack, &it.Line, &it.Order, &it.SKU, &it.Qty); err != nil {
			return err
		}
		if p := packages[pack]; p != nil {
			p.Items = append(p.Items, it)
		}
		return nil
	}, sorted(ids))
}

func sorted[K ~int64](ids []K) []K { return slices.Compact(slices.Sorted(slices.Values(ids))) }
