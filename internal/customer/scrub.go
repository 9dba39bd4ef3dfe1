package customer

import (
	"strings"
	"unicode/utf8"

	"baihuo/internal/seal"
)

// Scrub masks what of a person stands in a note. A note is written on the timeline,
// which nobody can take anything out of again.
func Scrub(note string, buyer BuyerDraft, c Contact) string {
	if note == "" {
		return ""
	}
	var pairs []string
	mask := func(value string, how func(string) string) {
		if value = strings.TrimSpace(value); utf8.RuneCountInString(value) > 1 && strings.Contains(note, value) {
			pairs = append(pairs, value, how(value))
		}
	}
	mask(c.Detail, seal.MaskAddress) // the longest first: a name may stand in an address
	mask(buyer.Name, seal.MaskName)
	mask(buyer.ID, seal.MaskName)
	mask(c.Name, seal.MaskName)
	mask(c.Phone, seal.MaskPhone)
	note = strings.NewReplacer(pairs...).Replace(note)
	if Mentions(note, c.Phone) {
		return "" // it spells the number in some other way
	}
	return note
}
