package db

import (
	"strconv"
	"strings"
)

// sizes are the lengths that row lists come in, so that prepared statements
// are used again. A list of any length is cut into these, largest first.
var sizes = [...]int{128, 32, 8, 1}

// Batch gathers rows for one statement whose text holds the word {rows}:
//
//	INSERT INTO t (a, b) VALUES {rows} ON CONFLICT DO NOTHING
//	WITH v (a, b) AS (VALUES {rows}) UPDATE t SET b = v.b FROM v WHERE t.a = v.a
//
// The second kind must name the types of its columns, because PostgreSQL takes
// a bare parameter for text.
type Batch struct {
	tx    *Tx
	text  string
	types []string
	width int
	args  []any
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
