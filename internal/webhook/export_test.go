package webhook

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// Inside is what the gate refuses to dial.
func Inside(ip netip.Addr) bool { return inside(ip) }

// NewClient is the client of a sender, for addresses that Check would refuse.
func NewClient(g *Gate, resolver *net.Resolver) *http.Client {
	return newClient(g, Options{Resolver: resolver, Timeout: 5 * time.Second})
}

// BodyOf makes the body of an event.
func BodyOf(r journal.Row) ([]byte, error) { return bodyOf(r) }

// Die takes what is due to an endpoint, calls, and writes nothing down.
func (s *Sender) Die(ctx context.Context, n id.Endpoint) error {
	var e Endpoint
	var list []outgoing
	err := s.d.Write(ctx, by, func(tx *db.Tx) (err error) { e, list, err = take(tx, s.kit, n); return err })
	s.callAll(ctx, e, list)
	return err
}
