package notice

import (
	"slices"
	"testing"
)

func TestEveryPairOfStates(t *testing.T) {
	// Written by hand and apart from the table, so that neither changes alone.
	expected := map[verb][]string{
		verbSend: {"queued>sent"}, verbGiveUp: {"queued>failed"}, verbRetry: {"failed>queued"},
	}
	for v, pairs := range expected {
		for _, from := range States() {
			for _, to := range States() {
				n := &Notice{State: from}
				err := n.move(v, to)
				if want := slices.Contains(pairs, string(from)+">"+string(to)); (err == nil) != want {
					t.Errorf("%s %s>%s: %v, want allowed %v", v, from, to, err, want)
				}
				if err != nil && n.State != from {
					t.Errorf("%s %s>%s: refused, and yet it moved", v, from, to)
				}
			}
		}
	}
}
