package address

import "strings"

// read finds the best word at the front of text.
func (w *walker) read(text string, part bool) (word, bool) {
	below := w.now.n > 0 && w.t.rows[w.now.rows[0]].level >= area
	if below {
		if next, ok := w.readStreet(text); ok {
			return next, true
		}
		if next, ok := w.readName(text, variant, part); ok {
			return next, true
		}
		if next, ok := w.readWrongAgain(text); ok {
			return next, true
		}
		// A short name may begin a repeated prefix, but says nothing new here: 朝阳区朝阳路.
		next, ok := w.readShort(text, part)
		return next, ok && next.lowest <= city && next.set.equals(&w.now)
	}
	if next, ok := w.readName(text, variant, part); ok {
		return next, true
	}
	if next, ok := w.readStreet(text); ok {
		return next, true
	}
	if next, ok := w.readWrongAgain(text); ok {
		return next, true
	}
	brief, okBrief := w.readShort(text, part)
	if next, ok := w.readThroughTypo(text, brief.size); ok {
		return next, true
	}
	wrong, okWrong := w.readTypo(text)
	if okWrong && (!okBrief || w.outweighs(&wrong, &brief)) {
		return wrong, true
	}
	return brief, okBrief
}

// outweighs tells whether a misspelled official name is the better reading than a short name at the same place.
func (w *walker) outweighs(wrong, brief *word) bool {
	const longBytes = 15 // five characters are not alike by chance
	return wrong.set.equals(&brief.set) || brief.set.equals(&w.now) || wrong.size >= longBytes ||
		brief.lowest == area && wrong.lowest == province
}

// readWrongAgain reads what was misspelled before. It says nothing new.
func (w *walker) readWrongAgain(text string) (word, bool) {
	for i := range w.wrong {
		m := &w.wrong[i]
		if m.text == "" || !strings.HasPrefix(text, m.text) {
			continue
		}
		next := word{size: len(m.text)}
		for _, have := range w.now.all() {
			for _, row := range m.rows.all() {
				if w.t.holds(row, have) {
					next.set.add(have)
					next.mark(w.t.rows[row].level)
				}
			}
		}
		if next.set.n > 0 {
			return next, true
		}
	}
	return word{}, false
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

// readShort looks a stem up. It must not be the beginning of a road or place name.
func (w *walker) readShort(text string, part bool) (word, bool) {
	for _, s := range w.t.at(text) {
		if s.kind != short || !strings.HasPrefix(text, s.text) {
			continue
		}
		rest := text[len(s.text):]
		if followsRoad(rest) || w.now.n == 0 && followsEstate(rest) {
			continue
		}
		if w.t.rows[s.row].level == area && followsPlace(rest) && !w.streetBehind(s.row, rest) {
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
		w.preferLower(&next)
		if next.lowest == area && !(part && rest == "" && w.now.n > 0) {
			next.vague = true
			next.reasons |= ReasonShortName
		}
		return next, true
	}
	return word{}, false
}

// streetBehind tells whether the text goes on with a street of this district: 永济城东街道.
func (w *walker) streetBehind(row int32, rest string) bool {
	in := walker{t: w.t}
	in.now.add(row)
	_, ok := in.readStreet(rest)
	return ok
}

// preferLower reads 喀什地区喀什 as 喀什市: the upper one was written already.
func (w *walker) preferLower(next *word) {
	if w.now.n != 1 || next.set.n < 2 || !w.seen[city] {
		return
	}
	for _, row := range next.set.all() {
		if d := w.t.rows[row]; d.level == area && d.parent == w.now.rows[0] && strings.HasSuffix(d.name, "市") {
			next.set, next.lowest = set{}, area
			next.set.add(row)
			return
		}
	}
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
	changed := group[0].kind == variant && next.lowest == area && marks&needsParent == 0 &&
		!strings.Contains(w.t.rows[next.set.rows[0]].name, "自治") // 阿克塞县 is no old name but a brief one
	if changed || marks&oldName != 0 {
		next.reasons |= ReasonRenamed
	}
	next.weak = marks&unsure != 0 || w.isThin(group[0], &next)
	return next, true
}

func (next *word) mark(l level) {
	next.levels[l] = true
	next.lowest = max(next.lowest, l)
}

// isThin tells whether a district's name is no proof by itself: an old name or one of two characters with nothing above
// it, and 东区 城区 郊区 without their city, for they could stand before any building.
func (w *walker) isThin(s spelling, next *word) bool {
	if next.lowest != area || w.belowCity() {
		return false
	}
	if w.now.n == 0 && !strings.ContainsAny(s.text[len(s.text)-3:], "区县市旗") {
		return true // 新城乡: Taiwan's towns share their names with the mainland's
	}
	brief := s.kind == fullName && len(s.text) == 6
	return w.now.n == 0 && (brief || s.kind == variant) || brief && strings.HasSuffix(s.text, "区")
}

// readStreet looks the streets below the set through. There are a dozen below a district and some hundreds below a
// city, so comparing them all is quicker than a dictionary of 41,000.
func (w *walker) readStreet(text string) (word, bool) {
	if len(text) < 6 || w.now.n == 0 {
		return word{}, false
	}
	next := word{lowest: street}
	next.levels[street] = true
	sure := false
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
			size, exact := streetSize(s.name, text)
			if size > next.size || size == next.size && exact && !sure {
				next.set.n, next.size, sure = 0, size, exact
			}
			if size > 0 && size == next.size && exact == sure {
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
func streetSize(name, text string) (size int, exact bool) {
	if strings.HasPrefix(text, name) {
		return len(name), true
	}
	for _, suffix := range streetSuffixes {
		stem, ok := strings.CutSuffix(name, suffix)
		if !ok {
			continue
		}
		if len(stem) < 6 || !strings.HasPrefix(text, stem) {
			return 0, false
		}
		for _, other := range streetSuffixes {
			if strings.HasPrefix(text[len(stem):], other) {
				return len(stem) + len(other), false
			}
		}
		return 0, false
	}
	return 0, false
}

var streetSuffixes = [...]string{"街道", "镇", "乡"}
