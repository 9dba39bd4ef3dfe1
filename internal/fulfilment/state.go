package fulfilment

import "slices"

// State is where a package stands.
type State string

// The states of a package, in the order of its life.
const (
	Planned    State = "planned"
	Released   State = "released"
	Picking    State = "picking"
	Picked     State = "picked"
	Packed     State = "packed"
	HandedOver State = "handed_over"
	InTransit  State = "in_transit"
	Refused    State = "refused"
	Delivered  State = "delivered"
	Returned   State = "returned"
	Lost       State = "lost"
	Voided     State = "voided"
)

// verb is a way to change a package.
type verb string

const (
	verbRelease   verb = "release"
	verbStartPick verb = "start_pick"
	verbPick      verb = "pick"
	verbPack      verb = "pack"
	verbHandOver  verb = "hand_over"
	verbMove      verb = "move"
	verbVoid      verb = "void"
	verbShrink    verb = "shrink"
	verbStop      verb = "stop"
	verbResume    verb = "resume"
	verbAssign    verb = "assign"
	verbReaddress verb = "readdress"
)

// inHouse are the states in which the goods are still ours to hold back.
var inHouse = []State{Planned, Released, Picking, Picked, Packed}

// steps is the table of allowed moves: by this verb, from each of these states
// to each of those. What is not listed is refused.
var steps = []struct {
	verb     verb
	from, to []State
}{
	{verbRelease, []State{Planned}, []State{Released}},
	{verbStartPick, []State{Released}, []State{Picking}},
	{verbPick, []State{Released, Picking}, []State{Picked}},
	{verbPack, []State{Picked}, []State{Packed}},
	{verbHandOver, []State{Packed}, []State{HandedOver}},
	{verbVoid, inHouse, []State{Voided}},
	// The last piece taken out voids the package.
	{verbShrink, []State{Planned, Released, Picking, Picked}, []State{Voided}},
	// A refused package may be brought a second time; a delivery that was none
	// (假签收) shows as a return; a lost package may turn up.
	{verbMove, []State{HandedOver}, []State{InTransit, Refused, Delivered, Returned, Lost}},
	{verbMove, []State{InTransit}, []State{Refused, Delivered, Returned, Lost}},
	{verbMove, []State{Refused}, []State{InTransit, Delivered, Returned, Lost}},
	{verbMove, []State{Delivered}, []State{Returned}},
	{verbMove, []State{Lost}, []State{InTransit, Refused, Delivered, Returned}},
}

// stays lists from which states a verb may change a package without moving it.
var stays = map[verb][]State{
	verbShrink:    {Planned, Released, Picking, Picked},
	verbStop:      inHouse,
	verbResume:    inHouse,
	verbAssign:    inHouse,
	verbReaddress: inHouse,
}

// stoppable are the verbs that a stop mark forbids.
var stoppable = []verb{verbRelease, verbStartPick, verbPick, verbPack, verbHandOver}

// States gives every state of a package, in the order of its life.
func States() []State {
	return []State{
		Planned, Released, Picking, Picked, Packed, HandedOver, InTransit, Refused, Delivered, Returned, Lost, Voided,
	}
}

// Moves gives the table of allowed moves for docs/states.md: axis, from, to, verb.
func Moves() [][4]string {
	table := [][4]string{{"package", "", string(Planned), "plan"}}
	for _, s := range steps {
		for _, from := range s.from {
			for _, to := range s.to {
				table = append(table, [4]string{"package", string(from), string(to), string(s.verb)})
			}
		}
	}
	return table
}

func allowed(v verb, from, to State) bool {
	for _, s := range steps {
		if s.verb == v && slices.Contains(s.from, from) && slices.Contains(s.to, to) {
			return true
		}
	}
	return false
}

// Known says whether s is a state of a package.
func (s State) Known() bool { return slices.Contains(States(), s) }

// Out says whether a package in this state has left the house.
func (s State) Out() bool { return s.Known() && s != Voided && !slices.Contains(inHouse, s) }

// Ended says whether nothing more is expected of a package in this state.
func (s State) Ended() bool {
	return s == Delivered || s == Returned || s == Lost || s == Voided
}

// InHouse says whether the goods are still ours to hold back.
func (s State) InHouse() bool { return slices.Contains(inHouse, s) }
