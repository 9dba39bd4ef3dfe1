package staff

import (
	"slices"

	"baihuo/internal/id"
)

// Caller is who stands at a door: a person who signed in, or a machine with a key.
// The zero Caller is a stranger and may do only what is public.
type Caller struct {
	// Actor is how the journal names them: S-… a person, K-… a key.
	Actor string
	Name  string
	Staff id.Staff
	Key   id.Key
	Roles []string
	Lang  string
	Scope Scope

	permits []Permit
	house   bool
}

// May says that the caller holds a permit somewhere.
func (c Caller) May(p Permit) bool {
	switch p {
	case Public:
		return true
	case SignedIn:
		return c.Actor != ""
	}
	return slices.Contains(c.permits, p)
}

// Need refuses a caller without the permit: ErrNotPermitted names what is missing.
func (c Caller) Need(p Permit) error {
	if c.May(p) {
		return nil
	}
	return ErrNotPermitted.With(string(p))
}

// Permits lists what the caller holds, sorted.
func (c Caller) Permits() []Permit { return slices.Clone(c.permits) }

// owns says that the caller stands above everybody: an owner, or the house itself.
func (c Caller) owns() bool { return c.house || c.Staff != 0 && slices.Contains(c.Roles, owner) }

// permitsOf unites the permits of roles.
func permitsOf(roles []string) (permits []Permit) {
	for _, code := range roles {
		if r, ok := RoleOf(code); ok {
			permits = append(permits, r.Permits...)
		}
	}
	slices.Sort(permits)
	return slices.Compact(permits)
}

// Machine makes the caller of the house's own program (the command line, the
// worker): it may do everything and is named as it says.
func Machine(actor string) Caller {
	permits := Permits()
	slices.Sort(permits)
	return Caller{Actor: actor, Name: actor, Scope: Everywhere(), permits: permits, house: true}
}
