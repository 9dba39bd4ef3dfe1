package flow

import (
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/order"
)

func unique(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

func appendOnce[T comparable](list []T, v T) []T {
	if slices.Contains(list, v) {
		return list
	}
	return append(list, v)
}

func keysOf[K ~int64, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// province gives the two digits of a division code that name the province.
func province(region string) string {
	if len(region) < 2 {
		return ""
	}
	return region[:2]
}

func shortUnits(o *order.Order) (n int64) {
	for _, l := range o.Lines {
		if l.Moves() {
			n += l.Short()
		}
	}
	return n
}

func shortLines(o *order.Order) (n int64) {
	for _, l := range o.Lines {
		if l.Moves() && l.Short() > 0 {
			n++
		}
	}
	return n
}

func warehouseCodes(tx *db.Tx) (map[id.Warehouse]string, error) {
	list, err := inventory.Warehouses(tx)
	codes := make(map[id.Warehouse]string, len(list))
	for _, w := range list {
		codes[w.ID] = w.Code
	}
	return codes, err
}

func sortedIDs[T ~int64](list []T) []T {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}
