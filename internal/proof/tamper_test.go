package proof

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/journal"
)

// Whoever writes into the journal's table by hand is found by what baihuo check runs:
// a changed field, a cut tail, a row removed, exchanged or put in, and the work of
// somebody who knows how rows are chained and puts all the rest right, up to an anchor
// written after the deed.
func TestTampering(t *testing.T) {
	engines(t, func(t *testing.T, engine db.Engine) {
		times := figure(24, 1000)
		p := begin(t, "journal tampered with, "+engine.String())
		d := open(t, dbtest.URL(t, engine), db.Options{})
		v := &vandal{t: t, d: d, r: p.Rand}
		v.prepare()
		if found := v.found(); len(found) > 0 {
			t.Fatalf("before: %s", found[0])
		}
		kinds := slices.Sorted(maps.Keys(deeds))
		for n := range times {
			kind := kinds[n%len(kinds)]
			var told string
			dbtest.Write(t, d, func(tx *db.Tx) (err error) { told, err = deeds[kind](v, tx); return err })
			if rechained(kind) && p.IntN(2) == 0 {
				v.anchor() // the worker's next one, which sees the forged rows
			}
			found := v.found()
			if len(found) == 0 {
				t.Errorf("%d: %s %s is not found", n, kind, told)
			} else if row := strings.TrimPrefix(told, "changed "); row != told && !strings.Contains(strings.Join(found, "\n"), row) {
				t.Errorf("%d: %s %s: the row is not named: %s", n, kind, told, found)
			}
			v.undo()
		}
		if found := v.found(); len(found) > 0 {
			t.Errorf("after all was undone: %s", found[0])
		}
		p.kept("%d changes of %d kinds in %d rows, %d of them found by check", times, len(kinds), len(v.rows), times)
	})
}

// rechained says that a deed leaves a chain that fits in itself.
func rechained(kind string) bool { return strings.HasPrefix(kind, "rechained") }

// vandal has the right to write into the tables of the journal and uses it.
type vandal struct {
	t     *testing.T
	d     *db.DB
	r     *rand.Rand
	rows  []journal.Row
	lines string // of the file of anchors
	kept  string
}

// prepare has a house work for a while, anchors it and keeps a copy of the tables.
func (v *vandal) prepare() {
	v.t.Helper()
	h := flowtest.Open(v.t, v.d)
	h.Stock(0, "PASTE", 1000)
	for n := range 40 {
		o := h.One(h.Draft("TB", fmt.Sprint("J-", n), flowtest.Item{Code: "PASTE", Qty: 1}))
		if n%4 == 0 {
			h.Write(func(tx *db.Tx) error {
				_, err := flow.Cancel(tx, []flow.Cancellation{{Order: o, Why: "买家不要了"}})
				return err
			})
		}
		if n == 20 {
			v.anchor()
		}
	}
	v.anchor()
	v.kept = v.lines
	dbtest.Write(v.t, v.d, func(tx *db.Tx) (err error) {
		for _, table := range tampered {
			if _, err := tx.Exec(`CREATE TABLE ` + table + `_copy AS SELECT * FROM ` + table); err != nil {
				return err
			}
		}
		v.rows, err = v.read(tx)
		return err
	})
}

var tampered = []string{"journal", "journal_streams", "journal_anchors"}

func (v *vandal) undo() {
	v.t.Helper()
	v.lines = v.kept
	dbtest.Write(v.t, v.d, func(tx *db.Tx) error {
		for _, table := range tampered {
			for _, text := range []string{`DELETE FROM ` + table, `INSERT INTO ` + table + ` SELECT * FROM ` + table + `_copy`} {
				if _, err := tx.Exec(text); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (v *vandal) anchor() {
	v.t.Helper()
	line := ""
	dbtest.Write(v.t, v.d, func(tx *db.Tx) (err error) { line, err = journal.Anchor(tx); return err })
	v.lines += line
}

// found is what check says of the journal.
func (v *vandal) found() (list []string) {
	v.t.Helper()
	report, err := flow.Check(v.t.Context(), v.d, v.lines)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, b := range report.Breaches {
		if strings.HasPrefix(b, "journal: ") {
			list = append(list, b)
		}
	}
	return list
}

func (v *vandal) read(tx *db.Tx) (rows []journal.Row, err error) {
	return db.List(tx, `SELECT stream, seq, object_kind, object_id, version, what, payload, actor, cause, at, hash FROM journal ORDER BY stream, seq`,
		func(r db.Row) (row journal.Row, err error) {
			return row, r.Scan(&row.Stream, &row.Seq, &row.Kind, &row.ID, &row.Version, &row.What, &row.Payload, &row.By.Actor, &row.By.Cause, &row.At, &row.Hash)
		})
}

func (v *vandal) any() journal.Row { return v.rows[v.r.IntN(len(v.rows))] }

// of gives the rows of one stream.
func (v *vandal) of(stream int64) (rows []journal.Row) {
	for _, r := range v.rows {
		if r.Stream == stream {
			rows = append(rows, r)
		}
	}
	return rows
}

// set changes a field of a row.
func set(tx *db.Tx, r journal.Row, field string, value any) error {
	_, err := tx.Exec(`UPDATE journal SET `+field+` = $1 WHERE stream = $2 AND seq = $3`, value, r.Stream, r.Seq)
	return err
}

// write puts the rows of a stream down anew, with numbers from 1, a chain that fits and
// a head that fits.
func write(tx *db.Tx, stream int64, rows []journal.Row) error {
	if _, err := tx.Exec(`DELETE FROM journal WHERE stream = $1`, stream); err != nil {
		return err
	}
	hash := make([]byte, sha256.Size)
	for i, r := range rows {
		r.Stream, r.Seq = stream, int64(i+1)
		hash = chain(hash, r)
		if err := insert(tx, r, hash); err != nil {
			return err
		}
	}
	_, err := tx.Exec(`UPDATE journal_streams SET seq = $1, hash = $2 WHERE stream = $3`, int64(len(rows)), hash, stream)
	return err
}

func insert(tx *db.Tx, r journal.Row, hash []byte) error {
	_, err := tx.Exec(`INSERT INTO journal (stream, seq, object_kind, object_id, version, what, payload, actor, cause, at, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, r.Stream, r.Seq, r.Kind, r.ID, r.Version, r.What, r.Payload, r.By.Actor, r.By.Cause,
		int64(r.At), hash)
	return err
}

// chain is how the journal chains rows, written once more.
func chain(before []byte, r journal.Row) []byte {
	b := slices.Clone(before)
	for _, n := range []int64{r.Stream, r.Seq, r.ID, r.Version, int64(r.At)} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	for _, s := range []string{r.Kind, r.What, r.Payload, r.By.Actor, r.By.Cause} {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
	}
	sum := sha256.Sum256(b)
	return sum[:]
}

// forged is a row that nobody wrote.
func (v *vandal) forged(stream, seq int64) journal.Row {
	r := v.any()
	r.Stream, r.Seq, r.ID, r.Version, r.What = stream, seq, r.ID+v.r.Int64N(1000)+1, 1_000_000+v.r.Int64N(1_000_000), "cancelled"
	return r
}

// deeds are what is done, by name; each tells of which row, and begins with "changed"
// where check must name it.
var deeds = map[string]func(*vandal, *db.Tx) (string, error){
	"field": func(v *vandal, tx *db.Tx) (string, error) {
		r := v.any()
		values := map[string]any{"object_kind": r.Kind + "x", "object_id": r.ID + 1 + v.r.Int64N(1<<40), "version": r.Version + 1000 + v.r.Int64N(1<<40),
			"what": r.What + " ", "payload": r.Payload + " ", "actor": fmt.Sprint("S-", v.r.Int64()), "cause": r.By.Cause + ".",
			"at": int64(r.At) + 1 - 2*v.r.Int64N(2), "hash": flip(r.Hash, v.r.IntN(8*len(r.Hash)))}
		field := slices.Sorted(maps.Keys(values))[v.r.IntN(len(values))]
		if field == "at" && v.r.IntN(2) == 0 {
			values[field] = v.r.Int64()
		}
		return fmt.Sprintf("changed stream %d row %d ", r.Stream, r.Seq), set(tx, r, field, values[field])
	},
	"place": func(v *vandal, tx *db.Tx) (string, error) { // to another number or another stream
		r := v.any()
		if v.r.IntN(2) == 0 {
			return fmt.Sprintf("stream %d row %d", r.Stream, r.Seq), set(tx, r, "seq", []int64{-1, 0, 1 << 40}[v.r.IntN(3)])
		}
		return fmt.Sprintf("stream %d row %d", r.Stream, r.Seq), set(tx, r, "stream", r.Stream+1000-2000*v.r.Int64N(2))
	},
	"removed": func(v *vandal, tx *db.Tx) (string, error) {
		r := v.any()
		_, err := tx.Exec(`DELETE FROM journal WHERE stream = $1 AND seq = $2`, r.Stream, r.Seq)
		return fmt.Sprintf("stream %d row %d", r.Stream, r.Seq), err
	},
	"cut": func(v *vandal, tx *db.Tx) (string, error) { // the tail, and the head says so
		r := v.any()
		if _, err := tx.Exec(`DELETE FROM journal WHERE stream = $1 AND seq > $2`, r.Stream, r.Seq-1); err != nil {
			return "", err
		}
		before := make([]byte, sha256.Size)
		if r.Seq > 1 {
			before = v.of(r.Stream)[r.Seq-2].Hash
		}
		_, err := tx.Exec(`UPDATE journal_streams SET seq = $1, hash = $2 WHERE stream = $3`, r.Seq-1, before, r.Stream)
		return fmt.Sprintf("stream %d from row %d on", r.Stream, r.Seq), err
	},
	"swapped": func(v *vandal, tx *db.Tx) (string, error) {
		rows := v.of(v.any().Stream)
		if len(rows) < 2 {
			return "one row alone", set(tx, rows[0], "what", "x")
		}
		i := v.r.IntN(len(rows) - 1)
		a, b := rows[i], rows[i+1+v.r.IntN(len(rows)-1-i)]
		moved := a
		moved.Seq = 1 << 50
		for _, step := range []struct {
			r  journal.Row
			to int64
		}{{a, moved.Seq}, {b, a.Seq}, {moved, b.Seq}} {
			if err := set(tx, step.r, "seq", step.to); err != nil {
				return "", err
			}
		}
		return fmt.Sprintf("stream %d rows %d and %d", a.Stream, a.Seq, b.Seq), nil
	},
	"inserted": func(v *vandal, tx *db.Tx) (string, error) { // before the first, after the last, in a stream of its own
		r := v.any()
		end := int64(len(v.of(r.Stream)))
		f := v.forged(r.Stream, []int64{0, -7, -1 << 63, end + 1, end + 9}[v.r.IntN(5)])
		if v.r.IntN(6) == 0 {
			f.Stream, f.Seq = r.Stream+1000, 1
		}
		return fmt.Sprintf("stream %d row %d", f.Stream, f.Seq), insert(tx, f, chain(r.Hash, f))
	},
	"inserted between": func(v *vandal, tx *db.Tx) (string, error) { // the later ones move up, the head too
		r := v.any()
		for _, text := range []string{`UPDATE journal SET seq = seq + 1000000 WHERE stream = $1 AND seq >= $2`,
			`UPDATE journal SET seq = seq - 999999 WHERE stream = $1 AND seq >= $2 + 1000000`} {
			if _, err := tx.Exec(text, r.Stream, r.Seq); err != nil {
				return "", err
			}
		}
		if _, err := tx.Exec(`UPDATE journal_streams SET seq = seq + 1 WHERE stream = $1`, r.Stream); err != nil {
			return "", err
		}
		f := v.forged(r.Stream, r.Seq)
		return fmt.Sprintf("stream %d row %d", f.Stream, f.Seq), insert(tx, f, chain(r.Hash, f))
	},
	"rechained change": func(v *vandal, tx *db.Tx) (string, error) {
		r := v.any()
		rows := v.of(r.Stream)
		rows[r.Seq-1].What = "approved"
		rows[r.Seq-1].By.Actor = "S-1"
		return fmt.Sprintf("stream %d row %d", r.Stream, r.Seq), write(tx, r.Stream, rows)
	},
	"rechained removal": func(v *vandal, tx *db.Tx) (string, error) {
		r := v.any()
		return fmt.Sprintf("stream %d row %d", r.Stream, r.Seq), write(tx, r.Stream, slices.Delete(v.of(r.Stream), int(r.Seq-1), int(r.Seq)))
	},
	"rechained insertion": func(v *vandal, tx *db.Tx) (string, error) {
		r := v.any()
		return fmt.Sprintf("stream %d row %d", r.Stream, r.Seq), write(tx, r.Stream, slices.Insert(v.of(r.Stream), int(r.Seq-1), v.forged(r.Stream, 0)))
	},
}

// flip turns one bit.
func flip(hash []byte, bit int) []byte {
	b := slices.Clone(hash)
	b[bit/8] ^= 1 << (bit % 8)
	return b
}
