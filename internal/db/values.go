package db

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// sizes are the lengths that row lists come in on SQLite, so that prepared
// statements are used again. A list of any length is cut into these, largest first.
var sizes = [...]int{128, 32, 8, 1}

// Batch gathers rows for one statement whose text holds the word {rows}:
//
//	INSERT INTO t (a, b) VALUES {rows} ON CONFLICT DO NOTHING
//	WITH v (a, b) AS (VALUES {rows}) UPDATE t SET b = v.b FROM v WHERE t.a = v.a
//
// The second kind must name the types of its columns for SQLite, whose VALUES
// have none. All values of a column have one Go type.
type Batch struct {
	tx    *Tx
	text  string
	types []string
	width int
	args  []any

	columnNames []string // of an Insert
	tail        string
}

// Batch starts a list of rows for text.
func (tx *Tx) Batch(text string, types ...string) *Batch {
	return &Batch{tx: tx, text: text, types: types}
}

// Add appends one row. All rows have the same number of values.
func (b *Batch) Add(values ...any) {
	b.width = len(values)
	b.args = append(b.args, values...)
}

// Len is the number of rows gathered.
func (b *Batch) Len() int {
	if b.width == 0 {
		return 0
	}
	return len(b.args) / b.width
}

// Insert starts a list of rows for INSERT INTO table. A column that holds the
// zero of its type in every row is left out, because the table's default says the
// same: the columns must have such defaults. tail is what follows the rows, as ON
// CONFLICT DO NOTHING RETURNING id. There are at most 64 columns.
func (tx *Tx) Insert(name, table string, columns []string, tail string) *Batch {
	return &Batch{tx: tx, text: "/* " + name + " */ INSERT INTO " + table, columnNames: columns, tail: tail}
}

// shed leaves out the columns that are zero everywhere, and completes the text.
func (b *Batch) shed() {
	if b.columnNames == nil || len(b.args) == 0 {
		return
	}
	var used uint64
	for i, v := range b.args {
		if !isZero(v) {
			used |= 1 << (i % b.width)
		}
	}
	kept := b.args[:0]
	for i, v := range b.args {
		if used&(1<<(i%b.width)) != 0 {
			kept = append(kept, v)
		}
	}
	b.args, b.width = kept, bits.OnesCount64(used)
	b.text = b.tx.db.texts.insert(b.text, b.columnNames, used, b.tail)
	b.columnNames = nil
}

func isZero(v any) bool {
	switch v := v.(type) {
	case int64:
		return v == 0
	case int:
		return v == 0
	case string:
		return v == ""
	case bool:
		return !v
	}
	return false
}

type insertKey struct {
	text string
	used uint64
}

func (t *texts) insert(text string, columns []string, used uint64, tail string) string {
	key := insertKey{text + tail, used}
	if s, ok := t.known.Load(key); ok {
		return s.(string)
	}
	var names []string
	for i, name := range columns {
		if used&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	s := text + " (" + strings.Join(names, ", ") + ") VALUES {rows} " + tail
	t.known.Store(key, s)
	return s
}

// Run executes the statement over all rows and gives the number of rows that
// the database says it touched.
func (b *Batch) Run() (affected int64, err error) {
	err = b.pieces(func(text string, args []any) error {
		n, err := b.tx.Exec(text, args...)
		affected += n
		return err
	})
	return affected, err
}

// Each executes a statement with RETURNING, or a SELECT, over all rows.
func (b *Batch) Each(scan func(Row) error) error {
	return b.pieces(func(text string, args []any) error { return b.tx.Each(text, scan, args...) })
}

func (b *Batch) pieces(do func(text string, args []any) error) error {
	b.shed()
	if b.tx.db.engine == Postgres {
		return b.columns(do)
	}
	rest := b.args
	for _, size := range sizes {
		for len(rest) >= size*b.width && len(rest) > 0 {
			text := b.tx.db.texts.sized(b.text, size, b.width, b.types)
			if err := do(text, rest[:size*b.width]); err != nil {
				return err
			}
			rest = rest[size*b.width:]
		}
	}
	return nil
}

// columns runs the statement on PostgreSQL with one array per column, whatever
// the number of rows: one text, one plan, few parameters.
func (b *Batch) columns(do func(text string, args []any) error) error {
	rows := b.Len()
	for from := 0; from < rows; from += arrayRows {
		n := min(arrayRows, rows-from)
		piece := b.args[from*b.width : (from+n)*b.width]
		arrays := make([]any, b.width)
		types := make([]string, b.width)
		for c := range arrays {
			var err error
			if arrays[c], types[c], err = column(piece, c, b.width); err != nil {
				return err
			}
		}
		if err := do(b.tx.db.texts.unnested(b.text, types), arrays); err != nil {
			return err
		}
	}
	return nil
}

// arrayRows bounds the rows of one statement.
const arrayRows = 1000

// column gathers one column of rows as an array of its Go type, and names the
// database's type.
func column(args []any, c, width int) (array any, kind string, err error) {
	switch plain(args[c]).(type) {
	case int64, int:
		list, err := gather[int64](args, c, width)
		return list, "bigint[]", err
	case string:
		list, err := gather[string](args, c, width)
		for _, s := range list {
			if !storable(s) {
				return nil, "", ErrText
			}
		}
		return list, "text[]", err
	case bool:
		list, err := gather[bool](args, c, width)
		return list, "boolean[]", err
	case []byte:
		list, err := gather[[]byte](args, c, width)
		return list, "bytea[]", err
	}
	return nil, "", fmt.Errorf("db: a batch cannot hold %T", args[c])
}

func gather[T any](args []any, c, width int) ([]T, error) {
	list := make([]T, 0, len(args)/width)
	for i := c; i < len(args); i += width {
		v := plain(args[i])
		if n, ok := v.(int); ok {
			v = int64(n)
		}
		t, ok := v.(T)
		if !ok {
			return nil, fmt.Errorf("db: column %d of a batch holds %T and %T", c+1, args[c], args[i])
		}
		list = append(list, t)
	}
	return list, nil
}

type unnestKey struct{ text, types string }

// unnested gives text with {rows} read from arrays of these types.
func (t *texts) unnested(text string, types []string) string {
	key := unnestKey{text, strings.Join(types, " ")}
	if s, ok := t.known.Load(key); ok {
		return s.(string)
	}
	places := make([]string, len(types))
	for i, kind := range types {
		places[i] = "$" + strconv.Itoa(i+1) + "::" + kind
	}
	s := strings.Replace(text, "VALUES {rows}", "SELECT * FROM unnest("+strings.Join(places, ", ")+")", 1)
	t.known.Store(key, s)
	return s
}

type sizedKey struct {
	text        string
	size, width int
}

// sized gives text with {rows} written out for size rows of width values.
func (t *texts) sized(text string, size, width int, types []string) string {
	key := sizedKey{text, size, width}
	if s, ok := t.known.Load(key); ok {
		return s.(string)
	}
	s := strings.Replace(text, "{rows}", rowList(size, width, types), 1)
	t.known.Store(key, s)
	return s
}

func rowList(size, width int, types []string) string {
	var b strings.Builder
	for r := range size {
		if r > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for c := range width {
			if c > 0 {
				b.WriteString(", ")
			}
			place := "$" + strconv.Itoa(r*width+c+1)
			if r == 0 && c < len(types) {
				place = "CAST(" + place + " AS " + types[c] + ")"
			}
			b.WriteString(place)
		}
		b.WriteByte(')')
	}
	return b.String()
}
