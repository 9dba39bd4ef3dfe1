package address

import "strings"

// Parsed is an address read into its divisions. Names are the official ones of the region table.
type Parsed struct {
	Province string
	City     string // the province again for municipalities; empty for districts directly under a province
	District string // empty for cities without districts
	Street   string // from the table, or as the channel gave it
	Code     string // GB code of the level reached: 2, 4 or 6 digits; empty when nothing was found
	// StreetCode has 9 digits; empty when the street is not in the table.
	StreetCode string
	Detail     string // what the sender wrote behind the divisions, for print
	Confidence Confidence
	Reasons    Reason // every reason noticed; Reasons.Main() is the weightiest
}

// Masked tells whether the platform hid a part of the address. Such an address has no Key: use the platform's own
// identity of the recipient.
func (p Parsed) Masked() bool { return p.Reasons.Has(ReasonMasked) }

// Parse reads an address written in one line. It never fails: what is not understood stays in Detail.
func Parse(text string) Parsed {
	w := walker{t: regions()}
	left := w.consume(withoutCountry(text), false)
	if w.now.n == 0 {
		return parseInside(text)
	}
	return w.finish(text, &[5]piece{4: left})
}

// ParseParts reads an address that a channel gives in fields. Any may be empty, a level may stand in the wrong field
// (a county in city), and detail may repeat the divisions.
func ParseParts(province, city, district, town, detail string) Parsed {
	w := walker{t: regions()}
	var left [5]piece
	fields := [5]string{withoutCountry(province), city, district, town, detail}
	unread := false
	for i, field := range fields {
		if field == "" {
			continue
		}
		if i == 4 {
			field = dropKept(field, &left)
		}
		nothing := w.now.n == 0
		if i >= 1 && i <= 3 && w.expectsTown() {
			left[i] = w.consumeTown(field)
		} else {
			left[i] = w.consume(field, i < 4)
		}
		w.weak = w.weak || nothing && unread && w.now.n > 0 // the words before might have said otherwise
		unread = unread || left[i].rest != ""
		if w.resolved() >= 0 {
			for j := range i {
				left[j].held = ""
			}
		}
	}
	return w.finish(province+city+district+town+detail, &left)
}

// expectsTown tells whether the next level down is the street.
func (w *walker) expectsTown() bool {
	row := w.resolved()
	return row >= 0 && (w.t.rows[row].level >= area || w.t.isTownCity(row))
}

// consumeTown reads a field that should hold a town, also without its suffix.
func (w *walker) consumeTown(town string) piece {
	if next, ok := w.readTownStem(fold(town).text); ok {
		w.take(&next)
		return piece{}
	}
	return w.consume(town, true)
}

// readTownStem reads a town without its suffix: 长安 for 长安镇. Only a channel's own field may be so short.
func (w *walker) readTownStem(town string) (word, bool) {
	for _, suffix := range streetSuffixes {
		if next, ok := w.readStreet(town + suffix); ok && next.size == len(town)+len(suffix) {
			return next, true
		}
	}
	return word{}, false
}

// parseInside reads an address behind some other text: 【公司】浙江省杭州市... The text is kept before the detail.
func parseInside(text string) Parsed {
	t := regions()
	f := fold(text)
	for at := range f.text {
		if at == 0 || at > 90 {
			continue
		}
		for _, s := range t.at(f.text[at:]) {
			if s.kind == fullName && t.rows[s.row].level <= city && strings.HasPrefix(f.text[at:], s.text) {
				from := f.origin(at)
				w := walker{t: t, reasons: ReasonLeadingText}
				left := w.consume(text[from:], false)
				left.rest = strings.TrimSpace(strings.Trim(text[:from], fillers) + " " + left.rest)
				return w.finish(text, &[5]piece{4: left})
			}
		}
	}
	w := walker{t: t}
	return w.finish(text, &[5]piece{4: {rest: strings.Trim(text, fillers)}})
}

func withoutCountry(text string) string {
	if text == "" || text[0] != "中"[0] {
		return text
	}
	text = strings.TrimPrefix(text, "中华人民共和国")
	if strings.HasPrefix(text, "中国") && !strings.HasPrefix(text, "中国人") {
		text = strings.TrimLeft(text[len("中国"):], fillers)
	}
	return text
}

// dropKept removes from the front of the detail what earlier fields left unread, so that an unknown zone that the
// channel repeats in the detail is not printed twice.
func dropKept(detail string, left *[5]piece) string {
	for _, l := range left[:4] {
		if l.rest == "" {
			continue
		}
		if before, after, ok := strings.Cut(detail, l.rest); ok && len(before) <= 60 && isChain(before) {
			detail = before + after
		}
	}
	return detail
}

// isChain tells whether the text is divisions and nothing else.
func isChain(text string) bool {
	if text == "" {
		return true
	}
	w := walker{t: regions()}
	left := w.consume(text, false)
	return w.now.n > 0 && left.rest == ""
}

// finish turns what was read and what was left into the answer. text is everything that came in.
func (w *walker) finish(text string, left *[5]piece) Parsed {
	p := Parsed{Reasons: w.reasons}
	row := w.resolved()
	if row < 0 && w.now.n > 0 {
		p.Reasons |= ReasonAmbiguous
		row = w.shared()
	}
	w.fill(&p, row)
	w.keepUnread(&p, left)
	p.Confidence = w.confidence(&p, row)
	if strings.ContainsAny(text, "*＊") {
		p.Reasons |= ReasonMasked
	}
	if p.Detail == "" {
		p.Reasons |= ReasonEmptyDetail
	}
	return p
}

// shared gives the lowest division that holds the whole set, or -1.
func (w *walker) shared() int32 {
	for row := w.now.rows[0]; row >= 0; row = w.t.rows[row].parent {
		all := true
		for _, other := range w.now.all() {
			all = all && w.t.holds(row, other)
		}
		if all {
			return row
		}
	}
	return -1
}

// fill writes names and code of the row and all above it.
func (w *walker) fill(p *Parsed, row int32) {
	for ; row >= 0; row = w.t.rows[row].parent {
		d := &w.t.rows[row]
		switch d.level {
		case street:
			p.Street, p.StreetCode = w.t.official(row), d.code
			continue
		case area:
			p.District = w.t.official(row)
		case city:
			p.City = w.t.official(row)
		case province:
			p.Province = w.t.official(row)
			if w.t.isMunicipal(row) {
				p.City = p.Province
			}
		}
		if p.Code == "" {
			p.Code = d.code
		}
	}
}

// keepUnread joins what was not understood with the detail. An unknown town of the channel becomes the street.
func (w *walker) keepUnread(p *Parsed, left *[5]piece) {
	town := left[3]
	if p.Street == "" && town.rest != "" && town.held == "" && (p.District != "" || len(p.Code) == 6) {
		p.Street, left[3].rest = town.rest, ""
		left[4].rest = strings.TrimLeft(strings.TrimPrefix(left[4].rest, town.rest), fillers)
	}
	if w.now.n > 0 && town.rest != "" && !w.seen[city] && !w.seen[province] {
		w.weak = true // the district stands alone, and the town in it is unknown
	}
	var kept [10]string
	n := 0
	for i, l := range left {
		for _, text := range [...]string{l.held, l.rest} {
			if text != "" {
				kept[n] = text
				n++
			}
		}
		if i < 4 && l.rest != "" {
			p.Reasons |= ReasonUnknownPart
		}
	}
	if n == 1 {
		p.Detail = kept[0]
		return
	}
	p.Detail = strings.Join(kept[:n], "")
}

func (w *walker) confidence(p *Parsed, row int32) Confidence {
	switch {
	case row < 0:
		if p.Reasons&ReasonAmbiguous == 0 {
			p.Reasons |= ReasonNoDivision
		}
		return None
	case p.District == "" && !(w.t.isTownCity(row) || w.t.rows[row].level == street):
		if p.Reasons&ReasonAmbiguous == 0 {
			p.Reasons |= ReasonNoDistrict
		}
		return Low
	}
	w.noteInferred(p)
	if p.Reasons&ReasonAmbiguous != 0 && p.District == "" || w.weak || w.vague {
		return Low
	}
	return High
}

// noteInferred reports levels that nobody wrote.
func (w *walker) noteInferred(p *Parsed) {
	if p.District != "" && !w.seen[area] {
		p.Reasons |= ReasonDistrictInferred
	}
	if p.City != "" && p.City != p.Province && !w.seen[city] {
		p.Reasons |= ReasonCityInferred
	}
	if !w.seen[province] {
		p.Reasons |= ReasonProvinceInferred
	}
}
