package web

import (
	"net/http"
	"strings"

	"baihuo/internal/carrier"
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/money"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// settingRoutes are those of the places of the house: shops, warehouses, and which
// warehouse serves which shop.
func settingRoutes() []Route {
	return []Route{
		{"GET", "/settings", staff.RuleRead, false, (*Site).settings},
		{"POST", "/settings/shops", staff.SystemOperate, false, (*Site).saveShop},
		{"POST", "/settings/warehouses", staff.SystemOperate, false, (*Site).saveWarehouse},
		{"POST", "/settings/routes", staff.SystemOperate, false, (*Site).saveRoute},
	}
}

// settings shows the places of the house within the visitor's scope.
func (s *Site) settings(v *visit) error { return s.showSettings(v, http.StatusOK, nil) }

// shopRow is a shop with the codes of the warehouses that serve it, in order.
type shopRow struct {
	shop.Shop
	KindWord, Serves string
}

func (s *Site) showSettings(v *visit, status int, c *complaint) error {
	var shops []shopRow
	var warehouses []inventory.Warehouse
	var carriers []carrier.Carrier
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		shops, warehouses = nil, nil
		places, err := inventory.Warehouses(tx)
		if err != nil {
			return err
		}
		codes := map[id.Warehouse]string{}
		for _, w := range places {
			codes[w.ID] = w.Code
			if v.caller.Scope.HasWarehouse(w.ID) {
				warehouses = append(warehouses, w)
			}
		}
		if shops, err = v.shopRows(tx, codes); err != nil {
			return err
		}
		carriers, err = carrier.All(tx)
		return err
	})
	if err != nil {
		return err
	}
	return s.render(v, status, "settings", map[string]any{"Title": v.word("settings"), "Shops": shops, "Warehouses": warehouses, "Carriers": carriers,
		"Complaint": c, "FormKey": formKey(), "May": v.caller.May(staff.SystemOperate) && v.everywhere()})
}

func (v *visit) shopRows(tx *db.Tx, codes map[id.Warehouse]string) (rows []shopRow, err error) {
	all, err := shop.All(tx)
	if err != nil {
		return nil, err
	}
	var ids []id.Shop
	for _, one := range all {
		if v.caller.Scope.HasShop(one.ID) {
			ids = append(ids, one.ID)
		}
	}
	routes, err := shop.Routes(tx, ids)
	for _, one := range all {
		if !v.caller.Scope.HasShop(one.ID) {
			continue
		}
		r := shopRow{Shop: one, KindWord: v.wordOr("shop_kind_", string(one.Kind))}
		var serves []string
		for _, w := range routes[one.ID].For("") {
			serves = append(serves, codes[w])
		}
		r.Serves = strings.Join(serves, " › ")
		rows = append(rows, r)
	}
	return rows, err
}

// set does what a form of the settings asks for, or shows it again with why not.
func (s *Site) set(v *visit, do func(tx *db.Tx) error) error {
	if !v.everywhere() {
		return errEverywhere
	}
	err := s.act(v, func(tx *db.Tx) (string, error) { return did("/settings", "settings", 0, ""), do(tx) })
	if err == nil {
		return nil
	}
	c, status, err := v.complain(err)
	if err != nil {
		return err
	}
	for field, say := range c.Fields { // the form is short: each field's sentence stands with the complaint
		c.Say += " " + field + ": " + say
	}
	return s.showSettings(v, status, c)
}

// saveShop opens a shop or changes one by its code.
func (s *Site) saveShop(v *visit) error {
	form := v.r.PostFormValue
	return s.set(v, func(tx *db.Tx) error {
		_, err := shop.Open(tx, []shop.Shop{{Code: form("code"), Name: form("name"), Platform: form("platform"), Kind: shop.Kind(form("kind")),
			Currency: money.Currency(form("currency")), TimeZone: form("time_zone"), ReserveUnpaid: v.flag("reserve_unpaid"), Promises: v.flag("promises")}})
		return err
	})
}

// saveWarehouse opens a warehouse or changes one by its code.
func (s *Site) saveWarehouse(v *visit) error {
	form := v.r.PostFormValue
	return s.set(v, func(tx *db.Tx) error {
		_, err := inventory.OpenWarehouses(tx, []inventory.Warehouse{{Code: form("code"), Name: form("name"), Store: v.flag("store"), Province: form("province"),
			TimeZone: form("time_zone"), CutOff: form("cut_off")}})
		return err
	})
}

// saveRoute sets which warehouses serve a shop, in order, for a province or in general.
func (s *Site) saveRoute(v *visit) error {
	return s.set(v, func(tx *db.Tx) error {
		shops, err := shop.ByCode(tx, []string{v.r.PostFormValue("shop")})
		if err != nil {
			return err
		}
		one, there := shops[v.r.PostFormValue("shop")]
		if !there {
			return shop.ErrMissing
		}
		all, err := inventory.Warehouses(tx)
		if err != nil {
			return err
		}
		var serves []id.Warehouse
		for _, code := range strings.FieldsFunc(v.r.PostFormValue("warehouses"), func(r rune) bool { return strings.ContainsRune(" ,,、>›", r) }) {
			var found id.Warehouse
			for _, w := range all {
				if strings.EqualFold(w.Code, code) {
					found = w.ID
				}
			}
			serves = append(serves, found)
		}
		return shop.SetWarehouses(tx, one.ID, v.r.PostFormValue("province"), serves)
	})
}
