package review

import (
	"baihuo/internal/db"
)

const holdColumns = `hold_id, order_id, line_id, package_id, kind, handle, reason_zh, reason_en, source, facts, blocks,
	release_how, deadline, needs_person, placed_at, placed_by, released_at, released_by, released_why, version, shop_id`

func scanHold(r db.Row) (h Hold, err error) {
	return h, r.Scan(&h.ID, &h.Order, &h.Line, &h.Package, &h.Kind, &h.Handle, &h.ReasonZH, &h.ReasonEN, &h.Source,
		&h.Facts, &h.Blocks, &h.ReleaseHow, &h.Deadline, &h.NeedsPerson, &h.PlacedAt, &h.PlacedBy,
		&h.ReleasedAt, &h.ReleasedBy, &h.ReleasedWhy, &h.Version, &h.Shop)
}

func (h *Hold) values() []any {
	return []any{int64(h.ID), int64(h.Order), int64(h.Line), int64(h.Package), h.Kind, h.Handle, h.ReasonZH, h.ReasonEN,
		h.Source, h.Facts, string(h.Blocks), string(h.ReleaseHow), int64(h.Deadline), h.NeedsPerson, int64(h.PlacedAt),
		h.PlacedBy, int64(h.ReleasedAt), h.ReleasedBy, h.ReleasedWhy, h.Version, int64(h.Shop)}
}

// raw_cipher is left out: it may be large, and Raw alone reads it.
const exceptionColumns = `exception_id, kind, unique_key, order_id, shop_id, zh, en, detail, opened_at, due_at, owner, owned_at,
	closed_at, closed_by, closed_how, version`

func scanException(r db.Row) (e Exception, err error) {
	return e, r.Scan(&e.ID, &e.Kind, &e.Key, &e.Order, &e.Shop, &e.ZH, &e.EN, &e.Detail, &e.OpenedAt, &e.DueAt, &e.Owner,
		&e.OwnedAt, &e.ClosedAt, &e.ClosedBy, &e.ClosedHow, &e.Version)
}
