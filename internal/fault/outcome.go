package fault

// Outcome is what a batch verb says of one member: a value, or the member's own
// fault. A verb returns one for each member in the order given; its error means
// that nothing happened to any.
type Outcome[T any] struct {
	Value T
	Fault *Fault
}

// OK is the outcome of a member that went well.
func OK[T any](v T) Outcome[T] { return Outcome[T]{Value: v} }

// Refused is the outcome of a member that did not.
func Refused[T any](f *Fault) Outcome[T] { return Outcome[T]{Fault: f} }
