package journal_test

import (
	"maps"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/journal"
)

// Whatever comes back as a position of the feed is one of ours or refused with a
// sentence; one that is read can be written again, and the feed goes on behind it
// without a failure and without going back.
func FuzzPosition(f *testing.F) {
	for _, seed := range []string{"", "{}", `{"0":1}`, `{"0":-1}`, `{"-7":3}`, `null`, `[]`, `{"0":9223372036854775807}`, `{"0":9223372036854775808}`, `{"a":1}`, `{"0":1,"0":2}`,
		`{"0":1.0}`, `{"0":1} x`, `{"1e1":1}`, "\x00", `{"+1":1}`, `{"01":1}`} {
		f.Add(seed)
	}
	d := dbtest.Open(f, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
	f.Fuzz(func(t *testing.T, text string) {
		p, err := journal.ParsePosition(text)
		if err != nil {
			if said := fault.Of(err); said.Code != journal.ErrPosition.Code || said.ZH == "" {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if p == nil {
			t.Fatalf("%q is no position and no refusal", text)
		}
		for stream, seq := range p {
			if stream < 0 || seq < 0 {
				t.Errorf("%q: stream %d at %d", text, stream, seq)
			}
		}
		if again, err := journal.ParsePosition(p.Encode()); err != nil || !maps.Equal(again, p) {
			t.Errorf("%q comes back as %v: %v", text, again, err)
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			_, to, err := journal.Next(tx, p, 10)
			for stream, seq := range p {
				if to[stream] < seq {
					t.Errorf("%q: the feed goes back to %v", text, to)
				}
			}
			return err
		})
	})
}
