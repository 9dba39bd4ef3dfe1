package address

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Pasted is what a service clerk pasted: a name, a phone and an address in any order. What was not found is empty.
type Pasted struct {
	Name    string
	Phone   Phone
	Address Parsed
}

// pasteBytes bounds a pasted text; more is cut.
const pasteBytes = 2000

// Split takes a pasted text apart: labels go, then the phone is found, then the division, then the name among the
// short words that are left, and the rest is the detail. It only proposes: the clerk sees and corrects the fields.
func Split(text string) Pasted {
	text = cutAt(text, pasteBytes)
	var p Pasted
	words, name := unlabel(text)
	words, p.Phone = takePhone(words)
	p.Name = name
	if p.Name == "" {
		words, p.Name = takeName(words)
	}
	p.Address = Parse(joinAddress(words))
	return p
}

func cutAt(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

// labels are tried longest first. A name label tells that the word behind it is the name.
var labels = [...]struct {
	text string
	name bool
}{
	{"收货人姓名", true}, {"收件人姓名", true}, {"收货人", true}, {"收件人", true}, {"联系人", true}, {"姓名", true},
	{"收货地址", false}, {"收件地址", false}, {"详细地址", false}, {"所在地区", false}, {"所在区域", false}, {"地址", false},
	{"手机号码", false}, {"电话号码", false}, {"联系电话", false}, {"联系方式", false}, {"手机号", false}, {"手机", false},
	{"电话", false}, {"邮政编码", false}, {"邮编", false},
}

// unlabel cuts the text into words at blanks, line ends and commas, drops labels, and gives the word behind a name
// label. A label counts with a colon behind it, or as a whole word.
func unlabel(text string) (words []string, name string) {
	nameNext := false
	for _, word := range strings.FieldsFunc(text, isGap) {
		for {
			rest, isName, ok := cutLabel(word)
			if !ok {
				break
			}
			word, nameNext = rest, isName
		}
		word = strings.Trim(word, ":：")
		if word == "" {
			continue
		}
		if nameNext && name == "" && looksLikeName(word, 12) {
			name, nameNext = word, false
			continue
		}
		nameNext = false
		// A label may also stand inside: 张三电话：13800138000.
		words = append(words, cutInnerLabels(word)...)
	}
	return words, name
}

func isGap(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune(",，;；、|\u200b", r)
}

func cutLabel(word string) (rest string, isName, ok bool) {
	for _, label := range labels {
		after, found := strings.CutPrefix(word, label.text)
		if found && (after == "" || strings.HasPrefix(after, ":") || strings.HasPrefix(after, "：")) {
			return strings.TrimLeft(after, ":："), label.name, true
		}
	}
	return word, false, false
}

func cutInnerLabels(word string) []string {
	for _, label := range labels {
		for _, colon := range [...]string{":", "："} {
			if before, after, found := strings.Cut(word, label.text+colon); found {
				return append(cutInnerLabels(before), cutInnerLabels(after)...)
			}
		}
	}
	if word == "" {
		return nil
	}
	return []string{word}
}

// takePhone finds the best number and takes it out. A number may spread over words (138 0013 8000), share a word with
// the name (张三13800138000), and have its extension in the next word (13800000000,1234 was cut at the comma).
func takePhone(words []string) ([]string, Phone) {
	best, found := span{}, Phone{}
	for i := range words {
		for _, s := range phoneSpans(words, i) {
			p := ParsePhone(s.text)
			if rank(p) > rank(found) || rank(p) == rank(found) && rank(p) > 0 && s.word == best.word && s.size() > best.size() {
				best, found = s, p
			}
		}
	}
	if rank(found) == 0 {
		return words, Phone{}
	}
	left := append([]string(nil), words[:best.word]...)
	for _, side := range [...]string{words[best.word][:best.from], words[best.last][best.to:]} {
		if side = strings.Trim(side, "()（）[]【】:："); side != "" {
			left = append(left, side)
		}
	}
	return append(left, words[best.last+1:]...), found
}

// rank orders kinds by how surely they are the recipient's phone; 0 is no phone. Short numbers are refused, for house
// numbers look like them.
func rank(p Phone) int {
	switch p.Kind {
	case PhoneVirtual:
		return 6
	case PhoneMobile:
		return 5
	case PhoneHongKong, PhoneMacao, PhoneTaiwan:
		return 4
	case PhoneLandline:
		return 3
	case PhoneService:
		return 2
	case PhoneMasked:
		return 1
	}
	return 0
}

// span is a stretch of text from a byte of one word to a byte of the same or a later word.
type span struct {
	text     string
	word     int
	last     int
	from, to int
}

func (s span) size() int { return len(s.text) }

// phoneSpans gives the stretches starting in word i that could be numbers.
func phoneSpans(words []string, i int) []span {
	word := words[i]
	from := strings.IndexAny(word, "+0123456789")
	if from < 0 {
		return nil
	}
	var spans []span
	for from < len(word) {
		to := from
		for to < len(word) && strings.IndexByte("+-0123456789*()", word[to]) >= 0 {
			to++
		}
		if to-from >= 7 {
			spans = append(spans, span{text: word[from:to], word: i, last: i, from: from, to: to})
			if end := extensionEnd(word, to); end > to {
				spans = append(spans, span{text: word[from:end], word: i, last: i, from: from, to: end})
			}
		}
		next := strings.IndexAny(word[min(to+1, len(word)):], "+0123456789")
		if next < 0 {
			break
		}
		from = min(to+1, len(word)) + next
	}
	text := word
	for last := i + 1; last < len(words) && last < i+4 && isDialText(words[last-1]) && isDialText(words[last]); last++ {
		text += words[last]
		spans = append(spans, span{text: text, word: i, last: last, to: len(words[last])})
		if last == i+1 && len(words[last]) <= 6 {
			spans = append(spans, span{text: word + "," + words[last], word: i, last: last, to: len(words[last])})
		}
	}
	return spans
}

// extensionEnd gives the end of 转123 or 分机123 behind a number.
func extensionEnd(word string, at int) int {
	for _, mark := range [...]string{"转接", "转", "分机"} {
		if rest, ok := strings.CutPrefix(word[at:], mark); ok {
			digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
			if digits > 0 && digits <= 6 {
				return at + len(mark) + digits
			}
		}
	}
	return at
}

func isDialText(word string) bool { return strings.Trim(word, "+-0123456789") == "" }

// takeName takes the first word of two to four Han characters that is no place, else the first name of other letters.
func takeName(words []string) ([]string, string) {
	for _, limit := range [...]int{4, 12} {
		for i, word := range words {
			if looksLikeName(word, limit) && (limit == 4 || hasTitle(word)) {
				return append(append([]string(nil), words[:i]...), words[i+1:]...), word
			}
		}
	}
	return words, ""
}

func hasTitle(word string) bool {
	for _, title := range [...]string{"先生", "女士", "小姐", "老师", "经理"} {
		if strings.HasSuffix(word, title) {
			return true
		}
	}
	return false
}

// looksLikeName tells whether a word of at most limit characters can be a person: Han, dots and stars only, not ending
// like an address, and no division.
func looksLikeName(word string, limit int) bool {
	count := utf8.RuneCountInString(word)
	if count < 2 || count > limit {
		return false
	}
	for _, r := range word {
		if !unicode.Is(unicode.Han, r) && r != '·' && r != '*' && !(limit > 4 && unicode.IsLetter(r)) {
			return false
		}
	}
	last, _ := utf8.DecodeLastRuneInString(word)
	if strings.ContainsRune("省市区县州盟旗乡镇村路街道巷弄号栋幢座室楼层苑园城厦里庄店院厂", last) {
		return false
	}
	for _, s := range regions().at(foldName(word)) {
		if strings.HasPrefix(foldName(word), s.text) && regions().rows[s.row].level <= city {
			return false
		}
	}
	return true
}

// joinAddress puts the words that are left together again and drops a postal code.
func joinAddress(words []string) string {
	kept := make([]string, 0, len(words))
	for _, word := range words {
		if len(word) == 6 && strings.Trim(word, "0123456789") == "" {
			continue
		}
		kept = append(kept, word)
	}
	return strings.Join(kept, " ")
}
