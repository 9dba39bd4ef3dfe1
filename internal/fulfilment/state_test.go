package fulfilment

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// expected is written by hand and apart from the table, so that neither changes
// alone: for each verb, from state -> the states it may lead to.
var expected = map[verb]string{
	verbRelease:   "planned>released",
	verbStartPick: "released>picking",
	verbPick:      "released>picked picking>picked",
	verbPack:      "picked>packed",
	verbHandOver:  "packed>handed_over",
	verbVoid:      "planned>voided released>voided picking>voided picked>voided packed>voided",
	verbShrink:    "planned>voided released>voided picking>voided picked>voided",
	verbMove: "handed_over>in_transit handed_over>refused handed_over>delivered handed_over>returned handed_over>lost " +
		"in_transit>refused in_transit>delivered in_transit>returned in_transit>lost " +
		"refused>in_transit refused>delivered refused>returned refused>lost " +
		"delivered>returned " +
		"lost>in_transit lost>refused lost>delivered lost>returned",
}

func TestEveryPairOfStates(t *testing.T) {
	for v := range verbWords {
		for _, from := range States() {
			for _, to := range States() {
				want := slices.Contains(strings.Fields(expected[v]), fmt.Sprintf("%s>%s", from, to))
				if from == to && slices.Contains(stays[v], from) {
					continue
				}
				p := &Package{State: from}
				refused := p.move(v, to)
				if (refused == nil) != want {
					t.Errorf("%s %s to %s: refused %v, want allowed %v", v, from, to, refused, want)
				}
				if refused != nil && p.State != from {
					t.Errorf("%s %s to %s: refused, and yet it moved", v, from, to)
				}
			}
		}
	}
}

func TestStopForbids(t *testing.T) {
	for _, step := range steps {
		for _, from := range step.from {
			p := &Package{State: from, Stop: "退款"}
			refused := p.move(step.verb, step.to[0])
			if forbidden := slices.Contains(stoppable, step.verb); (refused != nil) != forbidden {
				t.Errorf("%s of a stopped package that is %s: %v", step.verb, from, refused)
			}
		}
	}
}

func TestEveryWordIsThere(t *testing.T) {
	for _, s := range States() {
		if zh, en := s.Words(); zh == "" || en == "" {
			t.Errorf("state %s has no words", s)
		}
	}
	for _, m := range Moves() {
		if m[1] != "" && (!State(m[1]).Known() || !State(m[2]).Known() || verbWords[verb(m[3])].zh == "") {
			t.Errorf("%v: an unknown word", m)
		}
	}
}
