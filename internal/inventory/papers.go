package inventory

import (
	"slices"

	"baihuo/internal/db"
)

// papers are the references that the ledger has booked already, so that a paper
// handed in twice moves goods once. They are looked up after the counters are
// locked: of two that come together the second sees the first.
type papers struct {
	slots  map[paper]bool
	stocks map[paper]bool
}

type paper struct {
	reference string
	slotKey
}

func loadPapers(tx *db.Tx, references []string) (papers, error) {
	p := papers{slots: map[paper]bool{}, stocks: map[paper]bool{}}
	references = slices.DeleteFunc(sorted(references), func(s string) bool { return s == "" })
	if len(references) == 0 {
		return p, nil
	}
	return p, tx.Each(`/* inventory.loadPapers */ SELECT reference, stock_id, lot_id, bin_id FROM stock_ledger
		WHERE reference = ANY($1) AND reference <> ''`, func(r db.Row) error {
		var reference string
		var key slotKey
		err := r.Scan(&reference, &key.stock, &key.lot, &key.bin)
		p.note(reference, key)
		return err
	}, references)
}

// knows says whether the reference is booked for a slot, or, where no slot was
// named, anywhere on the counter.
func (p papers) knows(reference string, key slotKey, named bool) bool {
	if named {
		return p.slots[paper{reference, key}]
	}
	return p.stocks[paper{reference, slotKey{stock: key.stock}}]
}

func (p papers) note(reference string, key slotKey) {
	if reference != "" {
		p.slots[paper{reference, key}] = true
		p.stocks[paper{reference, slotKey{stock: key.stock}}] = true
	}
}

// PaperKnown says whether the ledger has booked a reference already.
func PaperKnown(tx *db.Tx, reference string) (bool, error) {
	n, err := tx.Number(`/* inventory.PaperKnown */ SELECT COUNT(*) FROM (SELECT 1 FROM stock_ledger
		WHERE reference = $1 AND reference <> '' LIMIT 1) q`, reference)
	return n > 0, err
}
