package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"unicode/utf8"
)

// Tx is one transaction: a fixed time, who acts and why, and the statements.
// It must not leave the function it was given to.
type Tx struct {
	db       *DB
	c        *conn
	ctx      context.Context
	now      Instant
	by       By
	stream   int64
	readonly bool
	last     []func(*Tx) error
	memo     map[any]any
}

// Row is the row that Each is standing on.
type Row interface{ Scan(dest ...any) error }

// Now is the one time of this transaction.
func (tx *Tx) Now() Instant { return tx.now }

// By says who acts and why.
func (tx *Tx) By() By { return tx.by }

// Stream is the journal stream of the lane that this transaction runs in.
func (tx *Tx) Stream() int64 { return tx.stream }

// Engine tells which database this is, for the few texts that must differ.
func (tx *Tx) Engine() Engine { return tx.db.engine }

// NewID gives a new identity.
func (tx *Tx) NewID() int64 { return tx.db.ids().Next() }

// Memo gives the value kept under key for the life of this transaction, made by
// fresh at the first asking. The journal gathers its rows in one.
func (tx *Tx) Memo(key any, fresh func() any) any {
	if v, ok := tx.memo[key]; ok {
		return v
	}
	if tx.memo == nil {
		tx.memo = map[any]any{}
	}
	v := fresh()
	tx.memo[key] = v
	return v
}

// Last has fn called after the transaction's function has succeeded and before
// the commit. The stream head is moved there, so that it is held briefly.
func (tx *Tx) Last(fn func(*Tx) error) { tx.last = append(tx.last, fn) }

func (tx *Tx) flush() error {
	for _, fn := range tx.last {
		if err := fn(tx); err != nil {
			return err
		}
	}
	return nil
}

// Exec runs a statement and gives the number of rows it touched.
func (tx *Tx) Exec(text string, args ...any) (int64, error) {
	if tx.readonly {
		return 0, ErrReadOnly
	}
	s, args, err := tx.ready(text, args)
	if err != nil {
		return 0, err
	}
	n, err := tx.c.exec(tx.ctx, s.text, args)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", nameOf(text), tx.db.translate(err))
	}
	tx.db.stats.Rows.Add(n)
	return n, nil
}

// Each runs a query and calls scan on each of its rows. No other statement of
// this transaction may run meanwhile: collect first.
func (tx *Tx) Each(text string, scan func(Row) error, args ...any) error {
	s, args, err := tx.ready(text, args)
	if err != nil {
		return err
	}
	rows, err := tx.c.query(tx.ctx, s.text, args)
	if err != nil {
		return fmt.Errorf("%s: %w", nameOf(text), tx.db.translate(err))
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("%s: %w", nameOf(text), tx.db.translate(err))
	}
	return nil
}

// One scans the first row of a query into dest and says whether there was one.
func (tx *Tx) One(text string, dest []any, args ...any) (found bool, err error) {
	err = tx.Each(text, func(r Row) error {
		if found {
			return nil
		}
		found = true
		return r.Scan(dest...)
	}, args...)
	return found, err
}

// List runs a query and gathers what scan makes of its rows.
func List[T any](tx *Tx, text string, scan func(Row) (T, error), args ...any) ([]T, error) {
	var all []T
	err := tx.Each(text, func(r Row) error {
		v, err := scan(r)
		all = append(all, v)
		return err
	}, args...)
	return all, err
}

// Number runs a query that gives one number, 0 when it gives none.
func (tx *Tx) Number(text string, args ...any) (int64, error) {
	var n sql.NullInt64
	_, err := tx.One(text, []any{&n}, args...)
	return n.Int64, err
}

// Lock locks the rows of table whose key column holds one of keys, in
// ascending order of key, and gives the keys that exist. On SQLite the lane is
// the lock. Rooms call it in the house's order: orders, packages, reservations,
// stock counters, stream head.
func Lock[K ~int64](tx *Tx, table, key string, keys []K) ([]K, error) {
	sorted := slices.Compact(slices.Sorted(slices.Values(keys)))
	if len(sorted) == 0 {
		return nil, nil
	}
	text := "/* db.Lock */ SELECT " + key + " FROM " + table + " WHERE " + key + " = ANY($1) ORDER BY " + key + " FOR UPDATE"
	return List(tx, text, func(r Row) (k K, err error) { return k, r.Scan(&k) }, sorted)
}

// ready rewrites the text and checks and converts the arguments.
func (tx *Tx) ready(text string, args []any) (*statement, []any, error) {
	s := tx.db.texts.get(text)
	if s.order != nil {
		spread := make([]any, len(s.order))
		for i, from := range s.order {
			spread[i] = args[from]
		}
		args = spread
	}
	for i, a := range args {
		v, err := tx.db.engine.argument(a)
		if err != nil {
			return nil, nil, err
		}
		args[i] = v
	}
	return s, args, nil
}

// argument refuses text that one of the engines cannot keep, and turns lists
// into what the engine's ANY takes and identities into plain numbers.
func (e Engine) argument(a any) (any, error) {
	switch a.(type) {
	case int64, int, bool, nil, []byte, float64, []bool, [][]byte:
		return a, nil
	}
	a = plain(a)
	switch v := a.(type) {
	case string:
		if !storable(v) {
			return nil, ErrText
		}
	case []string:
		if slices.ContainsFunc(v, func(s string) bool { return !storable(s) }) {
			return nil, ErrText
		}
		return e.list(v)
	case []int64:
		return e.list(v)
	}
	return a, nil
}

func (e Engine) list(a any) (any, error) {
	if e == Postgres {
		return a, nil
	}
	text, err := json.Marshal(a)
	return string(text), err
}

func storable(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// nameOf gives the name that stands in the comment before a statement.
func nameOf(text string) string {
	if rest, ok := strings.CutPrefix(strings.TrimSpace(text), "/* "); ok {
		if name, _, ok := strings.Cut(rest, " */"); ok {
			return name
		}
	}
	return "sql"
}

func stack() []byte { return debug.Stack() }
