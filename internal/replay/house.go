package replay

import (
	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/intake"
	"baihuo/internal/inventory"
	"baihuo/internal/money"
	"baihuo/internal/shop"
)

// code is that of the shop and of its store.
const code = "REPLAY"

// house is where the replay happens: a shop that sells over the counter of one store.
type house struct {
	shop  shop.Shop
	store id.Warehouse
}

// openHouse opens the shop and its store where they are missing. The real file is a
// British seller's; any other is taken for a Chinese one's.
func openHouse(tx *db.Tx, profile string) (h house, err error) {
	h.shop = shop.Shop{Code: code, Name: "历史回放 / replay", Platform: "store", Kind: shop.Counter,
		Currency: money.CNY, TimeZone: "Asia/Shanghai"}
	if profile == intake.ProfileUCI {
		h.shop.Currency, h.shop.TimeZone = money.GBP, "Europe/London"
	}
	stores, err := inventory.OpenWarehouses(tx, []inventory.Warehouse{
		{Code: code, Name: "历史回放 / replay", Store: true, TimeZone: h.shop.TimeZone},
	})
	if err != nil {
		return h, err
	}
	shops, err := shop.Open(tx, []shop.Shop{h.shop})
	if err != nil {
		return h, err
	}
	h.shop, h.store = shops[0], stores[0].ID
	return h, shop.SetWarehouses(tx, h.shop.ID, "", []id.Warehouse{h.store})
}

func (h house) place(sku id.SKU) inventory.Place {
	return inventory.Place{Warehouse: h.store, SKU: sku}
}
