package address

import (
	"strings"
	"unicode/utf8"
)

// How a chain of divisions is read.
//
// A walker holds the set of divisions that the words so far may mean; empty means nothing was read yet. Each further
// word narrows the set: a word fits if one of its divisions holds, equals or lies below one of the set, and the lower of
// the two stays. So 海南 三亚 needs no look-ahead, 鼓楼区 stays four districts until a street picks one, and a repeated
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
		at = skipFiller(f.text, at)
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
				w.noteRepeat(&next)
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
	w.reasons |= next.reasons
	w.weak = w.weak || next.weak
	w.vague = next.vague || w.vague && !next.levels[street]
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
	if g.count == 1 && g.last >= area && startsInstitution(rest) {
		return false
	}
	return g.last == deepest || g.count >= 2 && g.first == province && !startsInstitution(rest)
}

// noteRepeat reports a repeat, except where the levels of one place share a name: 北京市北京市, 东莞市东莞市.
func (w *walker) noteRepeat(next *word) {
	row := w.now.rows[0]
	d := w.t.rows[row]
	silent := w.t.isMunicipal(row) || w.t.isTownCity(row) || d.level == area && w.t.rows[d.parent].level == province
	if !silent || w.now.n > 1 {
		w.reasons |= ReasonRepeated
	}
}

// noteConflict looks whether the text goes on with an official province or city that does not fit.
func (w *walker) noteConflict(rest string) {
	if w.now.n == 0 {
		return
	}
	depth := w.t.rows[w.now.rows[0]].level
	for _, s := range w.t.at(rest) {
		d := w.t.rows[s.row]
		if s.kind != fullName || s.flag != 0 || !strings.HasPrefix(rest, s.text) || w.fits(s.row) {
			continue
		}
		upper := d.level <= city && !startsInstitution(rest[len(s.text):])
		lower := d.level == area && depth <= city && len(s.text) >= 9
		if (upper || lower) && !followsRoad(rest[len(s.text):]) {
			w.reasons |= ReasonConflict
			w.weak = true
			return
		}
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

// read finds the best word at the front of text.
func (w *walker) read(text string, part bool) (word, bool) {
	below := w.now.n > 0 && w.t.rows[w.now.rows[0]].level >= area
	if below {
		if next, ok := w.readStreet(text); ok {
			return next, true
		}
		return w.readName(text, fullName, part)
	}
	if next, ok := w.readName(text, variant, part); ok {
		return next, true
	}
	if next, ok := w.readStreet(text); ok {
		return next, true
	}
	if next, ok := w.readThroughTypo(text); ok {
		return next, true
	}
	brief, okBrief := w.readShort(text, part)
	wrong, okWrong := w.readTypo(text)
	if okWrong && (!okBrief || wrong.set.equals(&brief.set)) {
		return wrong, true
	}
	return brief, okBrief
}

// readName looks the longest spelling up whose kind is not above worst.
func (w *walker) readName(text string, worst kind, part bool) (word, bool) {
	list := w.t.at(text)
	for i := 0; i < len(list); {
		s := list[i]
		j := i + 1
		for j < len(list) && list[j].kind == s.kind && list[j].text == s.text {
			j++
		}
		group := list[i:j]
		i = j
		if s.kind > worst || !strings.HasPrefix(text, s.text) || isMarket(text[len(s.text):], s) && !part {
			continue
		}
		if next, ok := w.narrow(group); ok {
			return next, true
		}
	}
	return word{}, false
}

// readShort looks a stem up. It must not be the beginning of a road or place name, and below a district no short name
// is believed at all: 朝阳区朝阳路.
func (w *walker) readShort(text string, part bool) (word, bool) {
	for _, s := range w.t.at(text) {
		if s.kind != short || !strings.HasPrefix(text, s.text) {
			continue
		}
		rest := text[len(s.text):]
		if followsRoad(rest) || w.t.rows[s.row].level == area && followsPlace(rest) {
			continue
		}
		group := []spelling(nil)
		for _, other := range w.t.at(s.text) {
			if other.kind == short && other.text == s.text {
				group = append(group, other)
			}
		}
		next, ok := w.narrow(group)
		if !ok {
			continue
		}
		if next.lowest == area && !(part && rest == "") {
			next.vague = true
			next.reasons |= ReasonShortName
		}
		return next, true
	}
	return word{}, false
}

// narrow keeps what of the spellings fits the set.
func (w *walker) narrow(group []spelling) (word, bool) {
	next := word{size: len(group[0].text)}
	marks := flags(0)
	for _, s := range group {
		kept := false
		if w.now.n == 0 && s.flag&needsParent == 0 {
			next.set.add(s.row)
			kept = true
		}
		for _, have := range w.now.all() {
			switch {
			case w.t.holds(have, s.row) && (s.flag&needsParent == 0 || have != s.row):
				next.set.add(s.row)
				kept = true
			case w.t.holds(s.row, have):
				next.set.add(have)
				kept = true
			}
		}
		if kept {
			marks |= s.flag
			next.mark(w.t.rows[s.row].level)
		}
	}
	if next.set.n == 0 {
		return word{}, false
	}
	if group[0].kind == variant && next.lowest == area && marks&needsParent == 0 || marks&oldName != 0 {
		next.reasons |= ReasonRenamed
	}
	bare := w.now.n == 0 && next.lowest == area // nothing above it: an old or one-character name is not proof
	next.weak = marks&unsure != 0 || bare && (marks&oldName != 0 || len(group[0].text) == 6 && isDirection(group[0].text))
	return next, true
}

func (next *word) mark(l level) {
	next.levels[l] = true
	next.lowest = max(next.lowest, l)
}

// isDirection tells whether the name could stand before any building: 东区, 城区, 郊区.
func isDirection(name string) bool { return strings.HasSuffix(name, "区") }

// readStreet looks the streets below the set through. There are a dozen below a district and some hundreds below a
// city, so comparing them all is quicker than a dictionary of 41,000.
func (w *walker) readStreet(text string) (word, bool) {
	if len(text) < 6 || w.now.n == 0 {
		return word{}, false
	}
	next := word{lowest: street}
	next.levels[street] = true
	for _, have := range w.now.all() {
		d := w.t.rows[have]
		from, to := have, d.end
		switch {
		case d.level == province && !w.t.isMunicipal(have):
			continue
		case d.level == street:
			from = have - 1 // only itself: a repeat
		}
		for row := from + 1; row < to; row++ {
			s := &w.t.rows[row]
			if s.level != street || s.name[:3] != text[:3] {
				continue
			}
			size := streetSize(s.name, text)
			if size > next.size {
				next.set.n, next.size = 0, size
			}
			if size > 0 && size == next.size {
				next.set.add(row)
			}
		}
	}
	if next.size == 0 {
		return word{}, false
	}
	for _, office := range [...]string{"办事处", "办"} {
		if strings.HasSuffix(text[:next.size], "街道") && strings.HasPrefix(text[next.size:], office) {
			next.size += len(office)
			break
		}
	}
	return next, true
}

// streetSize gives how many bytes of text spell this street, 0 for none. A town that became a 街道, or the reverse, is
// still known by its old suffix.
func streetSize(name, text string) int {
	if strings.HasPrefix(text, name) {
		return len(name)
	}
	for _, suffix := range streetSuffixes {
		stem, ok := strings.CutSuffix(name, suffix)
		if !ok {
			continue
		}
		if len(stem) < 6 || !strings.HasPrefix(text, stem) {
			return 0
		}
		for _, other := range streetSuffixes {
			if strings.HasPrefix(text[len(stem):], other) {
				return len(stem) + len(other)
			}
		}
		return 0
	}
	return 0
}

var streetSuffixes = [...]string{"街道", "镇", "乡"}

const fillers = " \t\r\n\u00a0\u3000,，/|、;；_·.。-—"

var pseudoLevels = [...]string{
	"市辖区", "省直辖县级行政区划", "省直辖县级行政单位", "省直辖行政单位", "自治区直辖县级行政区划", "自治区直辖县级行政单位",
	"直辖县级行政区划", "直辖县级", "省直辖县", "省直辖", "直辖县",
}

// skipFiller steps over separators and pseudo levels.
func skipFiller(text string, at int) int {
	for {
		before := at
		for at < len(text) {
			r, size := utf8.DecodeRuneInString(text[at:])
			if !strings.ContainsRune(fillers, r) {
				break
			}
			at += size
		}
		rest := text[at:]
		if strings.HasPrefix(rest, "市辖") || strings.HasPrefix(rest, "省直") || strings.HasPrefix(rest, "自治区直") ||
			strings.HasPrefix(rest, "直辖") {
			for _, pseudo := range pseudoLevels {
				if strings.HasPrefix(rest, pseudo) {
					at += len(pseudo)
					break
				}
			}
		}
		// Chongqing's counties have 县 for a city. It counts only when it stands alone.
		if after, ok := strings.CutPrefix(rest, "县"); ok && (after == "" || strings.ContainsAny(after[:1], " ,/|")) {
			at += len("县")
		}
		if at == before {
			return at
		}
	}
}

// startsInstitution tells whether the text goes on as the name of a public place, so that the division before it
// belongs to that name.
func startsInstitution(rest string) bool {
	return startsWithAny(rest, "政府", "人民政府", "人民医院", "人民法院", "人民检察院", "公安", "法院", "检察", "税务", "教育",
		"第", "医院", "中心", "实验", "中学", "小学", "妇幼", "中医", "委", "博物馆", "图书馆", "体育", "行政", "农业", "职业")
}

// isMarket keeps 萧山市场 from being read as 萧山市 and 场.
func isMarket(rest string, s spelling) bool {
	return strings.HasSuffix(s.text, "市") && (strings.HasPrefix(rest, "场") ||
		s.kind == variant && startsWithAny(rest, "政", "民", "区"))
}

// followsRoad tells whether the text goes on as a road's name after a place name: 南京东路, 上海路.
func followsRoad(rest string) bool {
	for _, direction := range [...]string{"东", "南", "西", "北", "中", "新", "一", "二", "三", "四"} {
		if after, ok := strings.CutPrefix(rest, direction); ok {
			rest = after
			break
		}
	}
	return startsWithAny(rest, "路", "街", "大街", "大道", "道", "巷", "胡同", "弄", "线", "高速", "国道", "支路", "环路")
}

// followsPlace tells whether the text goes on as the name of a place smaller than a district: 西湖小区, 江山花园.
func followsPlace(rest string) bool {
	return startsWithAny(rest, "里", "村", "庄", "苑", "园", "城", "湾", "桥", "站", "港", "镇", "乡", "寺", "塔", "山", "湖",
		"河", "江", "小区", "社区", "公园", "花园", "广场", "大厦", "新村", "机场", "门", "楼", "宾馆", "酒店", "国际", "公寓")
}

func startsWithAny(text string, words ...string) bool {
	for _, word := range words {
		if strings.HasPrefix(text, word) {
			return true
		}
	}
	return false
}
