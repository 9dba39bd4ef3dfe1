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
	key Key
	at  time.Time
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
	k, fresh := r.remembered(sum, now)
	if !fresh {
		err := r.d.Read(context.WithoutCancel(ctx), func(tx *db.Tx) (err error) { k, err = r.g.ByKey(tx, secret); return err })
		if err != nil {
			return Caller{}, err
		}
		if k.UsedAt < db.At(now).Add(-seenEvery) {
			err := r.d.Write(context.WithoutCancel(ctx), db.By{Actor: k.ID.String(), Cause: "key"}, func(tx *db.Tx) error {
				return touchKey(tx, k.ID, db.At(now))
			})
			if err != nil {
				return Caller{}, err
			}
		}
		r.remember(sum, seenKey{k, now})
	}
	if !k.live(db.At(now), from) {
		return Caller{}, ErrUnauthorized
	}
	return k.Caller(), nil
}

func (r *Ring) remembered(sum [32]byte, now time.Time) (Key, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok := r.known[sum]
	return s.key, ok && now.Sub(s.at) < KeyCacheLives
}

func (r *Ring) remember(sum [32]byte, s seenKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) >= ringMax {
		clear(r.known)
	}
	r.known[sum] = s
}
