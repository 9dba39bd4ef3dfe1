package web

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/finance"
	"baihuo/internal/id"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// storeRoutes are those of the store: the till, hand-out, shifts.
func storeRoutes() []Route {
	const sell, undo, give = staff.OrderPlace, staff.OrderCancel, staff.PackageShip
	return []Route{
		{"GET", "/store/new", sell, false, (*Site).till},
		{"GET", "/store/worker.js", staff.Public, false, (*Site).tillWorker},
		{"GET", "/store/catalog", sell, false, (*Site).tillCatalog},
		{"POST", "/store/customer", sell, false, (*Site).tillCustomer},
		{"POST", "/store/sale", sell, false, (*Site).tillSale},
		{"GET", "/store/held", sell, false, (*Site).heldSales},
		{"POST", "/store/held", sell, false, (*Site).holdSale},
		{"POST", "/store/held/{id}", sell, false, (*Site).recallSale},
		{"GET", "/store/receipt/{id}", sell, false, (*Site).receipt},
		{"POST", "/store/receipt/{id}", sell, false, (*Site).printReceipt},
		{"POST", "/store/sale/{id}/void", undo, false, (*Site).voidSale},

		{"GET", "/store/pickup", give, false, (*Site).pickups},
		{"POST", "/store/pickup/{id}", give, false, (*Site).handOut},
		{"POST", "/store/pickup/{id}/packing", staff.PackagePack, false, (*Site).makeReady},

		{"GET", "/store/shift", sell, false, (*Site).shift},
		{"POST", "/store/shift", sell, false, (*Site).openShift},
		{"GET", "/store/shift/{id}", sell, false, (*Site).pastShift},
		{"POST", "/store/shift/{id}/cash", sell, false, (*Site).moveCash},
		{"POST", "/store/shift/{id}/close", sell, false, (*Site).closeShift},
	}
}

var (
	errNoStore = fault.New(fault.Forbidden, "store_none", "您的权限范围内没有门店;请让管理员把门店加入您的店铺范围",
		"No store lies within your scope; ask an administrator to add one")
	errTillForm = fault.New(fault.Invalid, "till_unreadable", "收银台送来的内容无法识别,没有入账;请刷新页面后重试",
		"What the till sent cannot be read and nothing was booked; reload the page and try again")
)

// stores are the shops of a visitor's scope that have a counter, by code.
func stores(tx *db.Tx, scope staff.Scope) ([]shop.Shop, error) {
	all, err := shop.All(tx)
	return slices.DeleteFunc(all, func(s shop.Shop) bool {
		return s.Kind != shop.Store && s.Kind != shop.Counter || !scope.HasShop(s.ID)
	}), err
}

// storeOf gives the store that a request names, else that of the visitor's open
// shift, else their first. Fault: errNoStore.
func (v *visit) storeOf(tx *db.Tx, code string) (here shop.Shop, all []shop.Shop, mine *finance.Shift, err error) {
	if all, err = stores(tx, v.caller.Scope); err != nil {
		return here, nil, nil, err
	}
	if mine, err = finance.ShiftOf(tx, v.caller.Actor); err != nil {
		return here, nil, nil, err
	}
	for _, s := range all {
		if code == "" && mine != nil && s.ID == mine.Shop || code != "" && s.Code == shop.Fold(code) {
			return s, all, mine, nil
		}
	}
	if code != "" || len(all) == 0 {
		return here, nil, nil, errNoStore
	}
	return all[0], all, mine, nil
}

// choices turns stores into a choice.
func storeChoices(all []shop.Shop, here id.Shop) (list []choice) {
	for _, s := range all {
		list = append(list, choice{Value: s.Code, Label: cmp.Or(s.Name, s.Code), Chosen: s.ID == here})
	}
	return list
}

// tell answers a script: a value, or a refusal as a sentence in the visitor's language.
func (s *Site) tell(v *visit, value any, err error) error {
	status := http.StatusOK
	if err != nil {
		f := fault.Of(err)
		if status = statusOf(f); status == 0 || status >= 500 {
			status = max(status, http.StatusInternalServerError)
			s.cfg.Log.Error("till failed", "route", v.r.Pattern, "error", err)
		}
		say := v.say(f)
		for i, field := range f.Fields {
			if i < 5 {
				say += ";" + pair{field.ZH, field.EN}.in(v.lang)
			}
		}
		value = map[string]any{"code": f.Code, "say": say}
	}
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	send(v.w, v.r, status, body, func() []byte { return squeeze(body, 1) })
	return nil
}
