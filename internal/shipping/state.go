package shipping

import "slices"

// State is where a waybill stands.
type State string

// The states of a waybill.
const (
	StateAsked     State = "asked"     // 待取号
	StateNumbered  State = "numbered"  // 已取号
	StateUsed      State = "used"      // 已使用: the package is handed over
	StateReclaimed State = "reclaimed" // 已回收
)

type verb string

const (
	verbNumber  verb = "number"
	verbUse     verb = "use"
	verbReclaim verb = "reclaim"
)

// steps is the table of allowed moves. What is not listed is refused. A used
// number is out with the parcel and cannot come back.
var steps = []struct {
	verb     verb
	from, to State
}{
	{verbNumber, StateAsked, StateNumbered},
	{verbUse, StateNumbered, StateUsed},
	{verbReclaim, StateAsked, StateReclaimed},
	{verbReclaim, StateNumbered, StateReclaimed},
}

// States gives every state of a waybill.
func States() []State { return []State{StateAsked, StateNumbered, StateUsed, StateReclaimed} }

// Moves gives the table of allowed moves for docs/states.md: axis, from, to, verb.
func Moves() [][4]string {
	table := [][4]string{{"waybill", "", string(StateAsked), "ask"}}
	for _, s := range steps {
		table = append(table, [4]string{"waybill", string(s.from), string(s.to), string(s.verb)})
	}
	return table
}

// Known says whether s is a state of a waybill.
func (s State) Known() bool { return slices.Contains(States(), s) }

func allowed(v verb, from, to State) bool {
	for _, s := range steps {
		if s.verb == v && s.from == from && s.to == to {
			return true
		}
	}
	return false
}
