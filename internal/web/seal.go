package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/staff"
)

// sealRoutes are those of the master key's versions.
func sealRoutes() []Route {
	return []Route{
		{"GET", "/seals", staff.SystemOperate, false, (*Site).seals},
		{"POST", "/seals/count", staff.SystemOperate, false, (*Site).countSeals},
		{"POST", "/seals/rotation", staff.SystemOperate, false, (*Site).rotateSeals},
	}
}

// heldKey is one version of the master key on this node, and sealCount how many rows
// of a place one version sealed.
type heldKey struct {
	Version, Fingerprint string
	Newest               bool
}

type sealCount struct {
	Place, Version string
	Rows           int64
}

type sealStep struct {
	Place                string
	Passes, Seen, Sealed int64
	Done                 bool
}

// seals shows the versions held here and how far the last rotation has come.
func (s *Site) seals(v *visit) error {
	if !v.everywhere() {
		return errEverywhere
	}
	return s.showSeals(v, nil)
}

func (s *Site) showSeals(v *visit, counts []sealCount) error {
	var r flow.Rotation
	var began, ended stamp
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		r, err = flow.RotationOf(tx)
		began, ended = v.stampOf(r.StartedAt, tx.Now(), houseZone), v.stampOf(r.FinishedAt, tx.Now(), houseZone)
		return err
	})
	if err != nil {
		return err
	}
	var steps []sealStep
	for _, p := range r.Pieces {
		steps = append(steps, sealStep{v.wordOr("piece_", p.Name), p.Passes, p.Seen, p.Resealed, p.Done})
	}
	keys := s.cfg.Kit.Keys
	newest := keys.Newest()
	var held []heldKey
	for _, n := range slices.Sorted(slices.Values(keys.Versions())) {
		held = append(held, heldKey{strconv.Itoa(int(n)), printOnly(keys.FingerprintOf(n)), n == newest})
	}
	return s.render(v, http.StatusOK, "seals", map[string]any{"Title": v.word("seals"), "FormKey": formKey(), "Held": held, "Counts": counts,
		"Version": int64(r.Version), "Began": began, "Ended": ended, "Going": r.Version > 0 && r.FinishedAt == 0, "Steps": steps,
		"May": newest > r.Version && len(held) > 1 && (r.Version == 0 || r.FinishedAt > 0)})
}

// printOnly leaves the version away that stands before a fingerprint.
func printOnly(text string) string {
	if _, print, cut := strings.Cut(text, ":"); cut {
		return print
	}
	return text
}

// countSeals counts which version seals how much. It reads much, and so waits for a
// press.
func (s *Site) countSeals(v *visit) error {
	if !v.everywhere() {
		return errEverywhere
	}
	list, err := flow.CountKeys(v.ctx, s.cfg.DB, s.cfg.Kit)
	if err != nil {
		return err
	}
	counts := []sealCount{}
	for _, c := range list {
		version := v.word("seal_open")
		if c.Version > 0 {
			version = strconv.Itoa(int(c.Version))
		}
		counts = append(counts, sealCount{v.wordOr("piece_", c.Piece), version, c.Rows})
	}
	return s.showSeals(v, counts)
}

// rotateSeals begins to seal everything with the newest version; the worker goes on.
func (s *Site) rotateSeals(v *visit) error {
	if !v.everywhere() {
		return errEverywhere
	}
	return s.act(v, func(tx *db.Tx) (string, error) {
		_, err := flow.Rotate(tx, s.cfg.Kit)
		return did("/seals", "seal_begun", 0, ""), err
	})
}
