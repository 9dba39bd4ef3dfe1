package staff_test

import (
	"errors"
	"sync"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/staff"
)

// errUndo takes a trial back.
var errUndo = errors.New("undo")

func TestLastOwner(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		boss := h.hire("boss", "owner")
		demote := func(p staff.Person) func(*db.Tx) error {
			d := details(p)
			d.Roles = []string{"reader"}
			return func(tx *db.Tx) error { _, err := staff.Change(tx, top, p.ID, p.Version, d); return err }
		}
		disable := func(p staff.Person) func(*db.Tx) error {
			return func(tx *db.Tx) error { return staff.Disable(tx, top, p.ID) }
		}
		h.want(h.write(demote(boss)), staff.ErrLastOwner)
		h.want(h.write(disable(boss)), staff.ErrLastOwner)

		// An owner who has not opened the link yet cannot open the house either.
		h.must(func(tx *db.Tx) error {
			_, err := staff.Hire(tx, top, staff.Details{Login: "paper", Name: "纸", Roles: []string{"owner"}, Scope: staff.Everywhere()})
			return err
		})
		h.want(h.write(disable(boss)), staff.ErrLastOwner)

		second := h.hire("second", "owner")
		h.must(disable(second))
		h.want(h.write(disable(boss)), staff.ErrLastOwner)
		h.must(func(tx *db.Tx) error { return staff.Enable(tx, top, second.ID) })
		h.want(h.write(demote(boss)), nil)
		h.sound()
	})
}

// Two owners demote each other at the same moment: one stays.
func TestTwoLastOwners(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for round := range 10 {
			one, two := h.hire(names[round]+"-one", "owner"), h.hire(names[round]+"-two", "owner")
			var both sync.WaitGroup
			errs := make([]error, 2)
			for i, act := range []func(*db.Tx) error{
				func(tx *db.Tx) error { return staff.Disable(tx, two.Caller(), one.ID) },
				func(tx *db.Tx) error {
					d := details(two)
					d.Roles = []string{"reader"}
					_, err := staff.Change(tx, one.Caller(), two.ID, two.Version, d)
					return err
				},
			} {
				both.Go(func() { errs[i] = h.write(act) })
			}
			both.Wait()
			if got := tally(errs); got != "map[:1 staff_last_owner:1]" {
				t.Fatalf("round %d: %s", round, got)
			}
			// The one that is left makes room for the next round.
			h.must(func(tx *db.Tx) error {
				_, err := tx.Exec(`UPDATE staff SET roles = 'reader', disabled_at = 0 WHERE staff_id IN ($1, $2)`, one.ID, two.ID)
				return err
			})
		}
	})
}

var names = []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}
