// Package fault holds the one kind of error that rooms speak.
//
// A fault says what kind of refusal it is, carries a stable code that
// programs may compare, and one safe sentence in Chinese and in English that
// a person may read. What the database or the network said is wrapped as the
// cause: it goes to the log and never to a user. Doors own one table each from
// Kind to their own answer (an HTTP status, an exit code).
package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind is the small set of ways in which something can be refused or fail.
type Kind uint8

const (
	// Internal is a broken promise of our own; the cause is in the log.
	Internal Kind = iota
	// Invalid is input that cannot be accepted as it stands.
	Invalid
	// Missing is a thing that was asked for and does not exist.
	Missing
	// Conflict is a move that the present state does not allow.
	Conflict
	// Forbidden is a caller without the permit.
	Forbidden
	// Busy asks the caller to come back later; nothing was done.
	Busy
	// Transient is a failure after which certainly nothing was done.
	Transient
	// Unknown is a failure after which the work may or may not be done:
	// repeat with the same key.
	Unknown
)

var kindNames = [...]string{"internal", "invalid", "missing", "conflict", "forbidden", "busy", "transient", "unknown"}

// String gives the stable lower-case name of the kind.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "internal"
}

// Field names one part of the input and says what is wrong with it.
type Field struct {
	Name string `json:"name"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

// Fault is an error with a kind, a stable code and a sentence for people.
// The zero value is not used; make one with New.
type Fault struct {
	Kind   Kind
	Code   string
	ZH     string
	EN     string
	Fields []Field
	// After is how long the caller had better wait before the next try; 0 says nothing.
	After time.Duration
	cause error
}

// New makes a fault. The sentences may be shown to anybody and so hold no
// personal data.
func New(kind Kind, code, zh, en string) *Fault {
	return &Fault{Kind: kind, Code: code, ZH: zh, EN: en}
}

// Error tells the English sentence, the code and, for the log, the cause.
func (f *Fault) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)", f.EN, f.Code)
	for _, field := range f.Fields {
		fmt.Fprintf(&b, "; %s: %s", field.Name, field.EN)
	}
	if f.cause != nil {
		fmt.Fprintf(&b, ": %v", f.cause)
	}
	return b.String()
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.cause }

// Is says two faults are the same when their codes are.
func (f *Fault) Is(target error) bool {
	var other *Fault
	return errors.As(target, &other) && other.Code == f.Code
}

// Field returns a copy of the fault that also names one part of the input.
func (f *Fault) Field(name, zh, en string) *Fault {
	c := *f
	c.Fields = append(append([]Field(nil), f.Fields...), Field{Name: name, ZH: zh, EN: en})
	return &c
}

// Later returns a copy of the fault that also says how long the caller had better wait.
func (f *Fault) Later(after time.Duration) *Fault {
	c := *f
	c.After = after
	return &c
}

// Wrap returns a copy of the fault with the cause for the log.
func (f *Fault) Wrap(cause error) *Fault {
	c := *f
	c.cause = cause
	return &c
}

// With returns a copy whose sentences have their %-verbs filled with args, the
// same args in both languages.
func (f *Fault) With(args ...any) *Fault {
	c := *f
	c.ZH, c.EN = fmt.Sprintf(f.ZH, args...), fmt.Sprintf(f.EN, args...)
	return &c
}

// Of gives the fault in err's chain. An error that is no fault becomes
// Internal, so that a door never shows a driver's words.
func Of(err error) *Fault {
	if err == nil {
		return nil
	}
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return New(Internal, "internal", "系统内部错误,已记录,请稍后再试", "Something broke on our side; it has been logged").Wrap(err)
}

// KindOf gives the kind of err; Internal when it is no fault.
func KindOf(err error) Kind { return Of(err).Kind }
