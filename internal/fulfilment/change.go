package fulfilment

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// decision is what a verb says of one member: it changes p or refuses, and may
// say why for the journal. It looks at nothing but p and the member.
type decision[M any] func(p *Package, m M) (why string, refused *fault.Fault)

// change is the shape of every verb on packages that exist: lock and load them
// with one query per table, decide each member in memory, save with one statement
// per table and write one journal row per changed package. A member's refusal
// stays its own. what is the journal's word, empty for the state reached.
func change[M any](tx *db.Tx, what string, members []M, of func(M) id.Package,
	decide decision[M],
) ([]fault.Outcome[*Package], error) {
	ids := make([]id.Package, len(members))
	for i, m := range members {
		ids[i] = of(m)
	}
	packages, err := load(tx, ids, true)
	if err != nil {
		return nil, err
	}
	c := newChanges(packages)
	outcomes := make([]fault.Outcome[*Package], len(members))
	for i, m := range members {
		p := packages[ids[i]]
		if p == nil {
			outcomes[i] = fault.Refused[*Package](ErrMissing.With(ids[i]))
			continue
		}
		why, refused := decide(p, m)
		if refused != nil {
			outcomes[i] = fault.Refused[*Package](refused)
			continue
		}
		if why != "" {
			c.why[p.ID] = why
		}
		outcomes[i] = fault.OK(p)
	}
	return outcomes, c.save(tx, what)
}

// changes remembers how packages stood before a verb decided.
type changes struct {
	packages []*Package
	before   map[id.Package]Package
	why      map[id.Package]string
}

func newChanges(packages map[id.Package]*Package) *changes {
	c := &changes{before: make(map[id.Package]Package, len(packages)), why: map[id.Package]string{}}
	for _, p := range packages {
		old := *p
		old.Items = slices.Clone(p.Items)
		c.before[p.ID] = old
		c.packages = append(c.packages, p)
	}
	slices.SortFunc(c.packages, func(a, b *Package) int { return int(min(max(a.ID-b.ID, -1), 1)) })
	return c
}

// save writes the packages that differ from before, and nothing of the others.
func (c *changes) save(tx *db.Tx, what string) error {
	var changed []*Package
	var taken []taking
	var entries []journal.Entry
	for _, p := range c.packages {
		old := c.before[p.ID]
		diff := p.diff(&old)
		if len(diff) == 0 {
			continue
		}
		if p.State != old.State {
			p.stamp(tx.Now())
		}
		if why := c.why[p.ID]; why != "" {
			diff["why"] = why
		}
		p.Version++
		changed = append(changed, p)
		taken = append(taken, p.taken(&old)...)
		word := what
		if word == "" {
			word = string(p.State)
		}
		entries = append(entries, journal.Entry{Kind: "package", ID: int64(p.ID), Version: p.Version, What: word,
			Payload: journal.JSON(diff)})
	}
	if err := update(tx, changed); err != nil {
		return err
	}
	if err := take(tx, taken); err != nil {
		return err
	}
	journal.Write(tx, entries...)
	return nil
}

// diff names what differs from old, for the journal. Of the recipient it names
// ids and the keyed digest only.
func (p *Package) diff(old *Package) map[string]any {
	d := map[string]any{}
	if p.State != old.State {
		d["from"], d["to"] = old.State, p.State
	}
	if p.PickList != old.PickList {
		d["pick_list_id"] = p.PickList
	}
	if p.Carrier != old.Carrier || p.Service != old.Service {
		d["carrier_id"], d["service"] = p.Carrier, p.Service
	}
	if p.WeightG != old.WeightG {
		d["weight_g"] = p.WeightG
	}
	if p.Stop != old.Stop {
		d["stop"] = p.Stop
	}
	if p.Recipient != old.Recipient || p.Region != old.Region || !bytes.Equal(p.RecipientDigest, old.RecipientDigest) {
		d["recipient_id"], d["recipient_digest"] = p.Recipient, p.RecipientDigest
	}
	if taken := p.taken(old); len(taken) > 0 {
		d["taken"] = taken
	}
	return d
}

// stamp keeps the times of the states that p passes.
func (p *Package) stamp(now db.Instant) {
	switch p.State {
	case Released:
		p.ReleasedAt = now
	case Packed:
		p.PackedAt = now
	case HandedOver:
		p.HandedOverAt = now
	}
	p.EndedAt = 0
	if p.State.Ended() {
		p.EndedAt = now
	}
}

// may says whether the verb may lead p to a state, or change it where it stands.
func (p *Package) may(v verb, to State) *fault.Fault {
	if to == p.State && !slices.Contains(stays[v], to) || to != p.State && !allowed(v, p.State, to) {
		return refuse(ErrMove, p, v)
	}
	if p.Stop != "" && slices.Contains(stoppable, v) {
		return refuse(ErrStopped, p, v)
	}
	return nil
}

// move leads p to a state by the verb or refuses.
func (p *Package) move(v verb, to State) *fault.Fault {
	if refused := p.may(v, to); refused != nil {
		return refused
	}
	p.State = to
	return nil
}

// advance is the decision of the verbs that only move.
func advance(v verb, to State) decision[id.Package] {
	return func(p *Package, _ id.Package) (string, *fault.Fault) { return "", p.move(v, to) }
}

func self(p id.Package) id.Package { return p }

// reason trims a why and says whether it can be kept.
func reason(why string) (string, bool) {
	why = strings.TrimSpace(why)
	n := utf8.RuneCountInString(why)
	return why, n >= 1 && n <= whyMax && utf8.ValidString(why) && !strings.ContainsRune(why, 0)
}
