package app

import (
	"strconv"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/flow"
)

const settingKeys = "master_key"

// sameKeys refuses master keys that are not the database's, and remembers those held.
// A version that the database knows must be here, unchanged, unless a finished
// rotation sealed everything with a later one; further versions may be added at any
// start.
func sameKeys(tx *db.Tx, held string) error {
	known, err := db.Setting(tx, settingKeys)
	if err != nil {
		return err
	}
	if known != "" && known != held {
		r, err := flow.RotationOf(tx)
		if err != nil {
			return err
		}
		gone := uint64(0) // versions below it are needed no longer
		if r.FinishedAt > 0 {
			gone = uint64(r.Version)
		}
		if !covers(prints(held), prints(known), gone) {
			return errKey.With(held, known)
		}
	}
	if known == held {
		return nil
	}
	return db.SetSetting(tx, settingKeys, held)
}

// covers says whether the keys held open what those known have sealed.
func covers(held, known map[uint64]string, gone uint64) bool {
	for version, print := range known {
		if here, ok := held[version]; ok && here != print || !ok && version >= gone {
			return false
		}
	}
	return true
}

// prints reads a keyring's fingerprint: version:digits, separated by commas.
func prints(text string) map[uint64]string {
	all := map[uint64]string{}
	for one := range strings.SplitSeq(text, ",") {
		version, print, _ := strings.Cut(one, ":")
		if n, err := strconv.ParseUint(version, 10, 16); err == nil {
			all[n] = print
		}
	}
	return all
}
