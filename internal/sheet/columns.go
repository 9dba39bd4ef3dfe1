package sheet

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/width"

	"baihuo/internal/fault"
)

// Column says under which headers a file may carry what the program calls
// Name. The first header that the file has wins. Case, spaces, underscores,
// hyphens, full-width forms and a leading * make no difference.
type Column struct {
	Name    string   `json:"name"`
	Headers []string `json:"headers"` // the name itself is always accepted, last
	Needed  bool     `json:"needed"`
}

// Map is the column map of one kind of file; it can be saved as JSON.
type Map []Column

// bind finds each column's place in the header.
// Faults: ErrColumnMissing naming all that lack, ErrColumnTwice.
func (m Map) bind(header []string) (index map[string]int, err error) {
	if len(m) == 0 {
		m = ownNames(header)
	}
	places := make(map[string][]int, len(header))
	for i, h := range header {
		key := fold(h)
		places[key] = append(places[key], i)
	}
	index = make(map[string]int, len(m))
	missing, twice := ErrColumnMissing, ErrColumnTwice
	for _, c := range m {
		at := c.find(places)
		switch {
		case len(at) == 1:
			index[c.Name] = at[0]
		case len(at) > 1:
			twice = twice.Field(c.Name,
				fmt.Sprintf("「%s」在第 %d 和第 %d 列", header[at[0]], at[0]+1, at[1]+1),
				fmt.Sprintf("%q stands in columns %d and %d", header[at[0]], at[0]+1, at[1]+1))
		case c.Needed:
			missing = lack(missing, c, header)
		}
	}
	if len(missing.Fields) > 0 {
		return nil, missing
	}
	if len(twice.Fields) > 0 {
		return nil, twice
	}
	return index, nil
}

// ownNames takes every header as the name of a needed column.
func ownNames(header []string) Map {
	var m Map
	for _, h := range header {
		if h != "" {
			m = append(m, Column{Name: h, Needed: true})
		}
	}
	return m
}

func (c Column) find(places map[string][]int) []int {
	for _, h := range c.Headers {
		if at := places[fold(h)]; len(at) > 0 && fold(h) != "" {
			return at
		}
	}
	return places[fold(c.Name)]
}

func lack(f *fault.Fault, c Column, header []string) *fault.Fault {
	names := strings.Join(append(append([]string(nil), c.Headers...), c.Name), " / ")
	found := shortList(header)
	return f.Field(c.Name,
		fmt.Sprintf("可用的列名：%s；表里现有：%s", names, found),
		fmt.Sprintf("accepted headers: %s; the file has: %s", names, found))
}

// shortList keeps the sentence readable when a file has hundreds of columns.
func shortList(header []string) string {
	const most = 20
	var out []string
	for _, h := range header[:min(len(header), most)] {
		out = append(out, shorten(h))
	}
	if len(header) > most {
		out = append(out, "…")
	}
	return strings.Join(out, ", ")
}

// fold makes headers comparable.
func fold(header string) string {
	folded := strings.ToLower(width.Fold.String(trim(header)))
	folded = strings.TrimLeft(folded, "*")
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\n', '\r', '_', '-', '\u00a0':
			return -1
		}
		return r
	}, folded)
}

// letters gives a column's name in a spreadsheet program: 0 is A, 26 is AA.
func letters(column int) string {
	name := ""
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}

// Bound gives the header under which a file carries a column, "" where none of the
// column's names is there.
func (m Map) Bound(column string, header []string) string {
	for _, c := range m {
		if c.Name != column {
			continue
		}
		for _, name := range append(slices.Clone(c.Headers), c.Name) {
			for _, h := range header {
				if fold(h) == fold(name) {
					return h
				}
			}
		}
	}
	return ""
}
