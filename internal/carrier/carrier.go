package carrier

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/money"
)

// Carrier is a company that takes packages. It is never deleted: a stop for the
// whole country takes it out of use.
type Carrier struct {
	ID   id.Carrier
	Code string // folded: see Fold
	Name string
	// NumberPattern is a regular expression (RE2) that a whole waybill number
	// usually matches; empty for none.
	NumberPattern string
	Version       int64
	CreatedAt     db.Instant
}

// Unusual gives ErrNumber when a waybill number does not look like one of this
// carrier's, else nil. It is a warning and stops nothing.
func (c Carrier) Unusual(number string) *fault.Fault {
	if c.NumberPattern == "" {
		return nil
	}
	if re, err := regexp.Compile(`^(?:` + c.NumberPattern + `)$`); err != nil || re.MatchString(number) {
		return nil
	}
	return ErrNumber.With(shown(number), c.Name)
}

// Tariff is the price of one service from one province to one place.
type Tariff struct {
	Carrier      id.Carrier
	Service      string // folded
	Origin       string // province, two digits
	Destination  string // two, four or six digits
	FirstWeightG int64
	FirstPrice   money.Amount
	NextWeightG  int64        // each started step of it above the first weight ...
	NextPrice    money.Amount // ... costs this
	Days         int64
}

// Freight is the price for a weight in g: the first weight, and each started
// step above it. Fault: money.ErrRange.
func (t Tariff) Freight(weightG int64) (money.Amount, error) {
	above := max(0, weightG-t.FirstWeightG)
	next, err := t.NextPrice.Mul((above + t.NextWeightG - 1) / t.NextWeightG)
	if err != nil {
		return 0, err
	}
	return t.FirstPrice.Add(next)
}

// Stoppage is a place that is not served for a while.
type Stoppage struct {
	Region  string     // a place, or empty for the whole country
	Carrier id.Carrier // 0: every carrier
	Service string     // empty: all services
	Reason  string
	From    db.Instant
	Until   db.Instant // 0: until further notice
}

// holds says whether the stop takes a service out of use for a region.
func (s Stoppage) holds(region string, carrier id.Carrier, service string) bool {
	return strings.HasPrefix(region, s.Region) && (s.Carrier == 0 || s.Carrier == carrier) &&
		(s.Service == "" || s.Service == service)
}

// Fold gives the form in which codes of carriers and services are kept and compared.
func Fold(code string) string { return strings.ToUpper(strings.TrimSpace(code)) }

// isPlace says whether code is a prefix of region codes: a province, city or district.
func isPlace(code string) bool {
	return (len(code) == 2 || len(code) == 4 || len(code) == 6) && code[0] != '0' &&
		strings.Trim(code, "0123456789") == ""
}

// prefixes gives the places that a region lies in, shortest first.
func prefixes(region string) []string {
	if !isPlace(region) {
		return nil
	}
	var all []string
	for n := 2; n <= len(region); n += 2 {
		all = append(all, region[:n])
	}
	return all
}

const textMax = 200

// fits says whether a needed text can be kept.
func fits(text string) bool {
	return text != "" && storable(text) && utf8.RuneCountInString(text) <= textMax
}

func storable(text string) bool { return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 }

// shown keeps a sentence short and clean whatever was typed.
func shown(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text[:min(len(text), 40)], "\uFFFD"), "\x00", "\uFFFD")
	if text == "" {
		return "?"
	}
	return text
}

func fieldsOrNil(f *fault.Fault) *fault.Fault {
	if len(f.Fields) == 0 {
		return nil
	}
	return f
}
