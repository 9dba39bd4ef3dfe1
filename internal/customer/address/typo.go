package address

import (
	"strings"
	"unicode/utf8"
)

// letters is the front of a text in runes with the byte offset after each.
type letters struct {
	runes [20]rune
	ends  [20]int
	n     int
}

func lettersOf(text string) letters {
	var l letters
	for at := 0; at < len(text) && l.n < len(l.runes); l.n++ {
		r, size := utf8.DecodeRuneInString(text[at:])
		at += size
		l.runes[l.n], l.ends[l.n] = r, at
	}
	return l
}

// readTypo reads an official name with one wrong character among the names that the set leaves: provinces when nothing
// is known, else cities and districts below. Several fitting names stay several; the next word may decide.
func (w *walker) readTypo(text string) (word, bool) {
	have := lettersOf(text)
	if have.n < 2 || have.runes[0] < hanFirst || w.isOfficial(text) {
		return word{}, false
	}
	next := word{reasons: ReasonTypo}
	try := func(from, to int32) {
		for i := from; i < to; i++ {
			c := &w.t.wides[i]
			size, omitted := nearName(c.name, &have)
			if size == 0 || next.set.n > 0 && have.ends[size-1] < next.size {
				continue
			}
			if have.ends[size-1] > next.size {
				next = word{reasons: ReasonTypo, size: have.ends[size-1]}
			}
			next.set.add(c.row)
			l := w.t.rows[c.row].level
			next.mark(l)
			// One character and 区 is thin, and so is a whole province to choose from.
			next.weak = next.weak || l == area && (omitted && len(c.name) == 3 || !w.belowCity())
		}
	}
	if w.now.n == 0 {
		for i := int32(0); i < int32(len(w.t.wides)); i = w.t.rows[w.t.wides[i].row].denseEnd {
			try(i, i+1)
		}
	}
	for _, row := range w.now.all() {
		if d := w.t.rows[row]; d.level <= city {
			try(d.dense+1, d.denseEnd)
		}
	}
	next.wrong = text[:next.size]
	return next, next.size > 0
}

// isOfficial tells whether a real name stands here. It does not fit the words before, but it is a contradiction and no
// typing error: 江苏省杭州市 must not become 扬州市.
func (w *walker) isOfficial(text string) bool {
	for _, s := range w.t.at(text) {
		if s.kind == fullName && s.flag == 0 && len(s.text) >= 9 && strings.HasPrefix(text, s.text) {
			return true
		}
	}
	return false
}

// belowCity tells whether the words so far name a city, so that few districts are left.
func (w *walker) belowCity() bool {
	row := w.resolved()
	return row >= 0 && (w.t.rows[row].level == city || w.t.isMunicipal(row))
}

// nearName gives how many runes of have spell the name with exactly one error: a replaced, swapped, missing or doubled
// character. The suffix (市, 区, ...) must stand, for without it any text is near to something. 0 means no.
func nearName(name []rune, have *letters) (size int, omitted bool) {
	n := len(name)
	if n < 3 {
		return 0, false
	}
	same := 0
	for same < n && same < have.n && name[same] == have.runes[same] {
		same++
	}
	if same == n {
		return 0, false
	}
	text := have.runes[:have.n]
	switch {
	case same+1 < n && n <= len(text) && name[same] == text[same+1] && name[same+1] == text[same] &&
		equal(name[same+2:], text[same+2:n]):
		return n, false
	case same < n-1 && n <= len(text) && equal(name[same+1:], text[same+1:n]) && !generic(name, text[:n]):
		return n, false
	case same > 0 && n+1 <= len(text) && text[same] == text[same-1] && equal(name[same:], text[same+1:n+1]):
		return n + 1, false
	case same < n-1 && n-1 <= len(text) && equal(name[same+1:], text[same:n-1]) && !generic(name, text[:n-1]):
		return n - 1, true
	}
	return 0, false
}

func equal(a, b []rune) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// genericTails end names of housing estates and zones that are no district: 高新区 must not become 高陵区.
const genericTails = "新开发业园小社校厂库山片务活宅属舍税假景范教城郊矿林市港东西南北中一二三四五六七八九十老"

// generic tells whether text ends like an estate or zone and the name does not.
func generic(name, text []rune) bool {
	if text[len(text)-1] != '区' || len(name) > 4 { // more characters are not alike by chance
		return false
	}
	tail := text[len(text)-2]
	return strings.ContainsRune(genericTails, tail) && name[len(name)-2] != tail
}

// readThroughTypo reads a misspelled province or city when an official name right behind it says which one was meant:
// 折江省杭州市, 浙江杭洲余杭区. A text of brief bytes is a real short name and no error.
func (w *walker) readThroughTypo(text string, brief int) (word, bool) {
	have := lettersOf(text)
	for skip := 2; skip < have.n && have.runes[skip-1] >= hanFirst; skip++ {
		end := have.ends[skip-1]
		if end == brief {
			continue
		}
		next := word{size: end, reasons: ReasonTypo, wrong: text[:end]}
		behind := text[skipFiller(text, end):]
		for strings.HasPrefix(behind, next.wrong) { // the whole prefix may stand twice
			behind = behind[skipFiller(behind, len(next.wrong)):]
		}
		for _, s := range w.t.at(behind) {
			if s.kind == fullName && s.flag == 0 && strings.HasPrefix(behind, s.text) {
				w.addMisspelled(&next, s.row, have.runes[:skip])
			}
		}
		if next.set.n > 0 {
			return next, true
		}
	}
	return word{}, false
}

// addMisspelled adds the division above row and below the set from which text is one error away.
func (w *walker) addMisspelled(next *word, row int32, text []rune) {
	if w.now.n > 0 && !w.strictlyBelow(row) {
		return
	}
	for up := w.t.rows[row].parent; up >= 0; up = w.t.rows[up].parent {
		for _, have := range w.now.all() {
			if w.t.holds(up, have) {
				return
			}
		}
		c := &w.t.wides[w.t.rows[up].dense]
		if n := len(c.stem); len(text) >= n && len(text) <= n+1 && equal(c.stem, text[:n]) {
			return // a short name and the first character of the next word: 山西岢岚县
		}
		if oneError(c.name, text) || len(text) <= len(c.stem) && oneError(c.stem, text) {
			next.set.add(up)
			next.mark(w.t.rows[up].level)
			return
		}
	}
}

func (w *walker) strictlyBelow(row int32) bool {
	for _, have := range w.now.all() {
		if have != row && w.t.holds(have, row) {
			return true
		}
	}
	return false
}

// oneError tells whether the two are one replaced, swapped, missing or additional character apart.
func oneError(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) < 2 || len(b)-len(a) > 1 {
		return false
	}
	same := 0
	for same < len(a) && a[same] == b[same] {
		same++
	}
	if len(a) < len(b) {
		return equal(a[same:], b[same+1:])
	}
	if same == len(a) {
		return false
	}
	return equal(a[same+1:], b[same+1:]) ||
		same+1 < len(a) && a[same] == b[same+1] && a[same+1] == b[same] && equal(a[same+2:], b[same+2:])
}
