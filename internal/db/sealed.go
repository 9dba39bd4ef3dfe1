package db

import (
	"slices"
	"strings"

	"baihuo/internal/seal"
)

// Sealed names the columns of a table that hold ciphertext, so that a room can seal them
// anew when the master key changes.
type Sealed struct {
	Table string
	// Key is the column of the table's BIGINT key.
	Key     string
	Columns []SealedColumn
	// Only is a condition on the rows, in SQL, that an index answers; empty for all.
	Only string
	// PageMost bounds the rows read at once where they may be large; 0 for no bound.
	PageMost int
}

// SealedColumn is a column and the purpose that it is sealed under.
type SealedColumn struct{ Name, Purpose string }

// Reseal seals what an older key sealed anew with the newest, in at most limit rows after
// one. A row is written only if it still holds what was read.
func (s Sealed) Reseal(tx *Tx, keys *seal.Keyring, after int64, limit int) (turn seal.Turn, err error) {
	page, err := s.page(tx, "", after, &limit)
	if err != nil {
		return turn, err
	}
	turn.Seen = int64(len(page))
	if len(page) == limit {
		turn.Next = page[len(page)-1].key
	}
	rows := tx.Batch(s.update())
	rows.types = append([]string{"BIGINT"}, slices.Repeat([]string{"BYTEA"}, 2*len(s.Columns))...)
	var locks []int64
	for _, r := range page {
		fresh := make([][]byte, len(r.values))
		for i, v := range r.values {
			if fresh[i], err = keys.Reseal(s.Columns[i].Purpose, v); err != nil {
				return turn, err
			}
		}
		if slices.EqualFunc(fresh, r.values, slices.Equal) {
			continue
		}
		values := []any{r.key}
		for i := range fresh {
			values = append(values, r.values[i], fresh[i])
		}
		rows.Add(values...)
		locks = append(locks, r.key)
	}
	if _, err := Lock(tx, s.Table, s.Key, locks); err != nil {
		return turn, err
	}
	turn.Changed, err = rows.Run()
	return turn, err
}

// Tally counts a page of rows by the oldest key that sealed one of their values.
func (s Sealed) Tally(tx *Tx, after int64, limit int) (t seal.Tally, err error) {
	page, err := s.page(tx, "SUBSTR(%, 1, 3)", after, &limit)
	for _, r := range page {
		t.Count(r.values...)
	}
	if len(page) == limit {
		t.Next = page[len(page)-1].key
	}
	return t, err
}

type sealedRow struct {
	key    int64
	values [][]byte
}

// page reads rows, each column as it is or in an expression where % is its name.
func (s Sealed) page(tx *Tx, as string, after int64, limit *int) ([]sealedRow, error) {
	if *limit = max(1, *limit); s.PageMost > 0 && as == "" {
		*limit = min(*limit, s.PageMost)
	}
	text := "/* db.Sealed */ SELECT " + s.Key
	for _, c := range s.Columns {
		if as == "" {
			text += ", " + c.Name
		} else {
			text += ", " + strings.Replace(as, "%", c.Name, 1)
		}
	}
	text += " FROM " + s.Table + " WHERE " + s.Key + " > $1"
	if s.Only != "" {
		text += " AND " + s.Only
	}
	text += " ORDER BY " + s.Key + " LIMIT $2"
	return List(tx, text, func(r Row) (row sealedRow, err error) {
		row.values = make([][]byte, len(s.Columns))
		into := []any{&row.key}
		for i := range row.values {
			into = append(into, &row.values[i])
		}
		err = r.Scan(into...)
		for i, v := range row.values {
			if v == nil {
				row.values[i] = []byte{}
			}
		}
		return row, err
	}, after, *limit)
}

// update writes each column that still holds what was read.
func (s Sealed) update() string {
	names, set, still := []string{"key"}, []string{}, []string{}
	for _, c := range s.Columns {
		names = append(names, "was_"+c.Name, "new_"+c.Name)
		set = append(set, c.Name+" = v.new_"+c.Name)
		still = append(still, s.Table+"."+c.Name+" = v.was_"+c.Name)
	}
	return "/* db.Sealed */ WITH v (" + strings.Join(names, ", ") + ") AS (VALUES {rows}) UPDATE " + s.Table + " SET " +
		strings.Join(set, ", ") + " FROM v WHERE " + s.Table + "." + s.Key + " = v.key AND " + strings.Join(still, " AND ")
}
