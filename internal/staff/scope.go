package staff

import (
	"slices"
	"strconv"
	"strings"

	"baihuo/internal/id"
)

// Scope says where permits hold: orders by their shop, stock and packages by their
// warehouse. The zero Scope holds nowhere.
type Scope struct {
	AllShops      bool
	Shops         []id.Shop
	AllWarehouses bool
	Warehouses    []id.Warehouse
}

// Everywhere is the scope of who is limited to nothing.
func Everywhere() Scope { return Scope{AllShops: true, AllWarehouses: true} }

// HasShop says that the scope holds in a shop.
func (s Scope) HasShop(shop id.Shop) bool { return s.AllShops || slices.Contains(s.Shops, shop) }

// HasWarehouse says that the scope holds in a warehouse.
func (s Scope) HasWarehouse(w id.Warehouse) bool {
	return s.AllWarehouses || slices.Contains(s.Warehouses, w)
}

// Within says that the scope reaches nowhere beyond other: nobody hands out more
// than they have.
func (s Scope) Within(other Scope) bool {
	if s.AllShops && !other.AllShops || s.AllWarehouses && !other.AllWarehouses {
		return false
	}
	for _, shop := range s.Shops {
		if !other.HasShop(shop) {
			return false
		}
	}
	for _, w := range s.Warehouses {
		if !other.HasWarehouse(w) {
			return false
		}
	}
	return true
}

// everywhere is how "all" stands in a column.
const everywhere = "*"

// encodeIDs writes numbers ascending and each once, so that equal scopes read equal.
func encodeIDs[T ~int64](all bool, ids []T) string {
	if all {
		return everywhere
	}
	var words []string
	for _, n := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		words = append(words, strconv.FormatInt(int64(n), 10))
	}
	return strings.Join(words, " ")
}

// decodeIDs leaves out what is no number: a damaged scope becomes smaller, never
// larger.
func decodeIDs[T ~int64](text string) (all bool, ids []T) {
	if text == everywhere {
		return true, nil
	}
	for _, word := range strings.Fields(text) {
		if n, err := strconv.ParseInt(word, 10, 64); err == nil {
			ids = append(ids, T(n))
		}
	}
	return false, ids
}

func (s Scope) encode() (shops, warehouses string) {
	return encodeIDs(s.AllShops, s.Shops), encodeIDs(s.AllWarehouses, s.Warehouses)
}

func decodeScope(shops, warehouses string) (s Scope) {
	s.AllShops, s.Shops = decodeIDs[id.Shop](shops)
	s.AllWarehouses, s.Warehouses = decodeIDs[id.Warehouse](warehouses)
	return s
}
