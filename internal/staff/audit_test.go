package staff_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/staff"
)

func TestAudit(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.hire("boss", "owner")
		p := h.hire("wang", "finance")
		h.enrol(p.ID)
		h.session(p, "one")
		h.device(p)
		h.must(func(tx *db.Tx) error { _, err := h.guard.Invite(tx, top, p.ID); return err })
		h.key(staff.KeyDraft{Name: "x", Kind: "key_reader"})
		dbtest.Read(t, h.d, func(tx *db.Tx) error {
			proved, breaches, err := staff.Audit(tx)
			if diff := cmp.Diff(map[string]int64{"person": 2, "key": 1, "link": 1, "session": 1, "device": 1}, proved); diff != "" || len(breaches) > 0 {
				t.Error(diff, breaches)
			}
			return err
		})
		for words, harm := range map[string]string{
			"role king is none of people":      `UPDATE staff SET roles = 'king' WHERE login = 'wang'`,
			"role key_full is none of people":  `UPDATE staff SET roles = 'key_full' WHERE login = 'wang'`,
			"no role":                          `UPDATE staff SET roles = '' WHERE login = 'wang'`,
			"the password's hash":              `UPDATE staff SET password = 'plain' WHERE login = 'wang'`,
			"its secret is missing":            `UPDATE staff SET totp_cipher = CAST('' AS BYTEA) WHERE login = 'wang'`,
			"name or counters":                 `UPDATE staff SET login = 'WANG' WHERE login = 'wang'`,
			"none has access":                  `UPDATE staff SET disabled_at = 1 WHERE login = 'boss'`,
			"a link leads to person":           `UPDATE staff SET disabled_at = 1 WHERE login = 'wang'`,
			"a session is of person 1":         `UPDATE sessions SET staff_id = 1`,
			"missing or has a lower epoch":     `UPDATE sessions SET epoch = 9`,
			"a device is of person 1":          `UPDATE staff_devices SET staff_id = 1`,
			"its version or who made it does ": `UPDATE api_keys SET kind = 'owner'`,
		} {
			err := h.write(func(tx *db.Tx) error {
				if n, err := tx.Exec(harm); err != nil || n == 0 {
					t.Errorf("%s: %d %v", harm, n, err)
				}
				_, breaches, err := staff.Audit(tx)
				if err != nil {
					return err
				}
				if !strings.Contains(strings.Join(breaches, "\n"), words) {
					t.Errorf("after %s it finds %q", harm, breaches)
				}
				return errUndo
			})
			if err != errUndo {
				t.Fatal(err)
			}
		}
		h.sound()
	})
}
