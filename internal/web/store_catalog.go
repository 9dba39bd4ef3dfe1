package web

import (
	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
)

// tillGoods is one SKU as a till keeps it, so that it can go on without network. Price
// is in minor units; Free is what the counter can sell of it now.
type tillGoods struct {
	Code  string   `json:"c"`
	Name  string   `json:"n"`
	Price int64    `json:"p"`
	Free  int64    `json:"f"`
	Bars  []string `json:"b,omitempty"`
}

// catalogPage is how many SKUs a till is told of at a time.
const catalogPage = 500

// tillCatalog tells a till what the store sells, page by page by code.
func (s *Site) tillCatalog(v *visit) error {
	q := v.r.URL.Query()
	goods, next := []tillGoods{}, ""
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		here, _, _, err := v.storeOf(tx, q.Get("shop"))
		if err != nil {
			return err
		}
		list, err := catalog.List(tx, catalog.Filter{After: q.Get("after"), Limit: catalogPage})
		if err != nil {
			return err
		}
		places, err := flow.CounterPlaces(tx, here.ID)
		if err != nil {
			return err
		}
		free, err := freeAt(tx, list, places)
		if err != nil {
			return err
		}
		for _, k := range list {
			goods = append(goods, tillGoods{Code: k.Code, Name: pair{k.Name, firstWord(k.NameEN, k.Name)}.in(v.lang), Price: int64(k.Price), Free: free[k.ID], Bars: k.Barcodes})
		}
		if len(list) == catalogPage {
			next = list[len(list)-1].Code
		}
		return nil
	})
	return s.tell(v, map[string]any{"goods": goods, "next": next}, err)
}

func firstWord(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// freeAt gives what warehouses can sell of SKUs together; of a bundle, how many its
// scarcest part makes.
func freeAt(tx *db.Tx, list []*catalog.SKU, places []id.Warehouse) (map[id.SKU]int64, error) {
	var all []id.SKU
	for _, k := range list {
		all = append(all, k.ID)
		for _, p := range k.Parts {
			all = append(all, p.SKU)
		}
	}
	levels, err := inventory.Look(tx, all)
	if err != nil {
		return nil, err
	}
	free := map[id.SKU]int64{}
	for _, n := range all {
		free[n] = 0
		for _, w := range places {
			if c := levels.At(inventory.Place{Warehouse: w, SKU: n}); c != nil {
				free[n] += max(c.Free(), 0)
			}
		}
	}
	for _, k := range list {
		for i, p := range k.Parts {
			if makes := free[p.SKU] / p.Qty; i == 0 || makes < free[k.ID] {
				free[k.ID] = makes
			}
		}
	}
	return free, nil
}
