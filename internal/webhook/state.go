package webhook

import "slices"

// State is where a delivery stands.
type State string

// The states of a delivery.
const (
	Behind    State = "behind"    // 排队: an earlier event of its object is not over
	Waiting   State = "waiting"   // 待推送: may be sent when it is due
	Sending   State = "sending"   // 推送中: leased
	Delivered State = "delivered" // 已送达
	Dead      State = "dead"      // 推送失败: given up, until somebody replays it
)

type verb string

const (
	verbAdvance verb = "advance"
	verbYield   verb = "yield"
	verbTake    verb = "take"
	verbDeliver verb = "deliver"
	verbRetry   verb = "retry"
	verbGiveUp  verb = "give_up"
	verbReplay  verb = "replay"
)

// steps is the table of allowed moves. What is not listed is refused.
var steps = []struct {
	verb     verb
	from, to State
}{
	{verbAdvance, Behind, Waiting},
	{verbYield, Waiting, Behind}, // an earlier event of its object was replayed
	{verbTake, Waiting, Sending},
	{verbTake, Sending, Sending}, // the lease ran out
	{verbDeliver, Sending, Delivered},
	{verbRetry, Sending, Waiting},
	{verbGiveUp, Sending, Dead},
	{verbReplay, Delivered, Behind},
	{verbReplay, Dead, Behind},
}

// States gives every state of a delivery, in the order of its life.
func States() []State { return []State{Behind, Waiting, Sending, Delivered, Dead} }

// Moves gives the table of allowed moves for docs/states.md: axis, from, to, verb.
func Moves() [][4]string {
	table := [][4]string{{"webhook", "", string(Behind), "queue"}}
	for _, s := range steps {
		table = append(table, [4]string{"webhook", string(s.from), string(s.to), string(s.verb)})
	}
	return table
}

// Known says whether s is a state of a delivery.
func (s State) Known() bool { return slices.Contains(States(), s) }

// Ended says that nothing more happens to a delivery in this state by itself.
func (s State) Ended() bool { return s == Delivered || s == Dead }

func allowed(v verb, from, to State) bool {
	return slices.ContainsFunc(steps, func(s struct {
		verb     verb
		from, to State
	}) bool {
		return s.verb == v && s.from == from && s.to == to
	})
}
