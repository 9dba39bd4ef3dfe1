package staff

import (
	"slices"
	"strings"
	"time"

	"baihuo/internal/db"
)

// Guessing is slowed, and an honest person is never locked out for good. Each try
// is charged to buckets before its password is looked at, so that many at once
// cannot slip through together:
//
//   - the account's, when the try comes from a device it does not know: from the
//     fifth failure on the wait doubles up to 17 minutes, which lets 98 guesses a
//     day reach the hash, from wherever they come;
//   - the device's own, when it bears the mark of an earlier sign-in to this very
//     account: its person gets in while strangers keep the account's bucket full;
//     its wait ends at 30 seconds;
//   - the address's, which tells one guesser of many accounts.
//
// A sign-in clears what it was charged to. The names of buckets are digests: the
// table holds no login that somebody mistyped.
const (
	freeTries      = 5
	waitMax        = 17 * time.Minute
	waitMaxKnown   = 30 * time.Second
	addressFree    = 50 // a shop's people share one address
	triesForgotten = 24 * time.Hour
)

type bucket struct {
	name string
	free int64
	most time.Duration
}

func buckets(login, device, address string) []bucket {
	account := bucket{"account " + FoldLogin(login), freeTries, waitMax}
	if device != "" {
		account = bucket{"device " + device, freeTries, waitMaxKnown}
	}
	list := []bucket{account}
	if address != "" {
		list = append(list, bucket{"address " + address, addressFree, waitMax})
	}
	for i := range list {
		list[i].name = string(encodeDigest(digest(list[i].name)))
	}
	slices.SortFunc(list, func(a, b bucket) int { return strings.Compare(a.name, b.name) })
	return list
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

// charge counts a try as a failure to come, or refuses it with ErrWait.
func charge(tx *db.Tx, now db.Instant, list []bucket) error {
	type state struct {
		failures int64
		next     db.Instant
		seen     db.Instant
	}
	for _, b := range list { // a row to lock, so that two first tries are two
		if _, err := tx.Exec(`/* staff.charge */ INSERT INTO sign_in_tries (bucket, seen_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
			b.name, now); err != nil {
			return err
		}
	}
	states := map[string]state{}
	names := make([]string, len(list))
	for i, b := range list {
		names[i] = b.name
	}
	err := tx.Each(`/* staff.charge */ SELECT bucket, failures, next_at, seen_at FROM sign_in_tries WHERE bucket = ANY($1)
		ORDER BY bucket FOR UPDATE`, func(r db.Row) error {
		var name string
		var s state
		err := r.Scan(&name, &s.failures, &s.next, &s.seen)
		if s.seen < now.Add(-triesForgotten) {
			s = state{}
		}
		states[name] = s
		return err
	}, names)
	if err != nil {
		return err
	}
	for _, b := range list {
		if next := states[b.name].next; next > now {
			return ErrWait.With(int64(next-now)/int64(time.Second/time.Microsecond) + 1)
		}
	}
	for _, b := range list {
		failures := states[b.name].failures + 1
		if _, err := tx.Exec(`/* staff.charge */ UPDATE sign_in_tries SET failures = $1, next_at = $2, seen_at = $3 WHERE bucket = $4`,
			failures, now.Add(b.wait(failures)), now, b.name); err != nil {
			return err
		}
	}
	return nil
}

// refund takes the charge of a good sign-in back: the account's or device's whole
// count, and one from the address's, which others share.
func refund(tx *db.Tx, list []bucket) error {
	for _, b := range list {
		if b.free == addressFree {
			if err := uncharge(tx, b); err != nil {
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
func uncharge(tx *db.Tx, b bucket) error {
	_, err := tx.Exec(`/* staff.uncharge */ UPDATE sign_in_tries SET failures = failures - 1, next_at = 0
		WHERE bucket = $1 AND failures > 0`, b.name)
	return err
}

// ForgetTries deletes what is a day old of tries, links and sessions, up to limit
// each, and gives how many rows went.
func ForgetTries(tx *db.Tx, g *Guard, limit int) (int, error) {
	now, gone := g.now(), 0
	for _, text := range []string{
		`/* staff.ForgetTries */ DELETE FROM sign_in_tries WHERE bucket IN (SELECT bucket FROM sign_in_tries WHERE seen_at < $1
			ORDER BY seen_at, bucket LIMIT $2)`,
		`/* staff.ForgetTries */ DELETE FROM sessions WHERE digest IN (SELECT digest FROM sessions WHERE expires_at < $1
			ORDER BY expires_at, digest LIMIT $2)`,
		`/* staff.ForgetTries */ DELETE FROM staff_links WHERE digest IN (SELECT digest FROM staff_links WHERE expires_at < $1
			ORDER BY expires_at, digest LIMIT $2)`,
	} {
		n, err := tx.Exec(text, now.Add(-triesForgotten), limit)
		if err != nil {
			return gone, err
		}
		gone += int(n)
	}
	return gone, nil
}
