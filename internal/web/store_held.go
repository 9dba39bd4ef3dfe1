package web

import (
	"encoding/json"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

var (
	errHeldMissing = fault.New(fault.Missing, "held_missing", "这张挂单已被取走", "The held sale was taken up by somebody else")
	errHeldMany    = fault.New(fault.Busy, "held_many", "挂单已满,请先取单处理", "Too many sales are held; take some up first")
)

const (
	heldMost  = 50
	heldLabel = 40
)

// heldRow is one sale laid aside, as the till lists it.
type heldRow struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	At    string `json:"at"`
}

// heldSales lists what a store laid aside, the newest first.
func (s *Site) heldSales(v *visit) error {
	rows := []heldRow{}
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		here, _, _, err := v.storeOf(tx, v.r.URL.Query().Get("shop"))
		if err != nil {
			return err
		}
		return tx.Each(`/* web.heldSales */ SELECT held_id, label, held_at FROM web_held_sales WHERE shop_id = $1
			ORDER BY held_id DESC LIMIT $2`, func(r db.Row) error {
			var n int64
			var label string
			var at db.Instant
			err := r.Scan(&n, &label, &at)
			rows = append(rows, heldRow{ID: id.Text("H", n), Label: label, At: at.Time().In(zone(here.TimeZone)).Format("15:04")})
			return err
		}, here.ID, heldMost)
	})
	return s.tell(v, map[string]any{"held": rows}, err)
}

// holdSale lays a sale aside for any till of the store. What it holds of a customer is
// sealed.
func (s *Site) holdSale(v *visit) error {
	form := v.r.PostForm
	doc, label := form.Get("document"), form.Get("label")
	if !json.Valid([]byte(doc)) || !utf8.ValidString(label) || utf8.RuneCountInString(label) > heldLabel {
		return s.tell(v, nil, errTillForm)
	}
	_, _, err := s.once(v, func(tx *db.Tx) (string, error) {
		here, _, _, err := v.storeOf(tx, form.Get("shop"))
		if err != nil {
			return "", err
		}
		n, err := tx.Number(`/* web.holdSale */ SELECT COUNT(*) FROM web_held_sales WHERE shop_id = $1`, here.ID)
		if err == nil && n >= heldMost {
			err = errHeldMany
		}
		if err != nil {
			return "", err
		}
		_, err = tx.Exec(`/* web.holdSale */ INSERT INTO web_held_sales (held_id, shop_id, actor, label, document, held_at)
			VALUES ($1, $2, $3, $4, $5, $6)`, tx.NewID(), here.ID, v.caller.Actor, label, doc, tx.Now())
		return "held", err
	})
	return s.tell(v, map[string]any{}, err)
}

// recallSale hands a held sale to the till that asks for it, and to no other. Asked
// again with the same key it gives the same, should the answer have been lost.
func (s *Site) recallSale(v *visit) error {
	n, ok := id.Parse("H", v.r.PathValue("id"))
	if !ok {
		return s.tell(v, nil, errHeldMissing)
	}
	doc, _, err := s.once(v, func(tx *db.Tx) (string, error) { return takeHeld(tx, v.caller.Scope, n) })
	return s.tell(v, map[string]any{"document": doc}, err)
}

func takeHeld(tx *db.Tx, scope staff.Scope, n int64) (doc string, err error) {
	var at id.Shop
	found, err := tx.One(`/* web.takeHeld */ SELECT document, shop_id FROM web_held_sales WHERE held_id = $1`, []any{&doc, &at}, n)
	if err != nil {
		return "", err
	}
	if !found || !scope.HasShop(at) {
		return "", errHeldMissing
	}
	gone, err := tx.Exec(`/* web.takeHeld */ DELETE FROM web_held_sales WHERE held_id = $1`, n)
	if err == nil && gone == 0 {
		err = errHeldMissing
	}
	return doc, err
}

// shopName gives what a store is called.
func shopName(s shop.Shop) string { return firstWord(s.Name, s.Code) }
