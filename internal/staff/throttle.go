package staff

import (
	"encoding/base64"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// Guessing is slowed, and an honest person is never locked out for good. Each try
// is charged to buckets before its password is looked at, so that many at once
// cannot slip through together:
//
//   - a stranger's try to the account's: from the fifth failure on the wait doubles up
//     to 20 minutes, which lets fewer than 90 guesses a day reach the hash, from
//     wherever they come; and to the address's, which tells one guesser of many accounts
//     (of IPv6 the first 64 bits, which one customer of a provider has to himself);
//   - the try of a device that bears the mark of an earlier sign-in to this very account
//     to the device's own: its person gets in while strangers keep the other buckets full.
//     After ten failures in a day it is treated as a stranger.
//
// Together fewer than 100 guesses a day reach an account's hash. A person whose account
// a stranger keeps full, and who has no known device, gets in by a link (Invite).
//
// A sign-in clears what it was charged to. The names of buckets are digests: the
// table holds no login that somebody mistyped.
const (
	freeTries      = 5
	waitMax        = 20 * time.Minute
	waitMaxKnown   = 30 * time.Second
	deviceTries    = 10
	addressFree    = 50 // a shop's people share one address
	triesForgotten = 24 * time.Hour
	// deviceForgotten is how long a browser is known that nobody used.
	deviceForgotten = 180 * 24 * time.Hour
)

type bucket struct {
	name string
	free int64 // failures without a wait
	most time.Duration
	// spentAt is the number of failures from which on nothing is charged here, 0 for
	// never.
	spentAt int64
	// shared: a good sign-in takes back its own charge, not those of others.
	shared bool
}

// errSpent says that a bucket has had its tries.
var errSpent = errors.New("staff: this device has had its tries")

func strangerBuckets(login, address string) []bucket {
	list := []bucket{{name: bucketName("account", FoldLogin(login)), free: freeTries, most: waitMax}}
	if address != "" {
		list = append(list, bucket{name: bucketName("address", network(address)), free: addressFree, most: waitMax, shared: true})
	}
	return list
}

func deviceBucket(n id.Staff, mark string) bucket {
	return bucket{name: bucketName("device", n.String()+" "+mark), free: freeTries, most: waitMaxKnown, spentAt: deviceTries}
}

// personBucket is charged with guesses at the old password by who is signed in.
func personBucket(n id.Staff) bucket {
	return bucket{name: bucketName("person", n.String()), free: freeTries, most: waitMax}
}

func bucketName(kind, of string) string {
	return base64.RawURLEncoding.EncodeToString(digest(kind + " " + of))
}

// network is what of an address one guesser cannot change at will.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	a = a.Unmap().WithZone("")
	if a.Is4() {
		return a.String()
	}
	p, _ := a.Prefix(64)
	return p.String()
}

// inOrder is the order in which buckets are locked.
func inOrder(list []bucket) []bucket {
	return slices.SortedFunc(slices.Values(list), func(a, b bucket) int { return strings.Compare(a.name, b.name) })
}

// wait is how long the next try waits after so many failures.
func (b bucket) wait(failures int64) time.Duration {
	over := failures - b.free
	if over < 0 {
		return 0
	}
	if over > 20 {
		return b.most
	}
	return min(time.Second<<over, b.most)
}

type tally struct {
	failures int64
	next     db.Instant
	seen     db.Instant
}

// charge counts a try as a failure to come. Faults: ErrWait, errSpent.
func charge(tx *db.Tx, now db.Instant, list []bucket) error {
	list = inOrder(list)
	tallies, err := lockTries(tx, now, list)
	if err != nil {
		return err
	}
	for _, b := range list {
		t := tallies[b.name]
		if b.spentAt > 0 && t.failures >= b.spentAt {
			return errSpent
		}
		if t.next > now {
			left := t.next.Time().Sub(now.Time()).Truncate(time.Second) + time.Second
			return ErrWait.With(int64(left / time.Second)).Later(left)
		}
	}
	for _, b := range list {
		failures := tallies[b.name].failures + 1
		if _, err := tx.Exec(`/* staff.charge */ UPDATE sign_in_tries SET failures = $1, next_at = $2, seen_at = $3 WHERE bucket = $4`,
			failures, now.Add(b.wait(failures)), now, b.name); err != nil {
			return err
		}
	}
	return nil
}

// lockTries locks the rows of buckets, which it makes first where they are missing, so
// that two first tries are two.
func lockTries(tx *db.Tx, now db.Instant, list []bucket) (map[string]tally, error) {
	var names []string
	for _, b := range list {
		names = append(names, b.name)
		if _, err := tx.Exec(`/* staff.lockTries */ INSERT INTO sign_in_tries (bucket, seen_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
			b.name, now); err != nil {
			return nil, err
		}
	}
	tallies := map[string]tally{}
	return tallies, tx.Each(`/* staff.lockTries */ SELECT bucket, failures, next_at, seen_at FROM sign_in_tries WHERE bucket = ANY($1)
		ORDER BY bucket FOR UPDATE`, func(r db.Row) error {
		var name string
		var t tally
		err := r.Scan(&name, &t.failures, &t.next, &t.seen)
		if t.seen >= now.Add(-triesForgotten) {
			tallies[name] = t
		}
		return err
	}, names)
}

// refund takes the charge of a good sign-in back: the whole count, and of a bucket
// that others share, one.
func refund(tx *db.Tx, list []bucket) error {
	for _, b := range inOrder(list) {
		if b.shared {
			if err := uncharge(tx, []bucket{b}); err != nil {
				return err
			}
			continue
		}
		if _, err := tx.Exec(`/* staff.refund */ UPDATE sign_in_tries SET failures = 0, next_at = 0 WHERE bucket = $1`, b.name); err != nil {
			return err
		}
	}
	return nil
}

// uncharge takes one charge back and leaves those before it: a right password
// without a code clears nothing, or it would wash guessed codes away.
func uncharge(tx *db.Tx, list []bucket) error {
	for _, b := range inOrder(list) {
		if _, err := tx.Exec(`/* staff.uncharge */ UPDATE sign_in_tries SET failures = failures - 1, next_at = 0
			WHERE bucket = $1 AND failures > 0`, b.name); err != nil {
			return err
		}
	}
	return nil
}

// touch writes as much as a failure of somebody does, about nobody.
func touch(tx *db.Tx, list []bucket, now db.Instant) error {
	for _, b := range inOrder(list) {
		if _, err := tx.Exec(`/* staff.touch */ UPDATE sign_in_tries SET seen_at = $1 WHERE bucket = $2`, now, b.name); err != nil {
			return err
		}
	}
	return nil
}

// ForgetTries deletes what is a day old of tries, links and sessions, and browsers that
// nobody used for half a year, up to limit each, and gives how many rows went.
func ForgetTries(tx *db.Tx, g *Guard, limit int) (gone int, err error) {
	day, long := g.now().Add(-triesForgotten), g.now().Add(-deviceForgotten)
	for _, old := range []struct {
		text  string
		until db.Instant
	}{
		{`/* staff.ForgetTries */ DELETE FROM sign_in_tries WHERE bucket IN (SELECT bucket FROM sign_in_tries WHERE seen_at < $1
			ORDER BY seen_at, bucket LIMIT $2)`, day},
		{`/* staff.ForgetTries */ DELETE FROM sessions WHERE digest IN (SELECT digest FROM sessions WHERE expires_at < $1
			ORDER BY expires_at, digest LIMIT $2)`, day},
		{`/* staff.ForgetTries */ DELETE FROM staff_links WHERE digest IN (SELECT digest FROM staff_links WHERE expires_at < $1
			ORDER BY expires_at, digest LIMIT $2)`, day},
		{`/* staff.ForgetTries */ DELETE FROM staff_devices WHERE (digest, staff_id) IN (SELECT digest, staff_id FROM staff_devices
			WHERE seen_at < $1 ORDER BY seen_at, digest, staff_id LIMIT $2)`, long},
	} {
		n, err := tx.Exec(old.text, old.until, limit)
		if err != nil {
			return gone, err
		}
		gone += int(n)
	}
	return gone, nil
}
