package inventory

import (
	"fmt"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// LotsOf gives lots by id, for showing; one that does not exist is absent.
func LotsOf(tx *db.Tx, ids []id.Lot) (map[id.Lot]Lot, error) {
	found := map[id.Lot]Lot{}
	if len(ids) == 0 {
		return found, nil
	}
	return found, tx.Each(`/* inventory.LotsOf */ SELECT `+lotColumns+` FROM lots WHERE lot_id = ANY($1)`, func(r db.Row) error {
		l, err := scanLot(r)
		found[l.ID] = l
		return err
	}, sorted(ids))
}

// KnownLots gives those of the lots, named by SKU and code, that exist, by LotKey.
// OpenLots creates the others.
func KnownLots(tx *db.Tx, lots []Lot) (map[string]Lot, error) {
	_, found, err := lockLots(tx, lots)
	if found == nil {
		found = map[string]Lot{}
	}
	return found, err
}

// BinsOf gives the codes of bins by id; the two bins without a row have none.
func BinsOf(tx *db.Tx, ids []id.Bin) (map[id.Bin]string, error) {
	found := map[id.Bin]string{}
	if len(ids) == 0 {
		return found, nil
	}
	return found, tx.Each(`/* inventory.BinsOf */ SELECT bin_id, code FROM bins WHERE bin_id = ANY($1)`, func(r db.Row) error {
		var b id.Bin
		var code string
		err := r.Scan(&b, &code)
		found[b] = code
		return err
	}, sorted(ids))
}

// KnownBins gives those of the bins of a warehouse, named by code, that exist.
// OpenBins creates the others.
func KnownBins(tx *db.Tx, warehouse id.Warehouse, codes []string) (map[string]id.Bin, error) {
	return binsNamed(tx, "KnownBins", warehouse, sorted(codes))
}

func binsNamed(tx *db.Tx, verb string, warehouse id.Warehouse, codes []string) (map[string]id.Bin, error) {
	found := map[string]id.Bin{}
	return found, tx.Each(fmt.Sprintf(`/* inventory.%s */ SELECT code, bin_id FROM bins WHERE warehouse_id = $1 AND code = ANY($2)`, verb),
		func(r db.Row) error {
			var code string
			var b id.Bin
			err := r.Scan(&code, &b)
			found[code] = b
			return err
		}, warehouse, codes)
}

// BinsLike gives the bins of a warehouse of a code, or, of a code that ends in *, all
// that begin so, at most 1,000.
func BinsLike(tx *db.Tx, warehouse id.Warehouse, code string) ([]id.Bin, error) {
	from, to := code, code
	if begin, all := strings.CutSuffix(code, "*"); all {
		from, to = begin, begin+"\U0010FFFF"
	}
	return db.List(tx, `/* inventory.BinsLike */ SELECT bin_id FROM bins WHERE warehouse_id = $1 AND code >= $2 AND code <= $3
		ORDER BY code LIMIT $4`, func(r db.Row) (b id.Bin, err error) { return b, r.Scan(&b) }, warehouse, from, to, listMax)
}
