package db_test

import (
	"crypto/rand"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/seal"
)

func TestSealed(t *testing.T) {
	keys := func(text string) *seal.Keyring {
		parsed, err := seal.ParseKeys(text)
		if err != nil {
			t.Fatal(err)
		}
		return seal.NewKeyring(rand.Reader, parsed...)
	}
	const one, two = "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "2://///wQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	old, both, fresh := keys(one), keys(one+","+two), keys(two)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		where := db.Sealed{Table: "t_sealed", Key: "k", Columns: []db.SealedColumn{{Name: "a", Purpose: "pa"}, {Name: "b", Purpose: "pb"}}, Only: "k <> 4"}
		dbtest.Write(t, d, func(tx *db.Tx) error {
			if _, err := tx.Exec(`CREATE TABLE t_sealed (k BIGINT PRIMARY KEY, a BYTEA NOT NULL, b BYTEA NOT NULL)`); err != nil {
				return err
			}
			for k := range 5 {
				_, err := tx.Exec(`INSERT INTO t_sealed (k, a, b) VALUES ($1, $2, $3)`, k+1, old.Seal("pa", "x"), []byte{})
				if err != nil {
					return err
				}
			}
			return nil
		})
		var seen, changed int64
		for after, more := int64(0), true; more; more = after > 0 {
			dbtest.Write(t, d, func(tx *db.Tx) error {
				turn, err := where.Reseal(tx, both, after, 2)
				after, seen, changed = turn.Next, seen+turn.Seen, changed+turn.Changed
				return err
			})
		}
		if seen != 4 || changed != 4 {
			t.Errorf("%d seen, %d changed, want the four that are not left out", seen, changed)
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			tally, err := where.Tally(tx, 0, 10)
			if tally.Versions[2] != 4 || len(tally.Versions) != 1 || tally.Next != 0 {
				t.Errorf("%+v", tally)
			}
			if err != nil {
				return err
			}
			return tx.Each(`SELECT k, a, b FROM t_sealed ORDER BY k`, func(r db.Row) error {
				var k int64
				var a, b []byte
				if err := r.Scan(&k, &a, &b); err != nil {
					return err
				}
				ring := fresh
				if k == 4 {
					ring = old
				}
				if got, err := ring.Open("pa", a); got != "x" || err != nil || len(b) != 0 {
					t.Errorf("row %d: %q, %v, %d bytes", k, got, err, len(b))
				}
				return nil
			})
		})
	})
}

func TestLockSetting(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		dbtest.Write(t, d, func(tx *db.Tx) error {
			if _, held, err := db.LockSetting(tx, "t-none"); held || err != nil {
				t.Errorf("a setting that is not there is held: %v", err)
			}
			if value, err := db.ShareSetting(tx, "t-shared", "first"); value != "first" || err != nil {
				t.Errorf("%q, %v", value, err)
			}
			return nil
		})
		dbtest.Write(t, d, func(tx *db.Tx) error {
			value, held, err := db.LockSetting(tx, "t-shared")
			if value != "first" || !held || err != nil {
				t.Errorf("%q, %v, %v", value, held, err)
			}
			if d.Engine() == db.SQLite {
				return nil // one writer: nobody else can ask
			}
			return d.Write(t.Context(), dbtest.By, func(other *db.Tx) error {
				if _, held, err := db.LockSetting(other, "t-shared"); held || err != nil {
					t.Errorf("two hold it, %v", err)
				}
				return nil
			})
		})
	})
}
