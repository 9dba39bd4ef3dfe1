package address

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// PhoneKind is what sort of number a Phone is.
type PhoneKind uint8

const (
	// PhoneEmpty: nothing was given.
	PhoneEmpty PhoneKind = iota
	// PhoneMobile is a mainland mobile number of 11 digits.
	PhoneMobile
	// PhoneLandline is a mainland number with area code, perhaps with an extension.
	PhoneLandline
	// PhoneService is a 400 or 800 number.
	PhoneService
	// PhoneVirtual is a platform's privacy number: a mobile with an extension that expires, or a 950 number. Print
	// both parts, and never recognise a customer by it.
	PhoneVirtual
	// PhoneHongKong, PhoneMacao and PhoneTaiwan are written with +852, +853 and +886.
	PhoneHongKong
	PhoneMacao
	PhoneTaiwan
	// PhoneShort is a service number of 3 to 6 digits (95588, 12345): legal as a contact, useless to a courier abroad.
	PhoneShort
	// PhoneMasked was hidden or enciphered by the platform.
	PhoneMasked
	// PhoneMalformed is none of these; Fault says why.
	PhoneMalformed
)

// String gives the stable lower-case name.
func (k PhoneKind) String() string {
	return [...]string{"empty", "mobile", "landline", "service", "virtual", "hk", "mo", "tw", "short", "masked",
		"malformed"}[min(k, PhoneMalformed)]
}

// PhoneFault says what is wrong or odd with a number.
type PhoneFault uint8

const (
	// PhoneFine: nothing to say.
	PhoneFine PhoneFault = iota
	// PhoneTooShort and PhoneTooLong: the count of digits fits no kind.
	PhoneTooShort
	PhoneTooLong
	// PhoneBadArea: a landline whose length does not suit its area code, such as 010 with seven digits.
	PhoneBadArea
	// PhoneNoArea: seven or eight digits, a landline without its area code.
	PhoneNoArea
	// PhoneNotDigits: letters or signs that no number has.
	PhoneNotDigits
	// PhoneUnknown: the digits begin like no number in use.
	PhoneUnknown
	// PhoneOddSegment is a warning only: a mobile number of a segment that was not issued to people when this was
	// written. Lists of segments age fast, so the number stays valid.
	PhoneOddSegment
)

var phoneFaults = [...]struct{ code, zh, en string }{
	{"", "", ""},
	{"too_short", "号码位数不够，请核对。", "The number has too few digits; please check it."},
	{"too_long", "号码位数太多，请核对。", "The number has too many digits; please check it."},
	{"bad_area_code", "区号和号码位数不符，请核对固定电话。", "Area code and length do not fit; please check the landline number."},
	{"missing_area_code", "固定电话缺区号，请补充。", "The landline number lacks its area code; please add it."},
	{"not_digits", "号码含有不该有的字符，请核对。", "The number holds characters that no number has; please check it."},
	{"unknown_number", "号码不是任何已知类型，请核对。", "The number is of no known kind; please check it."},
	{"odd_segment", "手机号段少见，请留意。", "The mobile segment is unusual; please take note."},
}

// String gives the stable code, "" for PhoneFine.
func (f PhoneFault) String() string { return phoneFaults[min(f, PhoneOddSegment)].code }

// ZH gives the Chinese sentence.
func (f PhoneFault) ZH() string { return phoneFaults[min(f, PhoneOddSegment)].zh }

// EN gives the English sentence.
func (f PhoneFault) EN() string { return phoneFaults[min(f, PhoneOddSegment)].en }

// Phone is a telephone number as read.
type Phone struct {
	// Number is in one form per kind: 13800138000, 021-12345678, 4008001234, +85291234567, 95588. For masked and
	// malformed numbers it is the text as it came.
	Number    string
	Extension string // digits; empty when there is none
	Kind      PhoneKind
	Fault     PhoneFault // why it is malformed, or a warning
}

// Diallable tells whether a courier can call the number.
func (p Phone) Diallable() bool {
	return p.Kind != PhoneEmpty && p.Kind != PhoneMasked && p.Kind != PhoneMalformed
}

// CanSMS tells whether a text message may be sent: only to a mainland mobile number without an extension.
func (p Phone) CanSMS() bool { return p.Kind == PhoneMobile && p.Extension == "" }

// String gives the number with its extension, for print.
func (p Phone) String() string {
	if p.Extension == "" {
		return p.Number
	}
	return p.Number + "-" + p.Extension
}

// ParsePhone reads a telephone number of an order. It never fails: what cannot be read is PhoneMalformed with a Fault.
func ParsePhone(text string) Phone {
	raw := strings.TrimSpace(text)
	if raw == "" {
		return Phone{}
	}
	if len(raw) > 1000 {
		return Phone{Number: raw[:1000], Kind: PhoneMalformed, Fault: PhoneTooLong}
	}
	plain := strings.ToLower(raw)
	for i := range len(raw) {
		if raw[i] >= 0x80 {
			plain = dashes.Replace(strings.ToLower(norm.NFKC.String(raw)))
			break
		}
	}
	if isHidden(plain) {
		return Phone{Number: raw, Kind: PhoneMasked}
	}
	main, extension, fault := splitExtension(plain)
	var p Phone
	if fault == PhoneFine {
		p = classify(main, extension)
	} else {
		p = malformed(fault)
	}
	if p.Kind == PhoneMalformed {
		p.Number, p.Extension = raw, ""
	}
	return p
}

var dashes = strings.NewReplacer("\u2010", "-", "\u2011", "-", "\u2012", "-", "\u2013", "-", "\u2014", "-",
	"\u2212", "-")

// isHidden tells masks (138****0000, 138xxxx0000) and the cipher texts of platforms (~AgAA..., $...$, #...#).
func isHidden(text string) bool {
	if strings.Contains(text, "*") || strings.Contains(text, "xxx") {
		return true
	}
	return len(text) >= 16 && strings.ContainsRune("~$#", rune(text[0]))
}

// splitExtension separates what follows 转, ext, x, a comma, or a dash behind a complete number. Main keeps its dashes.
func splitExtension(text string) (main, extension string, fault PhoneFault) {
	for _, mark := range [...]string{"分机号", "分机", "转接", "转", "extension", "ext.", "ext", "x", "#", ",", "、", ";"} {
		before, after, found := strings.Cut(text, mark)
		if !found {
			continue
		}
		digits, clean := digitsOf(after)
		switch {
		case !clean:
			return "", "", PhoneNotDigits
		case len(digits) > 6:
			return "", "", PhoneTooLong
		}
		return before, digits, PhoneFine
	}
	at := strings.LastIndexByte(text, '-')
	if at < 0 {
		return text, "", PhoneFine
	}
	before, okBefore := digitsOf(strings.TrimLeft(text[:at], "+ "))
	after, okAfter := digitsOf(text[at+1:])
	if okBefore && okAfter && after != "" && len(after) <= 6 && isComplete(before, strings.Contains(text[:at], "-")) {
		return text[:at], after, PhoneFine
	}
	return text, "", PhoneFine
}

// isComplete tells whether these digits are a whole number, so that a further group is an extension. 0571-8765 4321
// with dashes inside is not: a landline must have had its own dash or all of its digits.
func isComplete(digits string, dashed bool) bool {
	for _, prefix := range [...]string{"0086", "86"} {
		if rest, ok := strings.CutPrefix(digits, prefix); ok && len(rest) >= 10 {
			digits = rest
			break
		}
	}
	switch {
	case isMobile(digits) || strings.HasPrefix(digits, "950") && len(digits) >= 10:
		return true
	case strings.HasPrefix(digits, "400") || strings.HasPrefix(digits, "800"):
		return len(digits) == 10
	case strings.HasPrefix(digits, "0"):
		return classify(digits, "").Kind == PhoneLandline && (dashed || len(digits) >= 11)
	}
	return false
}

// digitsOf drops blanks, dashes, dots and brackets; clean is false when anything else stood between.
func digitsOf(text string) (digits string, clean bool) {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case strings.ContainsRune(" -.()/\t", r):
		default:
			return "", false
		}
	}
	return b.String(), true
}

// classify names the kind of a number without its extension.
func classify(main, extension string) Phone {
	abroad := strings.HasPrefix(strings.TrimLeft(main, " ("), "+")
	digits, clean := digitsOf(strings.Replace(main, "+", "", 1))
	if !clean {
		return malformed(PhoneNotDigits)
	}
	if rest, ok := strings.CutPrefix(digits, "00"); ok {
		abroad, digits = true, rest
	}
	if p, ok := island(digits, extension, abroad); ok {
		return p
	}
	if rest, ok := strings.CutPrefix(digits, "86"); ok && (abroad || len(digits) > 11) {
		digits = rest
		if !isMobile(digits) && !isService(digits) && len(digits) >= 9 && digits[0] != '0' {
			digits = "0" + digits // +86 21 12345678 has no leading zero
		}
	} else if abroad {
		return malformed(PhoneUnknown)
	}
	return mainland(digits, extension)
}

func mainland(digits, extension string) Phone {
	switch {
	case digits == "":
		return malformed(PhoneTooShort)
	case isMobile(digits):
		p := Phone{Number: digits, Extension: extension, Kind: PhoneMobile}
		if isOddSegment(digits) {
			p.Fault = PhoneOddSegment
		}
		if extension != "" {
			p.Kind = PhoneVirtual
		}
		return p
	case digits[0] == '0':
		return landline(digits, extension)
	case isService(digits):
		return Phone{Number: digits, Extension: extension, Kind: PhoneService}
	case strings.HasPrefix(digits, "950") && len(digits) >= 10 && len(digits) <= 16:
		return Phone{Number: digits, Extension: extension, Kind: PhoneVirtual}
	case len(digits) >= 3 && len(digits) <= 6 && (digits[0] == '1' || digits[0] == '9'):
		return Phone{Number: digits, Extension: extension, Kind: PhoneShort}
	case len(digits) == 7 || len(digits) == 8:
		return malformed(PhoneNoArea)
	case len(digits) < 11:
		return malformed(PhoneTooShort)
	case len(digits) > 11:
		return malformed(PhoneTooLong)
	}
	return malformed(PhoneUnknown)
}

func isMobile(digits string) bool {
	return len(digits) == 11 && digits[0] == '1' && digits[1] >= '3'
}

func isService(digits string) bool {
	return len(digits) == 10 && (strings.HasPrefix(digits, "400") || strings.HasPrefix(digits, "800"))
}

// isOddSegment knows the segments that libphonenumber 1.13.16 (metadata "max") refuses.
func isOddSegment(digits string) bool {
	switch digits[:3] {
	case "140", "141", "142", "143", "144", "146", "148", "149", "154", "160", "161", "163", "164", "168", "169", "174",
		"179", "194":
		return true
	}
	return false
}

// landline knows that 010 and 02x have eight digits behind, and the other area codes, of four digits, seven or eight.
func landline(digits, extension string) Phone {
	area, least := 4, 7
	switch {
	case len(digits) < 3:
		return malformed(PhoneTooShort)
	case digits[1] == '2' || strings.HasPrefix(digits, "010"):
		area, least = 3, 8
	case digits[1] < '3':
		return malformed(PhoneBadArea)
	}
	switch rest := len(digits) - area; {
	case rest < least && rest >= 7, rest == 9 && area == 3:
		return malformed(PhoneBadArea)
	case rest < least:
		return malformed(PhoneTooShort)
	case rest > 8:
		return malformed(PhoneTooLong)
	}
	return Phone{Number: digits[:area] + "-" + digits[area:], Extension: extension, Kind: PhoneLandline}
}

// island reads numbers of Hong Kong, Macao and Taiwan. Without a plus only a number of exactly their length counts.
func island(digits, extension string, abroad bool) (Phone, bool) {
	for _, place := range [...]struct {
		code        string
		kind        PhoneKind
		least, most int
	}{{"852", PhoneHongKong, 8, 8}, {"853", PhoneMacao, 8, 8}, {"886", PhoneTaiwan, 8, 9}} {
		rest, ok := strings.CutPrefix(digits, place.code)
		if !ok || !abroad && len(digits) < 11 {
			continue
		}
		if place.kind == PhoneTaiwan {
			rest = strings.TrimPrefix(rest, "0")
		}
		switch {
		case len(rest) < place.least:
			return malformed(PhoneTooShort), true
		case len(rest) > place.most:
			return malformed(PhoneTooLong), true
		}
		return Phone{Number: "+" + place.code + rest, Extension: extension, Kind: place.kind}, true
	}
	return Phone{}, false
}

func malformed(fault PhoneFault) Phone { return Phone{Kind: PhoneMalformed, Fault: fault} }
