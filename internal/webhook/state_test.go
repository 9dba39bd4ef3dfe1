package webhook

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

func TestEveryPairOfStates(t *testing.T) {
	// Written by hand and apart from the table, so that neither changes alone.
	expected := map[verb][]string{
		verbAdvance: {"behind>waiting"}, verbYield: {"waiting>behind"}, verbTake: {"waiting>sending", "sending>sending"},
		verbDeliver: {"sending>delivered"}, verbRetry: {"sending>waiting"}, verbGiveUp: {"sending>dead"},
		verbReplay: {"delivered>behind", "dead>behind"},
	}
	for v, pairs := range expected {
		for _, from := range States() {
			for _, to := range States() {
				d := &Delivery{State: from}
				err := d.move(v, to)
				if want := slices.Contains(pairs, string(from)+">"+string(to)); (err == nil) != want {
					t.Errorf("%s %s>%s: %v, want allowed %v", v, from, to, err, want)
				}
				if err != nil && (d.State != from || !errors.Is(err, errMove)) {
					t.Errorf("%s %s>%s: refused with %v, and is %s", v, from, to, err, d.State)
				}
			}
		}
	}
}

// The schedule is the specification's, each pause with a jitter of a tenth at most.
func TestPause(t *testing.T) {
	want := []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour,
		14 * time.Hour, 20 * time.Hour, 24 * time.Hour}
	if AttemptsMax != int64(len(want)+1) {
		t.Fatalf("%d attempts for %d pauses", AttemptsMax, len(want))
	}
	var all time.Duration
	seen := map[time.Duration]bool{}
	for i, base := range want {
		for d := range id.Delivery(50) {
			got := pause(d, int64(i+1))
			if got < base || got >= base+base/10 || got != pause(d, int64(i+1)) {
				t.Fatalf("pause %d of delivery %d is %s", i+1, d, got)
			}
			seen[got-base] = true
		}
		all += base
	}
	if len(seen) < 100 {
		t.Errorf("%d different jitters: a crowd comes back together", len(seen))
	}
	if all < 72*time.Hour || all > 80*time.Hour {
		t.Errorf("all attempts take %s, not some three days", all)
	}
}

func TestHear(t *testing.T) {
	now := db.Instant(1_000_000)
	cases := []struct {
		name     string
		attempts int64
		answer   answer
		want     State
		attempt  int64
		due      time.Duration // at least
	}{
		{"200_is_delivered", 1, answer{status: 200}, Delivered, 1, 0},
		{"204_is_delivered", 1, answer{status: 204}, Delivered, 1, 0},
		{"300_is_not", 1, answer{status: 300}, Waiting, 1, 5 * time.Second},
		{"500_waits", 2, answer{status: 500}, Waiting, 2, 5 * time.Minute},
		{"410_waits_for_the_endpoint", 1, answer{status: 410}, Waiting, 1, 5 * time.Second},
		{"a_longer_wish_is_obeyed", 1, answer{status: 429, after: time.Hour}, Waiting, 1, time.Hour},
		{"a_shorter_wish_is_not", 4, answer{status: 429, after: time.Second}, Waiting, 4, 2 * time.Hour},
		{"no_answer_waits", 3, answer{failed: errTimeout}, Waiting, 3, 30 * time.Minute},
		{"the_last_attempt_is_the_last", AttemptsMax, answer{status: 500}, Dead, AttemptsMax, 0},
		{"an_event_that_is_gone_dies", 1, answer{failed: errEvent}, Dead, 1, 0},
		{"a_stop_does_not_count", AttemptsMax, answer{failed: errStopped}, Waiting, AttemptsMax - 1, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d, err := Delivery{ID: 7, State: Sending, Attempts: c.attempts}.hear(c.answer, now)
			if err != nil || d.State != c.want || d.Attempts != c.attempt || d.State.Ended() != (d.EndedAt == now) {
				t.Fatalf("%+v, %v", d, err)
			}
			if c.want == Waiting && d.DueAt < now.Add(c.due) {
				t.Errorf("due after %s", time.Duration(d.DueAt-now)*time.Microsecond)
			}
		})
	}
}

func TestJudge(t *testing.T) {
	good, bad, gone := answer{status: 200}, answer{status: 503}, answer{status: 410}
	start := db.Instant(1_000_000)
	cases := []struct {
		name    string
		before  Endpoint
		answers []answer
		now     db.Instant
		after   Endpoint
		why     string
	}{
		{"one_failure_is_noted", Endpoint{}, []answer{bad}, start, Endpoint{FailingSince: start, Failures: 1}, ""},
		{"five_make_it_rest", Endpoint{FailingSince: start, Failures: 4}, []answer{bad}, start.Add(time.Minute),
			Endpoint{FailingSince: start, Failures: 5, RestUntil: start.Add(time.Minute + restFirst)}, ""},
		{"the_rest_has_a_bound", Endpoint{FailingSince: start, Failures: 400}, []answer{bad}, start,
			Endpoint{FailingSince: start, Failures: 401, RestUntil: start.Add(restMax)}, ""},
		{"one_success_mends_all", Endpoint{FailingSince: start, Failures: 9, RestUntil: start}, []answer{bad, good}, start, Endpoint{}, ""},
		{"410_disables", Endpoint{}, []answer{gone}, start, Endpoint{FailingSince: start, Failures: 1}, Gone},
		{"days_of_failure_disable", Endpoint{FailingSince: start, Failures: 1}, []answer{bad}, start.Add(failingMax),
			Endpoint{FailingSince: start, Failures: 2}, Failing},
		{"days_with_a_success_do_not", Endpoint{FailingSince: start, Failures: 1}, []answer{good}, start.Add(failingMax), Endpoint{}, ""},
		{"a_stop_says_nothing", Endpoint{FailingSince: start, Failures: 7, RestUntil: start}, []answer{{failed: errStopped}}, start.Add(failingMax),
			Endpoint{FailingSince: start, Failures: 7, RestUntil: start}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e := c.before
			why := e.judge(c.answers, c.now)
			if e.FailingSince != c.after.FailingSince || e.Failures != c.after.Failures || e.RestUntil != c.after.RestUntil || why != c.why {
				t.Errorf("%+v, %q", e, why)
			}
		})
	}
}

func TestLined(t *testing.T) {
	// Deliveries are written as object.version:state, and their ids count up.
	cases := []struct{ name, given, advance, yield string }{
		{"first_goes", "1.1:behind 1.2:behind 2.1:behind", "0 2", ""},
		{"nothing_to_do", "1.3:waiting 1.4:behind", "", ""},
		{"who_is_under_way_is_waited_for", "1.1:sending 1.2:behind 1.3:behind", "", ""},
		{"an_earlier_one_came_back", "1.1:behind 1.2:behind 1.5:waiting", "0", "2"},
		{"an_earlier_one_came_back_too_late", "1.1:behind 1.5:sending 1.6:behind", "", ""},
		{"one_object_does_not_stop_another", "1.1:sending 2.1:behind", "1", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var list []Delivery
			for i, word := range strings.Fields(c.given) {
				place, state, _ := strings.Cut(word, ":")
				list = append(list, Delivery{ID: id.Delivery(i), Object: int64(place[0] - '0'), Version: int64(place[2] - '0'), State: State(state)})
			}
			advance, yield, err := lined(list)
			if got := digits(advance); err != nil || got != c.advance || digits(yield) != c.yield {
				t.Errorf("forward %q, back %q, %v", got, digits(yield), err)
			}
		})
	}
}

func digits(ids []id.Delivery) string {
	words := make([]string, len(ids))
	for i, n := range ids {
		words[i] = string('0' + rune(n))
	}
	return strings.Join(words, " ")
}

func TestSecret(t *testing.T) {
	for range 100 {
		if key, ok := parseSecret(newSecret()); !ok || len(key) != secretOurs {
			t.Fatal("a secret of our own is none")
		}
	}
	cases := map[string]bool{
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw": true, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw": false, "whsec_": false, "": false,
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa=": false, "whsec_" + strings.Repeat("A", 88): false, "whsec_" + strings.Repeat("A", 84) + "AA==": true,
		"whsec_" + strings.Repeat("A", 31) + "\n": false, "whsec_AAAA": false,
	}
	for text, want := range cases {
		if _, ok := parseSecret(text); ok != want {
			t.Errorf("%q: %v, want %v", text, ok, want)
		}
	}
}

// The example of the specification's own test suite.
func TestSign(t *testing.T) {
	key, _ := parseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	got := sign([][]byte{key}, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
