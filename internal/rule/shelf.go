package rule

import (
	"slices"
	"sync"

	"baihuo/internal/db"
)

// Shelf keeps the compiled sets of the house, one for each kind, and is handed to
// whoever judges. It is safe for concurrent use.
type Shelf struct {
	kinds Kinds
	mu    sync.Mutex
	sets  map[string]shelved
}

// shelved is a set and the stamps of the rules it was made of. A version of a rule
// is never changed and never shares its stamp, not even with one that was undone, so
// the same stamps mean the same rules.
type shelved struct {
	stamps []int64
	set    *Set
}

// NewShelf gives an empty shelf for the kinds of the house.
func NewShelf(kinds Kinds) *Shelf { return &Shelf{kinds: kinds, sets: map[string]shelved{}} }

// Set gives the set of a kind as the rules stand in this transaction. It asks the
// database for their stamps, and reads and compiles the rules only when one changed.
// A kind that is not registered is fault Internal.
func (s *Shelf) Set(tx *db.Tx, kind string) (*Set, error) {
	declared, known := s.kinds[kind]
	if !known {
		return nil, errKind.With(kind, "not registered")
	}
	stamps, err := db.List(tx, `/* rule.Shelf */ SELECT stamp FROM rules WHERE kind = $1 AND live ORDER BY stamp`,
		func(r db.Row) (n int64, err error) { return n, r.Scan(&n) }, kind)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	kept := s.sets[kind]
	s.mu.Unlock()
	if kept.set != nil && slices.Equal(kept.stamps, stamps) {
		return kept.set, nil
	}
	rules, err := Live(tx, kind)
	if err != nil {
		return nil, err
	}
	set, err := NewSet(declared, rules)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.sets[kind] = shelved{stamps, set}
	s.mu.Unlock()
	return set, nil
}

// Check says whether a rule could stand in the set of its kind: what a page asks
// before it saves. Faults as the function Check; a kind that is not registered is
// fault Internal.
func (s *Shelf) Check(r Rule) error {
	declared, known := s.kinds[r.Kind]
	if !known {
		return errKind.With(r.Kind, "not registered")
	}
	return Check(declared, r)
}
