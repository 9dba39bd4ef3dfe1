package address

import "strings"

// How a chain of divisions is read.
//
// A walker holds the set of divisions that the words so far may mean; empty means nothing was read yet. Each further
// word narrows the set: a word fits if one of its divisions holds, equals or lies below one of the set, and the lower
// of the two stays. So 海南 三亚 needs no look-ahead, 鼓楼区 stays four districts until a street picks one, and a repeated
// prefix is simply a word that changes nothing. Words are looked up longest first; only where no official name fits are
// a street that leaves its district out, a typing error, and a short name tried, in this order.

// set is a small set of rows. When it is full the words are hopelessly ambiguous and further rows change nothing.
type set struct {
	rows [32]int32
	n    int
}

func (s *set) add(row int32) {
	for _, have := range s.rows[:s.n] {
		if have == row {
			return
		}
	}
	if s.n < len(s.rows) {
		s.rows[s.n] = row
		s.n++
	}
}

func (s *set) all() []int32 { return s.rows[:s.n] }

func (s *set) equals(other *set) bool {
	if s.n != other.n {
		return false
	}
	for i, row := range s.all() {
		if other.rows[i] != row {
			return false
		}
	}
	return true
}

type walker struct {
	t       *table
	now     set
	reasons Reason
	seen    [street + 1]bool // levels that were written
	weak    bool             // something read is only likely
	vague   bool             // the district was read in a way that a street should confirm
	wrong   [2]misspelling   // what was misspelled, in case that a repeated prefix brings it again
}

type misspelling struct {
	text string
	rows set
}

// word is one reading at the present position.
type word struct {
	set     set
	size    int // bytes of the folded text
	reasons Reason
	weak    bool
	vague   bool
	lowest  level // of the rows that were written
	levels  [street + 1]bool
	wrong   string // the misspelled text, if it is one
}

// piece is what consume left of one text.
type piece struct {
	held string // read, but it fits several divisions
	rest string // not read
}

// consume reads divisions from the front of text. A part is a channel's own field, so that a short name filling it is
// as good as a full one.
func (w *walker) consume(text string, part bool) piece {
	f := fold(text)
	done, at, repeat := 0, 0, group{start: -1}
	for {
		at = w.skipCounties(f.text, skipFiller(f.text, at))
		next, ok := w.read(f.text[at:], part)
		if !ok {
			break
		}
		before := w.now
		if before.n > 0 && next.set.equals(&before) {
			if !repeat.accept(w, at, &next) {
				break
			}
			at += next.size
			if repeat.whole(w, f.text[at:]) {
				w.noteRepeat()
				repeat, done = group{start: -1}, at
			}
			continue
		}
		if repeat.start >= 0 {
			w.reasons |= ReasonRepeated
			repeat = group{start: -1}
		}
		w.take(&next)
		at += next.size
		if w.resolved() >= 0 {
			done = at
		}
	}
	if repeat.start >= 0 { // an unfinished repeat belongs to the detail: 杭州市第一医院
		at = repeat.start
	}
	w.noteConflict(f.text[at:])
	held, rest := f.origin(done), f.origin(at)
	return piece{held: strings.Trim(text[held:rest], fillers), rest: strings.TrimLeft(text[rest:], fillers)}
}

func (w *walker) take(next *word) {
	w.now = next.set
	w.weak = w.weak || next.weak
	if w.vague && (next.levels[street] || next.levels[area]) {
		w.vague = false // 恩施恩施市, 昆山张浦镇: the short name was right
		w.reasons &^= ReasonShortName
	}
	w.vague = w.vague || next.vague
	w.reasons |= next.reasons
	if next.wrong != "" {
		w.wrong[1], w.wrong[0] = w.wrong[0], misspelling{text: next.wrong, rows: next.set}
	}
	for l := range next.levels {
		w.seen[l] = w.seen[l] || next.levels[l]
	}
}

// resolved gives the one division that the set means, or -1. A set of one division and others below it means the upper.
func (w *walker) resolved() int32 {
	if w.now.n == 0 {
		return -1
	}
	top := w.now.rows[0]
	for _, row := range w.now.all() {
		if w.t.holds(row, top) {
			top = row
		}
	}
	for _, row := range w.now.all() {
		if !w.t.holds(top, row) {
			return -1
		}
	}
	return top
}

// group is a run of words that repeat what is known already.
type group struct {
	start int // offset of its first word, -1 when there is none
	count int
	first level
	last  level
}

// accept takes a repeating word if it goes down from the one before, as a repeated prefix does.
func (g *group) accept(w *walker, at int, next *word) bool {
	if g.start < 0 {
		*g = group{start: at, count: 1, first: next.lowest, last: next.lowest}
		return true
	}
	if next.lowest <= g.last {
		return false
	}
	g.count, g.last = g.count+1, next.lowest
	return true
}

// whole tells whether the run is a repeated prefix and not the beginning of a road's or a hospital's name.
func (g *group) whole(w *walker, rest string) bool {
	deepest := w.t.rows[w.now.rows[0]].level
	if g.count == 1 && g.last >= area && (startsInstitution(rest) || followsRoad(rest) || followsPlace(rest)) {
		return false
	}
	return g.last == deepest || g.count >= 2 && g.first == province && !startsInstitution(rest)
}

// noteRepeat reports a repeat, except where the levels of one place share a name: 北京市北京市, 东莞市东莞市.
func (w *walker) noteRepeat() {
	row := w.now.rows[0]
	d := w.t.rows[row]
	silent := w.t.isMunicipal(row) || w.t.isTownCity(row) || d.level == area && w.t.rows[d.parent].level == province
	if !silent || w.now.n > 1 {
		w.reasons |= ReasonRepeated
	}
}

// noteConflict looks whether the text goes on with an official division that does not fit. Below a district only one
// of the same province counts, for 新城区 is also what people call a part of their town.
func (w *walker) noteConflict(rest string) {
	if w.now.n == 0 {
		return
	}
	depth, top := w.t.rows[w.now.rows[0]].level, w.now.rows[0]
	for w.t.rows[top].parent >= 0 {
		top = w.t.rows[top].parent
	}
	conflict := false
	for _, s := range w.t.at(rest) {
		d := w.t.rows[s.row]
		if s.kind != fullName || s.flag != 0 || !strings.HasPrefix(rest, s.text) {
			continue
		}
		if w.fits(s.row) {
			return // 鼓楼区 is that of this city, whatever other cities have
		}
		upper := d.level <= city && !startsInstitution(rest[len(s.text):])
		lower := d.level == area && len(s.text) >= 9 && strings.ContainsAny(s.text[len(s.text)-3:], "区县市旗") &&
			(depth <= city || w.t.holds(top, s.row))
		conflict = conflict || (upper || lower) && !followsRoad(rest[len(s.text):])
	}
	if conflict {
		w.reasons |= ReasonConflict
		w.weak = true
	}
}

func (w *walker) fits(row int32) bool {
	for _, have := range w.now.all() {
		if w.t.holds(have, row) || w.t.holds(row, have) {
			return true
		}
	}
	return false
}
