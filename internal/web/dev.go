package web

import (
	"net/http"

	"baihuo/internal/order"
	"baihuo/internal/staff"
)

// devRoutes are those for whoever builds pages.
func devRoutes() []Route {
	return []Route{{"GET", "/dev/ui", staff.SignedIn, false, (*Site).stylePage}}
}

// stylePage shows every part that pages are made of, alive: tokens, badges, tables,
// forms, dialogs, toasts and the states of a page.
func (s *Site) stylePage(v *visit) error {
	type sample struct{ Class, Word string }
	var states []sample
	for _, w := range order.Words() {
		states = append(states, sample{classOf(w), v.word("word_" + string(w))})
	}
	return s.render(v, http.StatusOK, "dev_ui", map[string]any{"Title": v.word("dev_ui"), "States": states, "FormKey": formKey(),
		"Tokens":    []string{"text", "muted", "page", "paper", "line", "hover", "primary", "act", "edge"},
		"Classes":   []string{"plain", "review", "bad", "pick", "pack", "ship", "out", "done", "after"},
		"Complaint": &complaint{Say: v.word("dev_complaint"), Fields: map[string]string{"phone": v.word("dev_wrong")}}})
}
