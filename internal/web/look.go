package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A look is what a person chose for this browser: light or dark, how dense, whether
// single keys act. Each is a cookie, chosen by an address such as ?theme=dark.
type look struct {
	Theme, Density, Keys string
}

// choices are what a visitor may choose by an address, with their values; the
// first is what holds until then.
var choices = map[string][]string{
	"theme":   {"auto", "light", "dark"},
	"density": {"normal", "compact", "wide"},
	"keys":    {"on", "off"},
}

func lookOf(r *http.Request) look {
	value := func(name string) string {
		if c, err := r.Cookie(name); err == nil && slices.Contains(choices[name], c.Value) {
			return c.Value
		}
		return choices[name][0]
	}
	return look{Theme: value("theme"), Density: value("density"), Keys: value("keys")}
}

// setChoice keeps a choice in this browser for a year.
func (s *Site) setChoice(v *visit, name, value string) {
	http.SetCookie(v.w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: s.cfg.HTTPS, SameSite: http.SameSiteLaxMode})
}

// choose remembers what is asked for by ?lang=, ?theme=, ?density= and ?keys=, and
// gives the same address without it.
func (s *Site) choose(v *visit) (to string, chosen bool) {
	query := v.r.URL.Query()
	if lang := query.Get("lang"); lang == "zh" || lang == "en" {
		s.setLanguage(v, lang)
		query.Del("lang")
		chosen = true
	}
	for name, values := range choices {
		if value := query.Get(name); slices.Contains(values, value) {
			s.setChoice(v, name, value)
			query.Del(name)
			chosen = true
		}
	}
	if !chosen {
		return "", false
	}
	u := *v.r.URL
	u.RawQuery, u.Host, u.Scheme = query.Encode(), "", ""
	return "/" + strings.TrimLeft(u.RequestURI(), "/\\"), true
}

// with gives this address with one parameter set.
func (v *visit) with(name, value string) string {
	query := v.r.URL.Query()
	query.Set(name, value)
	if v.r.Method != http.MethodGet { // what answers a form has no address
		return "/?" + url.Values{name: {value}}.Encode()
	}
	return "?" + query.Encode()
}

// taste is one value of a look that a visitor may take.
type taste struct {
	Word, Link string
	Here       bool
}

// looks gives what a visitor may choose, by name.
func (v *visit) looks() map[string][]taste {
	now := lookOf(v.r)
	current := map[string]string{"theme": now.Theme, "density": now.Density, "keys": now.Keys}
	all := map[string][]taste{}
	for name, values := range choices {
		for _, value := range values {
			all[name] = append(all[name], taste{Word: v.word(name + "_" + value), Link: v.with(name, value), Here: current[name] == value})
		}
	}
	return all
}
