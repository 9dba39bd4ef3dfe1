// Package id makes and names identities.
//
// An id is a BIGINT made in Go: 41 bits of milliseconds since 2020, 10 bits of
// node, 12 bits of counter. It is unique, roughly ordered in time, and nothing
// more: the order of events is never read from ids. Each kind of thing has its
// own type here, so that a room may carry an id that it may not open.
package id

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The kinds of identity of the house.
type (
	Shop        int64 // a place of sale
	Warehouse   int64 // a warehouse or a store as a place of stock
	Bin         int64 // a place inside a warehouse
	Lot         int64 // a batch of goods with its dates
	SKU         int64 // one thing that can be stocked or sold
	Buyer       int64 // who bought, as the channel knows them
	Recipient   int64 // where and to whom an order goes
	Order       int64 // a sales order
	Line        int64 // a line of a sales order
	Hold        int64 // something that stops an order, a line or a package
	Exception   int64 // work for a person
	Reservation int64 // a claim of a line on a SKU in a warehouse
	Entry       int64 // a row of the stock ledger
	Package     int64 // what is packed and shipped
	PickList    int64 // packages released together
	Waybill     int64 // a carrier's number and its life
	Carrier     int64 // a carrier
	Rule        int64 // a rule written by staff
	Job         int64 // durable work
	Import      int64 // one file taken in
	Notice      int64 // a message to a customer
	Staff       int64 // a person who works here
	Key         int64 // a machine's key to the API
	Endpoint    int64 // an address that is told of events
	Delivery    int64 // one event told to one endpoint
	Sheet       int64 // a stock count that people work on
	Transfer    int64 // goods sent from one warehouse to another
	Shift       int64 // somebody's time at a till, with the cash in its drawer
	Sale        int64 // one sale at a till and how it was paid
	Payment     int64 // money that moved for a sale
)

const (
	nodeBits    = 10
	counterBits = 12
	// NodesMax is the number of node numbers that exist.
	NodesMax = 1 << nodeBits
	countMax = 1 << counterBits
)

// epoch is 2020-01-01T00:00:00Z; 41 bits of milliseconds last until 2089.
const epoch int64 = 1577836800000

// Maker makes ids for one node. It is safe for concurrent use. When more than
// 4,096 ids are asked for within a millisecond, or the clock goes back, it runs
// ahead of the clock instead of waiting or repeating.
type Maker struct {
	mu    sync.Mutex
	now   func() time.Time
	node  int64
	ms    int64
	count int64
}

// NewMaker makes ids for node (0 <= node < NodesMax), none of which has a time
// at or below used: the highest time, in milliseconds since the epoch, that an
// earlier holder of the node number may have used.
func NewMaker(node int, used int64, now func() time.Time) *Maker {
	if node < 0 || node >= NodesMax {
		panic(fmt.Sprintf("id: node %d out of range", node))
	}
	return &Maker{now: now, node: int64(node), ms: used + 1}
}

// Next gives the next id.
func (m *Maker) Next() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ms := m.now().UnixMilli() - epoch; ms > m.ms {
		m.ms, m.count = ms, 0
	}
	if m.count == countMax {
		m.ms, m.count = m.ms+1, 0
	}
	n := m.ms<<(nodeBits+counterBits) | m.node<<counterBits | m.count
	m.count++
	return n
}

// Used is the highest time, in milliseconds since the epoch, that an id carries
// so far. A node's lease keeps it, so that a clock set back repeats nothing.
func (m *Maker) Used() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ms
}

// Node is the number of the node that the maker makes ids for.
func (m *Maker) Node() int { return int(m.node) }

// Text shows an id outside as a prefix and a number, as in O-123: a person sees
// what it names, and an id of one kind is refused where another is asked for.
func Text(prefix string, n int64) string { return prefix + "-" + strconv.FormatInt(n, 10) }

// Parse reads what Text wrote. ok is false when the prefix differs or the rest
// is no positive number.
func Parse(prefix, text string) (n int64, ok bool) {
	digits, found := strings.CutPrefix(text, prefix+"-")
	if !found {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, err == nil && n > 0
}

// String shows the order's id as O-….
func (o Order) String() string { return Text("O", int64(o)) }

// String shows the package's id as P-….
func (p Package) String() string { return Text("P", int64(p)) }

// String shows the person's id as S-….
func (s Staff) String() string { return Text("S", int64(s)) }

// String shows the key's id as K-….
func (k Key) String() string { return Text("K", int64(k)) }

// String shows the endpoint's id as E-….
func (e Endpoint) String() string { return Text("E", int64(e)) }

// String shows the delivery's id as D-….
func (d Delivery) String() string { return Text("D", int64(d)) }

// String shows the line's id as L-….
func (l Line) String() string { return Text("L", int64(l)) }

// String gives the sheet's number as people see it.
func (s Sheet) String() string { return Text("C", int64(s)) }

// String gives the transfer's number as people see it.
func (t Transfer) String() string { return Text("T", int64(t)) }

// Millis gives t in milliseconds since the epoch of ids.
func Millis(t time.Time) int64 { return t.UnixMilli() - epoch }

// Stock is the counter of one SKU in one warehouse; it never leaves inventory.
type Stock int64

// Allocation is a claim whose lot and bin are fixed.
type Allocation int64

// String prints a shift as it is named everywhere outside the database.
func (s Shift) String() string { return Text("SH", int64(s)) }

// String prints a sale as it is named everywhere outside the database.
func (s Sale) String() string { return Text("SA", int64(s)) }
