package staff

import "time"

// SetPatience sets how long a try waits for its place.
func (g *Guard) SetPatience(d time.Duration) { g.patience = d }

// FillGate takes the places of strangers, and gives them back when it is called.
func (g *Guard) FillGate() (empty func()) {
	for range cap(g.strange) {
		g.strange <- struct{}{}
	}
	return func() {
		for range cap(g.strange) {
			<-g.strange
		}
	}
}

// CheckPassword is checkPassword for a sign-in name.
func CheckPassword(login, password string) error {
	return checkPassword(Person{Login: login}, password)
}

// Network is what of an address is charged.
func Network(address string) string { return network(address) }
