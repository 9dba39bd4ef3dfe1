package notice

import "slices"

// State is where a message stands.
type State string

// The states of a message.
const (
	Queued State = "queued" // 待发送
	Sent   State = "sent"   // 已发送
	Failed State = "failed" // 发送失败: given up, until a person queues it again
)

type verb string

const (
	verbSend   verb = "send"
	verbGiveUp verb = "give_up"
	verbRetry  verb = "retry"
)

// steps is the table of allowed moves. What is not listed is refused.
var steps = []struct {
	verb     verb
	from, to State
}{
	{verbSend, Queued, Sent},
	{verbGiveUp, Queued, Failed},
	{verbRetry, Failed, Queued},
}

// States gives every state of a message.
func States() []State { return []State{Queued, Sent, Failed} }

// Moves gives the table of allowed moves for docs/states.md: axis, from, to, verb.
func Moves() [][4]string {
	table := [][4]string{{"notice", "", string(Queued), "queue"}}
	for _, s := range steps {
		table = append(table, [4]string{"notice", string(s.from), string(s.to), string(s.verb)})
	}
	return table
}

// Known says whether s is a state of a message.
func (s State) Known() bool { return slices.Contains(States(), s) }

// move leads the message to a state by the verb, or refuses.
func (n *Notice) move(v verb, to State) error {
	for _, s := range steps {
		if s.verb == v && s.from == n.State && s.to == to {
			n.State = to
			return nil
		}
	}
	return ErrMove.With(string(n.State), string(v))
}
