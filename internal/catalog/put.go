package catalog

import (
	"cmp"
	"fmt"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// Put creates SKUs, or changes those whose code exists, and gives the id of each.
// A SKU that changes in nothing is left alone. ID and CreatedAt are not read; a
// Version above 0 must be the one that stands, so that nobody's change is lost.
//
// A member's faults: ErrInvalid with all wrong fields (also a code or barcode that
// an accepted member before it or another SKU has, a part that is missing or a
// bundle, and a bundle that would become none or the reverse); ErrStale with
// both values of each field that differs.
func Put(tx *db.Tx, skus []SKU) ([]fault.Outcome[id.SKU], error) {
	results, err := put(tx, skus)
	if err != nil {
		return nil, err
	}
	outcomes := make([]fault.Outcome[id.SKU], len(results))
	for i, r := range results {
		outcomes[i] = fault.Outcome[id.SKU]{Value: r.id, Fault: r.fault}
	}
	return outcomes, nil
}

// Done says what became of a member.
type Done string

// What can become of a member.
const (
	Created   Done = "created"
	Changed   Done = "changed"
	Unchanged Done = "unchanged"
	Refused   Done = "refused"
)

type result struct {
	id    id.SKU
	done  Done
	fault *fault.Fault
}

func put(tx *db.Tx, skus []SKU) ([]result, error) {
	wanted := make([]SKU, len(skus))
	for i, s := range skus {
		wanted[i] = s.tidy()
	}
	known, err := look(tx, wanted)
	if err != nil {
		return nil, err
	}
	results := make([]result, len(wanted))
	var w writes
	for i := range wanted {
		s := &wanted[i]
		old := known.byCode[s.Code]
		if f := known.judge(s, old); f != nil {
			results[i] = result{done: Refused, fault: f}
			continue
		}
		known.claim(s)
		switch {
		case old == nil:
			s.ID, s.Version, s.CreatedAt = id.SKU(tx.NewID()), 1, tx.Now()
			results[i] = result{id: s.ID, done: Created}
			w.add(nil, s, changes(&SKU{}, s))
		default:
			s.ID, s.Version, s.CreatedAt = old.ID, old.Version+1, old.CreatedAt
			results[i] = result{id: s.ID, done: Unchanged}
			if diff := changes(old, s); len(diff) > 0 {
				results[i].done = Changed
				w.add(old, s, diff)
			}
		}
	}
	return results, w.run(tx)
}

// known is what a batch must be compared with.
type known struct {
	byCode   map[string]*SKU
	owner    map[string]id.SKU // of a barcode
	isBundle map[id.SKU]bool   // of the parts that exist
	codes    map[string]bool   // accepted in this batch
	barcodes map[string]bool
}

// look locks the SKUs that the batch may change and loads all that judging needs.
func look(tx *db.Tx, wanted []SKU) (*known, error) {
	k := &known{byCode: map[string]*SKU{}, owner: map[string]id.SKU{}, isBundle: map[id.SKU]bool{},
		codes: map[string]bool{}, barcodes: map[string]bool{}}
	var codes, barcodes []string
	var parts []id.SKU
	for i := range wanted {
		if storable(wanted[i].Code) {
			codes = append(codes, wanted[i].Code)
		}
		for _, b := range wanted[i].Barcodes {
			if storable(b) {
				barcodes = append(barcodes, b)
			}
		}
		for _, p := range wanted[i].Parts {
			parts = append(parts, p.SKU)
		}
	}
	ids, err := db.List(tx, `/* catalog.Put */ SELECT sku_id FROM skus WHERE code = ANY($1)`,
		func(r db.Row) (n id.SKU, err error) { return n, r.Scan(&n) }, codes)
	if err != nil {
		return nil, err
	}
	if ids, err = db.Lock(tx, "skus", "sku_id", ids); err != nil {
		return nil, err
	}
	there, err := byIDs(tx, ids)
	if err != nil {
		return nil, err
	}
	for _, s := range there {
		k.byCode[s.Code] = s
	}
	if len(barcodes) > 0 {
		err = tx.Each(`/* catalog.Put */ SELECT barcode, sku_id FROM sku_barcodes WHERE barcode = ANY($1)`,
			func(r db.Row) error {
				var b string
				var n id.SKU
				if err := r.Scan(&b, &n); err != nil {
					return err
				}
				k.owner[b] = n
				return nil
			}, barcodes)
	}
	if err == nil && len(parts) > 0 {
		err = tx.Each(`/* catalog.Put */ SELECT sku_id, bundle FROM skus WHERE sku_id = ANY($1)`, func(r db.Row) error {
			var n id.SKU
			var bundle bool
			if err := r.Scan(&n, &bundle); err != nil {
				return err
			}
			k.isBundle[n] = bundle
			return nil
		}, parts)
	}
	return k, err
}

// judge says why s cannot be put, all reasons at once; nil when it can.
func (k *known) judge(s, old *SKU) *fault.Fault {
	p := problems{bad: s.check()}
	if k.codes[s.Code] {
		p.add("code", "这批里前面已有同样的编码；请删掉一个", "the code stands earlier in this batch; remove one of the two")
	}
	for _, b := range s.Barcodes {
		owner, taken := k.owner[b]
		if k.barcodes[b] || taken && (old == nil || owner != old.ID) {
			p.add("barcodes", fmt.Sprintf("条码 %s 已属于另一个商品，扫码时会分不清；请先从那个商品上取下", shown(b)),
				fmt.Sprintf("barcode %s belongs to another SKU and a scan could not tell them apart; take it off there first",
					shown(b)))
		}
	}
	for _, part := range s.Parts {
		bundle, exists := k.isBundle[part.SKU]
		switch {
		case old != nil && part.SKU == old.ID:
			p.add("parts", "组合装不能包含自己", "a bundle cannot hold itself")
		case !exists:
			p.add("parts", fmt.Sprintf("组合明细里的商品 %d 不存在；请先建档", part.SKU),
				fmt.Sprintf("part %d does not exist; create it first", part.SKU))
		case bundle:
			p.add("parts", fmt.Sprintf("组合明细里的商品 %d 本身是组合装，不能再套一层；请改写成它的单品", part.SKU),
				fmt.Sprintf("part %d is a bundle itself, and bundles do not nest; name its parts instead", part.SKU))
		}
	}
	if old != nil && old.Bundle != s.Bundle {
		p.add("bundle", "已有的商品不能在单品和组合装之间改变，因为库存和订单已按原样记账；请新建一个编码",
			"an existing SKU cannot become a bundle or stop being one, for stock and orders are kept by what it is; "+
				"make a new code")
	}
	if p.bad == nil && old != nil && s.Version > 0 && s.Version != old.Version {
		return stale(old, s)
	}
	return p.bad
}

func stale(old, s *SKU) *fault.Fault {
	f := ErrStale.With(old.Code)
	for _, c := range changes(old, s) {
		f = f.Field(c.name, fmt.Sprintf("现在是「%s」，您的是「%s」", shown(c.before), shown(c.after)),
			fmt.Sprintf("it is %q, yours is %q", shown(c.before), shown(c.after)))
	}
	return f
}

func (k *known) claim(s *SKU) {
	k.codes[s.Code] = true
	for _, b := range s.Barcodes {
		k.barcodes[b] = true
	}
}

// writes gathers what a batch changes, one statement per table and verb.
type writes struct {
	fresh, changed []*SKU
	cleared        []id.SKU // of the changed: their barcodes and parts go and are written anew
	entries        []journal.Entry
}

func (w *writes) add(old, s *SKU, diff []change) {
	what := "sku_changed"
	if old == nil {
		what = "sku_created"
		w.fresh = append(w.fresh, s)
	} else {
		w.changed = append(w.changed, s)
		w.cleared = append(w.cleared, s.ID)
	}
	fields := map[string][2]string{} // before, after
	for _, c := range diff {
		fields[c.name] = [2]string{c.before, c.after}
	}
	w.entries = append(w.entries, journal.Entry{Kind: "sku", ID: int64(s.ID), Version: s.Version, What: what,
		Payload: journal.JSON(map[string]any{"code": s.Code, "fields": fields})})
}

func (w *writes) run(tx *db.Tx) error {
	slices.SortFunc(w.fresh, func(a, b *SKU) int { return cmp.Compare(a.Code, b.Code) })
	insert := tx.Batch(`/* catalog.Put */ INSERT INTO skus (` + columns + `, search) VALUES {rows} ON CONFLICT DO NOTHING`)
	for _, s := range w.fresh {
		insert.Add(append(values(s), s.search())...)
	}
	if n, err := insert.Run(); err != nil {
		return err
	} else if n < int64(len(w.fresh)) {
		return db.ErrAgain // another node created the same code meanwhile
	}
	if err := w.update(tx); err != nil {
		return err
	}
	if err := w.lists(tx); err != nil {
		return err
	}
	journal.Write(tx, w.entries...)
	return nil
}

func (w *writes) update(tx *db.Tx) error {
	slices.SortFunc(w.changed, func(a, b *SKU) int { return cmp.Compare(a.ID, b.ID) })
	update := tx.Batch(updateText, columnTypes()...)
	for _, s := range w.changed {
		update.Add(append(values(s), s.search())...)
	}
	_, err := update.Run()
	return err
}

// lists writes barcodes and parts anew, after those of the changed SKUs are gone.
func (w *writes) lists(tx *db.Tx) error {
	if len(w.cleared) > 0 {
		for _, text := range []string{
			`/* catalog.Put */ DELETE FROM sku_barcodes WHERE sku_id = ANY($1)`,
			`/* catalog.Put */ DELETE FROM bundle_parts WHERE bundle_id = ANY($1)`,
		} {
			if _, err := tx.Exec(text, w.cleared); err != nil {
				return err
			}
		}
	}
	type owned struct {
		barcode string
		sku     id.SKU
	}
	var codes []owned
	parts := tx.Batch(`/* catalog.Put */ INSERT INTO bundle_parts (bundle_id, sku_id, qty) VALUES {rows}`)
	for _, s := range slices.Concat(w.fresh, w.changed) {
		for _, b := range s.Barcodes {
			codes = append(codes, owned{b, s.ID})
		}
		for _, p := range s.Parts {
			parts.Add(int64(s.ID), int64(p.SKU), p.Qty)
		}
	}
	if _, err := parts.Run(); err != nil {
		return err
	}
	slices.SortFunc(codes, func(a, b owned) int { return cmp.Compare(a.barcode, b.barcode) })
	insert := tx.Batch(`/* catalog.Put */ INSERT INTO sku_barcodes (barcode, sku_id) VALUES {rows} ON CONFLICT DO NOTHING`)
	for _, o := range codes {
		insert.Add(o.barcode, int64(o.sku))
	}
	if n, err := insert.Run(); err != nil || n == int64(len(codes)) {
		return err
	}
	return db.ErrAgain // another node gave one of the barcodes away meanwhile
}
