package web

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the house's day does not depend on what the machine has installed

	"baihuo/internal/db"
	"baihuo/internal/money"
)

// houseZone is the time zone of pages that belong to no shop.
const houseZone = "Asia/Shanghai"

func zone(name string) *time.Location {
	if loc, err := time.LoadLocation(name); err == nil && name != "" {
		return loc
	}
	loc, err := time.LoadLocation(houseZone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// stamp is a time as pages show it: short, and in full for who points at it.
type stamp struct{ Short, Full string }

// stampOf shows a time beside now: 今天 14:05, else the date and time.
func (v *visit) stampOf(at, now db.Instant, zoneName string) stamp {
	if at == 0 {
		return stamp{}
	}
	loc := zone(zoneName)
	t, today := at.Time().In(loc), now.Time().In(loc)
	s := stamp{Short: t.Format("2006-01-02 15:04"), Full: t.Format("2006-01-02 15:04:05 -07:00")}
	if t.Format(time.DateOnly) == today.Format(time.DateOnly) {
		s.Short = v.word("today") + " " + t.Format("15:04")
	}
	return s
}

// age says how long ago, in the largest unit that is at least two.
func (v *visit) age(at, now db.Instant) string {
	d := max(now.Time().Sub(at.Time()), 0)
	switch {
	case d < 2*time.Minute:
		return v.fill("seconds", int(d.Seconds()))
	case d < 2*time.Hour:
		return v.fill("minutes", int(d.Minutes()))
	case d < 48*time.Hour:
		return v.fill("hours", int(d.Hours()))
	}
	return v.fill("days", int(d.Hours()/24))
}

// price shows an amount with its sign and thousands: ¥1,234.50.
func price(a money.Amount, cur money.Currency) string {
	text, minus := strings.CutPrefix(a.Format(cur), "-")
	whole, cents, pointed := strings.Cut(text, ".")
	sign := map[money.Currency]string{money.CNY: "¥", money.USD: "$", money.EUR: "€", money.GBP: "£", money.JPY: "¥",
		money.HKD: "HK$"}[cur]
	if sign == "" {
		sign = string(cur) + " "
	}
	if whole = thousands(whole); pointed {
		whole += "." + cents
	}
	if minus {
		sign = "-" + sign
	}
	return sign + whole
}

func thousands(digits string) string {
	var b strings.Builder
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return b.String()
}

func number(n int64) string {
	if n < 0 {
		return "-" + thousands(fmt.Sprint(-n))
	}
	return thousands(fmt.Sprint(n))
}

// signed shows a change: +3, -2, and nothing for none.
func signed(n int64) string {
	switch {
	case n == 0:
		return ""
	case n > 0:
		return "+" + number(n)
	}
	return number(n)
}

// funcs are what the templates may call.
func (v *visit) funcs() template.FuncMap {
	return template.FuncMap{"t": v.must, "n": number, "signed": signed,
		"other": func() string { return map[string]string{"zh": "English", "en": "中文"}[v.lang] },
		"has":   slices.Contains[[]string, string],
		// dict gives a part of a template several values under names.
		"dict": func(pairs ...any) map[string]any {
			m := map[string]any{}
			for i := 0; i+1 < len(pairs); i += 2 {
				m[fmt.Sprint(pairs[i])] = pairs[i+1]
			}
			return m
		}}
}

// must gives a word to a template, which fails when there is none.
func (v *visit) must(key string) (string, error) {
	if w, known := words[key]; known {
		return w.in(v.lang), nil
	}
	return "", fmt.Errorf("web: no word %q", key)
}

// word gives a word to code; a missing one shows its key.
func (v *visit) word(key string) string {
	w, known := words[key]
	if !known {
		return key
	}
	return w.in(v.lang)
}

func (v *visit) fill(key string, args ...any) string { return fmt.Sprintf(v.word(key), args...) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
