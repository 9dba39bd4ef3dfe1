package shipping

import (
	"slices"
	"strings"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/journal"
)

// changes gathers the waybills that a verb changes, each once, and what the
// journal says of them.
type changes struct {
	order []*Waybill
	said  map[*Waybill]map[string]any
}

// note remembers that w was changed; facts are for the journal.
func (c *changes) note(w *Waybill, facts map[string]any) {
	if c.said == nil {
		c.said = map[*Waybill]map[string]any{}
	}
	if c.said[w] == nil {
		c.said[w] = map[string]any{"package_id": w.Package}
		c.order = append(c.order, w)
	}
	for name, value := range facts {
		c.said[w][name] = value
	}
}

// save writes each changed waybill once, with one journal row.
func (c *changes) save(tx *db.Tx, what string) error {
	slices.SortFunc(c.order, func(a, b *Waybill) int { return int(min(max(a.ID-b.ID, -1), 1)) })
	entries := make([]journal.Entry, len(c.order))
	for i, w := range c.order {
		w.Version++
		entries[i] = w.entry(what, c.said[w])
	}
	if err := update(tx, c.order); err != nil {
		return err
	}
	journal.Write(tx, entries...)
	return nil
}

func (w *Waybill) entry(what string, facts map[string]any) journal.Entry {
	return journal.Entry{Kind: "waybill", ID: int64(w.ID), Version: w.Version, What: what, Payload: journal.JSON(facts)}
}

// move leads w to a state by the verb or refuses.
func (w *Waybill) move(v verb, to State) *fault.Fault {
	if !allowed(v, w.State, to) {
		return refuse(w, v)
	}
	w.State = to
	return nil
}

const whyMax = 200

// reason trims a why and says whether it can be kept.
func reason(why string) (string, bool) {
	why = strings.TrimSpace(why)
	n := utf8.RuneCountInString(why)
	return why, n >= 1 && n <= whyMax && utf8.ValidString(why) && !strings.ContainsRune(why, 0)
}
