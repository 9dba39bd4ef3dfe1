package journal

// The questions about people, for a test of their plans.
const (
	SearchPeople = searchPeople
	SearchPerson = searchPerson
)
