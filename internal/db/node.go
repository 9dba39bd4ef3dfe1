package db

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"baihuo/internal/id"
)

// A node number is a row of the table nodes, leased and renewed. The row keeps
// an upper bound of the time that ids made under it may carry, so that neither
// a clock set back nor a new holder repeats one. Whether the lease still holds
// is asked of this process's monotonic clock at each write.
const (
	leaseFor   = 60 * time.Second
	leaseRenew = 10 * time.Second
)

type node struct {
	db    *DB
	maker *id.Maker
	held  atomic.Pointer[time.Time] // until when, by the monotonic clock
	quit  chan struct{}
	ended sync.WaitGroup
}

// leaseNode takes the lowest free number. On SQLite that is always 0, because
// the file has one process.
func leaseNode(ctx context.Context, d *DB) (*node, error) {
	n := &node{db: d, quit: make(chan struct{})}
	d.node = n // so that Write can ask it
	until := time.Now().Add(leaseFor)
	n.held.Store(&until)
	err := d.Write(ctx, By{Actor: "system", Cause: "start"}, func(tx *Tx) error {
		wall := d.opts.Wall()
		number, used, err := freeNode(tx, wall)
		if err != nil {
			return err
		}
		n.maker = id.NewMaker(int(number), used, d.opts.Wall)
		return n.keep(tx, wall)
	})
	if err != nil {
		return nil, err
	}
	n.ended.Go(n.renew)
	return n, nil
}

func freeNode(tx *Tx, wall time.Time) (number, used int64, err error) {
	free := At(wall)
	if tx.Engine() == SQLite {
		free = 1<<62 - 1 // the file lock says nobody else is alive
	}
	found, err := tx.One(`/* db.freeNode */ SELECT node_id, id_ms_max FROM nodes
		WHERE leased_until < $1 ORDER BY node_id LIMIT 1 FOR UPDATE SKIP LOCKED`, []any{&number, &used}, free)
	if err == nil && !found {
		err = ErrNodes
	}
	return number, used, err
}

// keep writes the lease and the bound on the times of its ids.
func (n *node) keep(tx *Tx, wall time.Time) error {
	// Ids carry no time beyond the lease, unless thousands a millisecond
	// pushed the maker ahead of the clock.
	bound := max(n.maker.Used(), id.Millis(wall)) + 2*leaseFor.Milliseconds()
	_, err := tx.Exec(`/* db.keepNode */ UPDATE nodes SET holder = $1, leased_until = $2, id_ms_max = $3 WHERE node_id = $4`,
		n.db.opts.Holder, At(wall.Add(leaseFor)), bound, n.maker.Node())
	return err
}

func (n *node) renew() {
	tick := time.NewTicker(leaseRenew)
	defer tick.Stop()
	for {
		select {
		case <-n.quit:
			return
		case <-tick.C:
			until := time.Now().Add(leaseFor)
			err := n.db.Write(context.Background(), By{Actor: "system", Cause: "lease"}, func(tx *Tx) error {
				return n.keep(tx, n.db.opts.Wall())
			})
			if err == nil {
				n.held.Store(&until)
			}
		}
	}
}

// valid says whether this node may still make ids and write.
func (n *node) valid() error {
	if time.Now().Before(*n.held.Load()) {
		return nil
	}
	return ErrLease
}

// close gives the number back; it rests until the bound on its ids is past.
func (n *node) close() error {
	close(n.quit)
	n.ended.Wait()
	return n.db.Write(context.Background(), By{Actor: "system", Cause: "stop"}, func(tx *Tx) error {
		_, err := tx.Exec(`/* db.freeNode */ UPDATE nodes SET holder = '', leased_until = $1, id_ms_max = $2 WHERE node_id = $3`,
			At(n.db.opts.Wall()), n.maker.Used(), n.maker.Node())
		return err
	})
}
