package staff

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"baihuo/internal/db"
)

// KeyCacheLives is how long a node may go on with a key that was revoked.
const KeyCacheLives = 2 * time.Second

// ringMax bounds the keys remembered; beyond it all are read again.
const ringMax = 1000

// Ring recognises keys at a door. It asks the database about a key at most once in
// KeyCacheLives. It is safe for concurrent use.
type Ring struct {
	d *db.DB
	g *Guard

	mu    sync.Mutex
	known map[[32]byte]seenKey
}

type seenKey struct {
	key     Key
	caller  Caller
	at      time.Time
	touched time.Time // when this node last wrote down that it was used
}

// NewRing makes the ring of a door.
func NewRing(d *db.DB, g *Guard) *Ring {
	return &Ring{d: d, g: g, known: map[[32]byte]seenKey{}}
}

// Caller tells who calls with a key from an address, or ErrUnauthorized. A wrong
// key takes the same look-up as a right one that was not seen lately.
func (r *Ring) Caller(ctx context.Context, secret string, from netip.Addr) (Caller, error) {
	if len(secret) < len(keyMark)+20 || len(secret) > 200 {
		return Caller{}, ErrUnauthorized
	}
	sum := [32]byte(digest(secret))
	now := r.g.wall()
	s, fresh := r.remembered(sum, now)
	if !fresh {
		var err error
		if s, err = r.read(ctx, secret, sum, now); err != nil {
			return Caller{}, err
		}
	}
	if !s.key.live(db.At(now), from) {
		return Caller{}, ErrUnauthorized
	}
	return s.caller, nil
}

func (r *Ring) read(ctx context.Context, secret string, sum [32]byte, now time.Time) (seenKey, error) {
	ctx = context.WithoutCancel(ctx)
	var k Key
	err := r.d.Read(ctx, func(tx *db.Tx) (err error) { k, err = byKey(tx, secret); return err })
	if err != nil {
		return seenKey{}, err
	}
	s, touch := r.remember(sum, k, now)
	if touch && k.UsedAt <= db.At(now).Add(-seenEvery) {
		// That it was used is a hint for people. A database that cannot write it down
		// tells so to who wants something written; this caller may only want to read.
		_ = r.d.Write(ctx, db.By{Actor: k.ID.String(), Cause: "key"}, func(tx *db.Tx) error { return touchKey(tx, k.ID, db.At(now)) })
	}
	return s, nil
}

func (r *Ring) remembered(sum [32]byte, now time.Time) (seenKey, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok := r.known[sum]
	return s, ok && now.Sub(s.at) < KeyCacheLives
}

// remember keeps a key, and says whether the caller is the one who writes down its use.
func (r *Ring) remember(sum [32]byte, k Key, now time.Time) (s seenKey, touch bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) >= ringMax {
		clear(r.known)
	}
	s = r.known[sum]
	s.key, s.caller, s.at = k, k.Caller(), now
	if touch = now.Sub(s.touched) >= seenEvery; touch {
		s.touched = now
	}
	r.known[sum] = s
	return s, touch
}
