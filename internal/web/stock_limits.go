package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// limitRow is the quota of one shop; Now is what stands there where somebody else
// changed it meanwhile.
type limitRow struct {
	Shop, Name, Qty, Now string
	Used                 int64
	Differs              bool
}

// limitsPage is the page of one SKU in one warehouse.
type limitsPage struct {
	sku       *catalog.SKU
	warehouse inventory.Warehouse
	shops     []shop.Shop
	now       inventory.Limits
}

// limitsPath is the page where the limits of a SKU in a warehouse are set.
func limitsPath(sku, warehouse string) string {
	return skuPath(sku) + "/limits?warehouse=" + url.QueryEscape(warehouse)
}

func (v *visit) limitsPage(tx *db.Tx) (p limitsPage, err error) {
	if p.sku, err = v.sku(tx); err != nil {
		return p, err
	}
	places, err := v.depots(tx)
	if err != nil {
		return p, err
	}
	known := false
	if p.warehouse, known = places.named(v.r.FormValue("warehouse")); !known || p.sku.Bundle {
		return p, errWarehouse
	}
	all, err := shop.All(tx)
	if err != nil {
		return p, err
	}
	for _, s := range all {
		if v.caller.Scope.HasShop(s.ID) {
			p.shops = append(p.shops, s)
		}
	}
	p.now, err = inventory.LimitsOf(tx, inventory.Place{Warehouse: p.warehouse.ID, SKU: p.sku.ID})
	return p, err
}

// limits shows the safety stock and the quotas of a SKU in a warehouse.
func (s *Site) limits(v *visit) error { return s.showLimits(v, http.StatusOK, nil, false) }

// showLimits shows them as they are, or what somebody typed beside what stands there now.
func (s *Site) showLimits(v *visit, status int, c *complaint, stale bool) error {
	var p limitsPage
	if err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) { p, err = v.limitsPage(tx); return err }); err != nil {
		return err
	}
	typed := func(name string, now int64) (qty, stands string) {
		stands = strconv.FormatInt(now, 10)
		if c != nil {
			return v.r.PostFormValue(name), stands
		}
		if now == 0 && name != "safety" {
			return "", stands
		}
		return stands, stands
	}
	safety, safetyNow := typed("safety", p.now.Safety)
	var rows []limitRow
	for _, one := range p.shops {
		r := limitRow{Shop: one.Code, Name: one.Name, Used: p.now.Used[one.ID]}
		r.Qty, r.Now = typed("quota_"+one.Code, p.now.Quotas[one.ID])
		r.Differs = stale && strings.TrimLeft(r.Qty, "0") != strings.TrimLeft(r.Now, "0")
		rows = append(rows, r)
	}
	return s.render(v, status, "stock_limits", map[string]any{"Title": v.word("lim_title") + " " + p.sku.Code, "SKU": p.sku, "Warehouse": p.warehouse, "Path": skuPath(p.sku.Code),
		"Safety": safety, "SafetyNow": safetyNow, "SafetyDiffers": stale && safety != safetyNow, "Rows": rows, "Version": p.now.Version, "Complaint": c,
		"FormKey": formKey(), "May": v.caller.May(staff.StockAdjust) && v.caller.Scope.AllShops, "Stale": stale})
}

// saveLimits sets them. A quota takes from all other shops, so whoever sets one sees
// all shops.
func (s *Site) saveLimits(v *visit) error {
	if !v.caller.Scope.AllShops {
		return errEverywhere
	}
	err := s.act(v, func(tx *db.Tx) (string, error) {
		p, err := v.limitsPage(tx)
		if err != nil {
			return "", err
		}
		wish := inventory.Limits{Place: p.now.Place, Quotas: map[id.Shop]int64{}}
		if wish.Version, err = strconv.ParseInt(v.r.PostFormValue("version"), 10, 64); err != nil {
			return "", errForm
		}
		bad := errLimits
		read := func(name string) (n int64) {
			text := strings.TrimSpace(v.r.PostFormValue(name))
			if text == "" {
				return 0
			}
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil || n < 0 || n > inventory.QtyMax {
				bad = bad.Field(name, "0 到 10,000,000 的整数", "a whole number from 0 to 10,000,000")
			}
			return n
		}
		wish.Safety = read("safety")
		for _, one := range p.shops {
			if n := read("quota_" + one.Code); n > 0 {
				wish.Quotas[one.ID] = n
			}
		}
		if len(bad.Fields) > 0 {
			return "", bad
		}
		_, err = inventory.SetLimits(tx, wish)
		return did(limitsPath(p.sku.Code, p.warehouse.Code), "limits_set", 0, ""), err
	})
	if err == nil {
		return nil
	}
	c, status, rest := v.complain(err)
	if rest != nil {
		return rest
	}
	return s.showLimits(v, status, c, errors.Is(err, inventory.ErrLimits))
}
