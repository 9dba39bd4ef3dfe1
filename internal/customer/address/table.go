package address

import (
	"bytes"
	"cmp"
	"compress/gzip"
	_ "embed"
	"io"
	"slices"
	"strings"
	"sync"
)

//go:embed regions.txt.gz
var packedRegions []byte

type level uint8

const (
	province level = iota
	city
	area
	street
)

// division is one row of the table. Rows stand in pre-order, so the divisions below row i are i+1 .. end-1 and "is
// below" is two comparisons. Divisions above the street have their own number (dense) for walking without streets.
type division struct {
	name     string
	code     string // digits, "" where the source has none
	parent   int32  // row of the parent, -1 for a province
	end      int32
	dense    int32 // first of the non-street divisions at or after this row
	denseEnd int32
	level    level
}

// spelling is how a division above the street may be written.
type spelling struct {
	text string
	row  int32
	kind kind
	flag flags
}

type kind uint8

const (
	fullName kind = iota // the official name, or an old or usual one from aliases.go
	variant              // the right stem with another suffix: 吴江市 for 吴江区, 广西省
	short                // the stem alone: 余杭, 浙江
)

type flags uint8

const (
	needsParent flags = 1 << iota // means something only after its parent: 高新区, and short names of Taiwan
	oldName
	unsure // an old district that was divided: the successor is only likely
)

// wide is a division above the street, spelled in runes for finding typing errors.
type wide struct {
	row  int32
	name []rune
	stem []rune
}

type table struct {
	rows    []division
	wides   []wide
	shown   map[int32]string       // the official name where comparing needs another form: brackets, 後
	spelled map[[6]byte][]spelling // by the first two Han characters; longest first, then by kind
}

// regions is the decoded table, made on first use and never changed.
var regions = sync.OnceValue(func() *table { return decode(packedRegions) })

// decode panics on a broken table: it is part of the program.
func decode(packed []byte) *table {
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic("address: the embedded region table cannot be opened: " + err.Error())
	}
	text, err := io.ReadAll(zip)
	if err != nil {
		panic("address: the embedded region table cannot be read: " + err.Error())
	}
	t := &table{
		rows:    make([]division, 0, 46000),
		shown:   map[int32]string{},
		spelled: make(map[[6]byte][]spelling, 8000),
	}
	var open [street + 1]int32 // the row now open at each level
	for i := range open {
		open[i] = -1
	}
	for line := range strings.Lines(string(text)) {
		code, name, ok := strings.Cut(strings.TrimSuffix(line[2:], "\n"), " ")
		if !ok {
			panic("address: the embedded region table has a broken line: " + line)
		}
		t.add(&open, level(strings.IndexByte("PCAS", line[0])), strings.TrimPrefix(code, "-"), name)
	}
	for i := range open {
		t.close(&open, level(i))
	}
	t.spellAll()
	for key, list := range t.spelled {
		slices.SortStableFunc(list, func(a, b spelling) int {
			return cmp.Or(cmp.Compare(len(b.text), len(a.text)), cmp.Compare(a.kind, b.kind),
				cmp.Compare(a.text, b.text), cmp.Compare(a.row, b.row))
		})
		t.spelled[key] = slices.Compact(list)
	}
	return t
}

func (t *table) add(open *[street + 1]int32, l level, code, name string) {
	if l == area && open[city] >= 0 && !strings.HasPrefix(code, t.rows[open[city]].code) {
		t.close(open, city) // a district directly under its province, after the last city
	}
	t.close(open, l)
	row := int32(len(t.rows))
	if plain := foldName(name); plain != name {
		t.shown[row], name = name, plain
	}
	d := division{name: name, code: code, parent: -1, level: l, dense: int32(len(t.wides))}
	for up := range l {
		if open[up] >= 0 {
			d.parent = open[up]
		}
	}
	t.rows = append(t.rows, d)
	if l != street {
		t.wides = append(t.wides, wide{row: row, name: []rune(name), stem: []rune(stemOf(l, name))})
	}
	open[l] = row
}

// close ends the open division of this level and all below it.
func (t *table) close(open *[street + 1]int32, l level) {
	for ; l <= street; l++ {
		if at := open[l]; at >= 0 {
			t.rows[at].end, t.rows[at].denseEnd = int32(len(t.rows)), int32(len(t.wides))
			open[l] = -1
		}
	}
}

// holds tells whether b is a or below a.
func (t *table) holds(a, b int32) bool { return a <= b && b < t.rows[a].end }

// official gives the name for print.
func (t *table) official(row int32) string {
	if name, ok := t.shown[row]; ok {
		return name
	}
	return t.rows[row].name
}

// isMunicipal tells whether the row is a province that is also a city: its districts stand directly below it and its
// name ends in 市.
func (t *table) isMunicipal(row int32) bool {
	return t.rows[row].level == province && strings.HasSuffix(t.rows[row].name, "市")
}

// isTownCity tells whether the row is a city without districts.
func (t *table) isTownCity(row int32) bool {
	return t.rows[row].level == city && len(t.rows[row].code) == 6
}

// at gives the spellings that may begin here; the caller checks which do.
func (t *table) at(text string) []spelling {
	if len(text) < 6 {
		return nil
	}
	return t.spelled[[6]byte([]byte(text[:6]))]
}

// Provinces gives the two-digit codes and official names of all provinces, in the order
// of the table.
func Provinces() (list [][2]string) {
	for _, d := range regions().rows {
		if d.level == province {
			list = append(list, [2]string{d.code[:2], d.name})
		}
	}
	return list
}
