package shipping

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/seal"
)

// Event is one line of a carrier's news about a parcel.
type Event struct {
	Package id.Package
	// Waybill is the one the carrier speaks of; 0 means the package's live one.
	Waybill id.Waybill
	// At is the carrier's time of the event.
	At db.Instant
	// Code is the carrier's own word, kept as it is.
	Code string
	// State is our word for it. An unknown one is kept and changes nothing.
	State Parcel
	Text  string
	Place string
	// SeenAt is when we heard of it first; Record sets it.
	SeenAt db.Instant
}

// Change is a parcel whose state is another after news. Becomes is the state its
// package should now have, for flow to apply with fulfilment.Move, which takes a
// step to the state that the package has already for no step; it is empty while
// the news does not say that the parcel has moved.
type Change struct {
	Package  id.Package
	Waybill  id.Waybill
	From, To Parcel
	Becomes  fulfilment.State
}

// Record stores events, each once however often it comes, and gives the changes
// they make, by package. It refuses nothing: news of a package without a live
// number, or of a number that was reclaimed, is kept on the timeline and changes
// no state. Mobile numbers in a carrier's text are masked.
func Record(tx *db.Tx, events []Event) ([]Change, error) {
	packages := make([]id.Package, len(events))
	for i, e := range events {
		packages[i] = e.Package
	}
	standing, err := lockLive(tx, packages)
	if err != nil {
		return nil, err
	}
	known, err := marksOf(tx, packages)
	if err != nil {
		return nil, err
	}
	before := make(map[id.Package]derived, len(standing))
	for pack, w := range standing {
		before[pack] = known.derive(w)
	}
	var fresh []Event
	for _, e := range events {
		e = e.tidy(tx.Now())
		if w := standing[e.Package]; w != nil && e.Waybill == 0 {
			e.Waybill = w.ID
		}
		if known.add(e) {
			fresh = append(fresh, e)
		}
	}
	if err := store(tx, fresh); err != nil {
		return nil, err
	}
	return settle(tx, standing, before, known)
}

// settle writes the new states of the parcels and gives the changes by package.
func settle(tx *db.Tx, standing map[id.Package]*Waybill, before map[id.Package]derived, known *marks) ([]Change, error) {
	var c changes
	var list []Change
	for pack, w := range standing {
		old, now := before[pack], known.derive(w)
		if now == old {
			continue
		}
		list = append(list, Change{Package: pack, Waybill: w.ID, From: old.parcel, To: now.parcel,
			Becomes: now.becomes()})
		w.Tracked = now.parcel
		c.note(w, map[string]any{"from": old.parcel, "to": now.parcel})
	}
	slices.SortFunc(list, func(a, b Change) int { return cmp.Compare(a.Package, b.Package) })
	return list, c.save(tx, "tracked")
}

// marks are the events of some packages, by number.
type marks struct {
	of   map[place][]mark
	seen map[place]map[mark]bool
}

type place struct {
	pack    id.Package
	waybill id.Waybill
}

func marksOf(tx *db.Tx, packages []id.Package) (*marks, error) {
	m := &marks{of: map[place][]mark{}, seen: map[place]map[mark]bool{}}
	if len(packages) == 0 {
		return m, nil
	}
	err := tx.Each(`/* shipping.marksOf */ SELECT package_id, waybill_id, at, code, state FROM trackings
		WHERE package_id = ANY($1)`, func(r db.Row) error {
		var e Event
		err := r.Scan(&e.Package, &e.Waybill, &e.At, &e.Code, &e.State)
		m.add(e)
		return err
	}, sorted(packages))
	return m, err
}

// add remembers an event and says whether it is new.
func (m *marks) add(e Event) bool {
	at, one := place{e.Package, e.Waybill}, mark{e.At, e.Code, e.State}
	if m.seen[at][one] {
		return false
	}
	if m.seen[at] == nil {
		m.seen[at] = map[mark]bool{}
	}
	m.seen[at][one] = true
	m.of[at] = append(m.of[at], one)
	return true
}

func (m *marks) derive(w *Waybill) derived { return derive(m.of[place{w.Package, w.ID}]) }

func store(tx *db.Tx, events []Event) error {
	slices.SortFunc(events, func(a, b Event) int {
		return cmp.Or(cmp.Compare(a.Package, b.Package), cmp.Compare(a.Waybill, b.Waybill), cmp.Compare(a.At, b.At),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.State, b.State))
	})
	rows := tx.Batch(`/* shipping.store */ INSERT INTO trackings (` + eventColumns + `) VALUES {rows}
		ON CONFLICT DO NOTHING`)
	for _, e := range events {
		rows.Add(int64(e.Package), int64(e.Waybill), int64(e.At), e.Code, string(e.State), e.Text, e.Place, int64(e.SeenAt))
	}
	_, err := rows.Run()
	return err
}

const (
	codeMax = 40
	textMax = 500
)

var digits = regexp.MustCompile(`[0-9]+`)

// tidy makes what a carrier sent fit to be kept: no broken text, no mobile number.
func (e Event) tidy(now db.Instant) Event {
	e.SeenAt = now
	e.Code, e.State = clip(e.Code, codeMax), Parcel(clip(string(e.State), codeMax))
	e.Place, e.Text = unphoned(clip(e.Place, textMax)), unphoned(clip(e.Text, textMax))
	return e
}

// unphoned masks the mobile numbers in a text, with or without the country before them.
func unphoned(text string) string {
	return digits.ReplaceAllStringFunc(text, func(run string) string {
		home := strings.TrimPrefix(strings.TrimPrefix(run, "00"), "86")
		if len(home) != 11 {
			home = run
		}
		if len(home) == 11 && home[0] == '1' && home[1] >= '3' {
			return run[:len(run)-11] + seal.MaskPhone(home)
		}
		return run
	})
}

func clip(text string, runesMax int) string {
	text = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(text, "?"), "\x00", ""))
	if r := []rune(text); len(r) > runesMax {
		return strings.TrimSpace(string(r[:runesMax]))
	}
	return text
}
