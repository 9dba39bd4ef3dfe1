package shipping

import (
	"slices"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/fulfilment"
)

func TestEveryPairOfStates(t *testing.T) {
	expected := map[verb]string{
		verbNumber: "asked>numbered", verbUse: "numbered>used", verbReclaim: "asked>reclaimed numbered>reclaimed",
	}
	for v, list := range expected {
		for _, from := range States() {
			for _, to := range States() {
				w := &Waybill{State: from}
				refused := w.move(v, to)
				if want := slices.Contains(strings.Fields(list), string(from+">"+to)); (refused == nil) != want {
					t.Errorf("%s %s to %s: %v, want allowed %v", v, from, to, refused, want)
				}
			}
		}
	}
	for _, s := range States() {
		if zh, en := s.Words(); zh == "" || en == "" {
			t.Errorf("state %s has no words", s)
		}
	}
	for _, p := range Parcels() {
		if zh, en := p.Words(); zh == "" || en == "" {
			t.Errorf("parcel state %s has no words", p)
		}
	}
}

func TestDerive(t *testing.T) {
	for name, c := range map[string]struct {
		events string // state@minute, as they arrive
		parcel Parcel
		pack   fulfilment.State
	}{
		"no_news":                             {"", "", ""},
		"only_ordered":                        {"created@1", Created, ""},
		"the_newest_by_its_own_time_counts":   {"out_for_delivery@9 picked_up@1 in_transit@5", OutForDelivery, fulfilment.InTransit},
		"delivered_is_not_taken_back":         {"delivered@9 in_transit@10 exception@11", Delivered, fulfilment.Delivered},
		"signed_for_and_yet_on_its_way_back":  {"delivered@9 returning@12 in_transit@13", Returning, fulfilment.Delivered},
		"signed_for_and_returned":             {"returned@20 delivered@9", Returned, fulfilment.Returned},
		"what_came_back_stays_back":           {"returned@5 delivered@9 in_transit@10", Returned, fulfilment.Returned},
		"refused_and_on_its_way_back":         {"rejected@5 in_transit@6 returning@7", Returning, fulfilment.Refused},
		"refused_and_brought_again":           {"rejected@5 out_for_delivery@6", OutForDelivery, fulfilment.InTransit},
		"refused_and_taken_in_the_end":        {"rejected@5 delivered@8", Delivered, fulfilment.Delivered},
		"a_failed_attempt_is_still_under_way": {"out_for_delivery@5 attempt_failed@6", AttemptFailed, fulfilment.InTransit},
		"an_unknown_word_changes_nothing":     {"picked_up@1 teleported@9", PickedUp, fulfilment.InTransit},
		"two_at_one_instant":                  {"delivered@5 out_for_delivery@5", Delivered, fulfilment.Delivered},
		"of_one_instant_the_further_counts":   {"out_for_delivery@5 in_transit@5", OutForDelivery, fulfilment.InTransit},
	} {
		t.Run(name, func(t *testing.T) {
			var marks []mark
			for _, word := range strings.Fields(c.events) {
				state, at, _ := strings.Cut(word, "@")
				minute := db.Instant(0)
				for _, digit := range at {
					minute = minute*10 + db.Instant(digit-'0')
				}
				marks = append(marks, mark{at: minute, state: Parcel(state)})
			}
			if d := derive(marks); d.parcel != c.parcel || d.becomes() != c.pack {
				t.Errorf("%s and %q, want %s and %q", d.parcel, d.becomes(), c.parcel, c.pack)
			}
		})
	}
}
