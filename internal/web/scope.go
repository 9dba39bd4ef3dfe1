package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// places are all shops and warehouses of the house, by which scopes are chosen.
type places struct {
	shops      []shop.Shop
	warehouses []inventory.Warehouse
}

func (s *Site) places(v *visit) (all places, err error) {
	err = s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		if all.shops, err = shop.All(tx); err != nil {
			return err
		}
		all.warehouses, err = inventory.Warehouses(tx)
		return err
	})
	return all, err
}

// words tells a scope by the names of its places.
func (all places) words(v *visit, scope staff.Scope) string {
	shops, warehouses := v.word("all_shops"), v.word("all_warehouses")
	if !scope.AllShops {
		var names []string
		for _, one := range all.shops {
			if scope.HasShop(one.ID) {
				names = append(names, one.Name)
			}
		}
		shops = v.orNone(names, "no_shops")
	}
	if !scope.AllWarehouses {
		var names []string
		for _, w := range all.warehouses {
			if scope.HasWarehouse(w.ID) {
				names = append(names, w.Name)
			}
		}
		warehouses = v.orNone(names, "no_warehouses")
	}
	return shops + " · " + warehouses
}

func (v *visit) orNone(names []string, none string) string {
	if len(names) == 0 {
		return v.word(none)
	}
	return strings.Join(names, v.word("and"))
}

func (s *Site) scopeWords(v *visit, scope staff.Scope) (string, error) {
	all, err := s.places(v)
	return all.words(v, scope), err
}

// choice is one box to tick.
type choice struct {
	Value, Label string
	Chosen, Off  bool
}

// scopeForm is what the part of a form shows that chooses a scope. Nobody is offered
// what lies beyond their own.
type scopeForm struct {
	AllShops, AllWarehouses       bool
	MayAllShops, MayAllWarehouses bool
	Shops, Warehouses             []choice
}

func (all places) form(v *visit, chosen staff.Scope) scopeForm {
	own := v.caller.Scope
	f := scopeForm{AllShops: chosen.AllShops, AllWarehouses: chosen.AllWarehouses, MayAllShops: own.AllShops, MayAllWarehouses: own.AllWarehouses}
	for _, one := range all.shops {
		if on := slices.Contains(chosen.Shops, one.ID); on || own.HasShop(one.ID) {
			f.Shops = append(f.Shops, choice{Value: number64(int64(one.ID)), Label: one.Code + " " + one.Name, Chosen: on})
		}
	}
	for _, w := range all.warehouses {
		if on := slices.Contains(chosen.Warehouses, w.ID); on || own.HasWarehouse(w.ID) {
			f.Warehouses = append(f.Warehouses, choice{Value: number64(int64(w.ID)), Label: w.Code + " " + w.Name, Chosen: on})
		}
	}
	return f
}

func number64(n int64) string { return strconv.FormatInt(n, 10) }

// scopeOf reads the scope of a form, leaving out places that do not exist.
func (all places) scopeOf(form url.Values) (scope staff.Scope) {
	scope.AllShops, scope.AllWarehouses = form.Get("all_shops") == "1", form.Get("all_warehouses") == "1"
	for _, one := range all.shops {
		if !scope.AllShops && slices.Contains(form["shop"], number64(int64(one.ID))) {
			scope.Shops = append(scope.Shops, one.ID)
		}
	}
	for _, w := range all.warehouses {
		if !scope.AllWarehouses && slices.Contains(form["warehouse"], number64(int64(w.ID))) {
			scope.Warehouses = append(scope.Warehouses, w.ID)
		}
	}
	return scope
}

// staffOf reads whom an address names. Fault: staff.ErrMissing.
func staffOf(v *visit) (id.Staff, error) {
	n, ok := id.Parse("S", v.r.PathValue("id"))
	if !ok {
		return 0, staff.ErrMissing
	}
	return id.Staff(n), nil
}
