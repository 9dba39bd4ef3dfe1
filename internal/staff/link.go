package staff

import (
	"context"
	"errors"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// LinkLives is how long a link may be used.
const LinkLives = 24 * time.Hour

// Invite makes a one-time link's secret, with which the person sets a password.
// Links made before are void. Faults: ErrMissing, ErrNotPermitted, ErrBeyond.
func (g *Guard) Invite(tx *db.Tx, by Caller, n id.Staff) (secret string, err error) {
	p, err := lock(tx, n)
	if err != nil {
		return "", err
	}
	if err := MayTouch(by, p); err != nil {
		return "", err
	}
	if err := dropLinks(tx, n); err != nil {
		return "", err
	}
	secret = g.secret()
	if _, err := tx.Exec(`/* staff.Invite */ INSERT INTO staff_links (digest, staff_id, expires_at) VALUES ($1, $2, $3)`,
		digest(secret), n, g.now().Add(LinkLives)); err != nil {
		return "", err
	}
	return secret, note(tx, n, "invited", nil)
}

// dropLinks voids the links of a person, who is locked.
func dropLinks(tx *db.Tx, n id.Staff) error {
	_, err := tx.Exec(`/* staff.dropLinks */ DELETE FROM staff_links WHERE staff_id = $1`, n)
	return err
}

// Invited says whose link it is, or ErrLink.
func (g *Guard) Invited(tx *db.Tx, secret string) (Person, error) {
	n, err := tx.Number(`/* staff.Invited */ SELECT staff_id FROM staff_links WHERE digest = $1 AND expires_at > $2`, digest(secret), g.now())
	if err != nil {
		return Person{}, err
	}
	p, err := Get(tx, id.Staff(n))
	if errors.Is(err, ErrMissing) || err == nil && p.DisabledAt != 0 {
		return Person{}, ErrLink
	}
	return p, err
}

// UseLink sets the password of the link's person and uses the link up. Who has an
// authenticator still needs it to sign in. Faults: ErrLink, ErrPassword, ErrGateFull.
func (g *Guard) UseLink(ctx context.Context, d *db.DB, secret, fresh string) (p Person, err error) {
	if err := d.Read(ctx, func(tx *db.Tx) (err error) { p, err = g.Invited(tx, secret); return err }); err != nil {
		return Person{}, err
	}
	if err := checkPassword(p, fresh); err != nil {
		return Person{}, err
	}
	leave, err := g.known.enter(ctx, g.patience)
	if err != nil {
		return Person{}, err
	}
	hash := g.hash(fresh)
	leave()
	n := p.ID
	err = d.Write(context.WithoutCancel(ctx), db.By{Actor: n.String(), Cause: "link"}, func(tx *db.Tx) (err error) {
		if _, err = lock(tx, n); err != nil { // the person first: Invite does, too
			return err
		}
		if _, err = g.Invited(tx, secret); err != nil {
			return err
		}
		if err := savePassword(tx, n, hash); err != nil {
			return err
		}
		p, err = Get(tx, n)
		return err
	})
	if err != nil {
		return Person{}, err
	}
	return p, nil
}

// SetUp makes the first owner and the secret of the link that opens the house, when
// nobody works here yet; otherwise it gives an empty secret. While the first owner
// has not used the link, each start makes a new one.
func (g *Guard) SetUp(tx *db.Tx) (secret string, err error) {
	people, err := List(tx)
	if err != nil {
		return "", err
	}
	house := Machine("setup")
	switch {
	case len(people) == 0:
		p, err := Hire(tx, house, Details{Login: "owner", Name: "老板", Roles: []string{owner}, Scope: Everywhere()})
		if errors.Is(err, ErrLoginTaken) {
			return "", nil // another node is starting, too: it shows the link
		}
		if err != nil {
			return "", err
		}
		return g.Invite(tx, house, p.ID)
	case len(people) == 1 && !people[0].HasPassword && people[0].Subject == "":
		return g.Invite(tx, house, people[0].ID)
	}
	return "", nil
}
