package inventory_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
)

// Complaints that users of other order systems brought for years; the numbers
// are those of the list of capabilities.

// Concurrent buyers oversell the last unit.
func TestC01_ConcurrentBuyersNeverOversell(t *testing.T) {
	eachNodes(t, func(t *testing.T, h *house, handles []*db.DB) {
		h.receive(inventory.Receipt{Place: h.in(soap), Qty: 7})
		granted, _ := buy(h, handles, soap, 40)
		same(h, "sold", sum(granted), 7)
		h.stock(h.in(soap), 7, 7, 0)
	})
}

// The lock lives in the caller's workflow, so direct calls oversell and drift.
func TestC02_TheGuardIsInsideTheRoom(t *testing.T) {
	eachNodes(t, func(t *testing.T, h *house, handles []*db.DB) {
		h.receive(inventory.Receipt{Place: h.in(soap), Qty: 3})
		h.Run("a_caller_who_forgets_the_lock_is_refused", func(*testing.T) {
			h.refused(inventory.ErrDrift, func(tx *db.Tx) error {
				old, err := inventory.Look(tx, []id.SKU{soap})
				if err != nil {
					return err
				}
				if _, err := reserve(tx, []inventory.Claim{h.claim(1, soap, 3)}); err != nil {
					return err
				}
				_, err = inventory.Reserve(tx, old, []inventory.Claim{h.claim(2, soap, 3)})
				return err
			})
		})
		h.Run("a_statement_past_the_room_is_refused", func(*testing.T) {
			h.refused(db.ErrConstraint, func(tx *db.Tx) error {
				_, err := tx.Exec(`UPDATE stock SET qty_reserved = 4`)
				return err
			})
		})
		h.Run("two_hands_that_ship_one_package_without_its_order_ship_once", func(*testing.T) {
			h.reserve(h.claim(1, soap, 2))
			h.allocate(h.need(7, 1, 1))
			h.pick(7)
			var both sync.WaitGroup
			var shipped atomic.Int64
			for i := range 2 {
				both.Go(func() {
					err := handles[i%len(handles)].Write(context.Background(), dbtest.By, func(tx *db.Tx) error {
						_, err := inventory.Ship(tx, []id.Package{7})
						return err
					})
					if err == nil {
						shipped.Add(1)
					} else if !errors.Is(err, inventory.ErrNotAllocated) {
						h.Errorf("ship: %v", err)
					}
				})
			}
			both.Wait()
			same(h, "shipped", shipped.Load(), 1)
			h.stock(h.in(soap), 2, 1, 0)
		})
	})
}

// The reserved counter is not the sum of the reservations.
func TestC04_ReservedIsTheSumOfTheReservations(t *testing.T) {
	each(t, func(h *house) {
		h.receive(inventory.Receipt{Place: h.in(soap), Qty: 20})
		h.reserve(h.claim(1, soap, 5), h.claim(2, soap, 5), h.claim(1, soap, 1), h.claim(3, soap, 9))
		h.allocate(h.need(7, 1, 3), h.need(8, 2, 5))
		h.pick(7, 8)
		h.do(func(tx *db.Tx) error {
			if _, err := inventory.Ship(tx, []id.Package{7}); err != nil {
				return err
			}
			if _, err := inventory.Unallocate(tx, []id.Package{8}); err != nil {
				return err
			}
			_, err := inventory.Release(tx, []inventory.Free{{Order: 1, Line: 3, Qty: 4}, {Order: 1, Line: 2}})
			return err
		})
		h.lose(inventory.Loss{Place: h.in(soap), Qty: 12, Kind: "count"})
		var claimed int64
		dbtest.Read(h, h.d, func(tx *db.Tx) error {
			holders, err := inventory.Holders(tx, h.in(soap), 100)
			for _, c := range holders {
				claimed += c.Qty
			}
			return err
		})
		same(h, "reserved", h.row(h.in(soap)).Reserved, claimed)
		h.stock(h.in(soap), 5, 5, 0)
	})
}

// Reservations lock goods that nobody will ship; a part cannot be released; one
// batch reserved by two orders blocks both.
func TestC05_APartOfAReservationIsReleased(t *testing.T) {
	each(t, func(h *house) {
		h.receive(inventory.Receipt{Place: h.in(soap), Qty: 10, Lot: inventory.Lot{Code: "A", ExpiresOn: "2027-01-01"}})
		other := h.claim(2, soap, 5)
		other.Order = 2
		same(h, "the second finds only the rest", h.reserve(h.claim(1, soap, 8), other), []int64{8, 2})
		h.do(func(tx *db.Tx) error {
			_, err := inventory.Release(tx, []inventory.Free{{Order: 1, Line: 1, Qty: 3}})
			return err
		})
		other.Qty = 3
		same(h, "what was released is there at once", h.reserve(other), []int64{3})
		portions := h.allocate(h.need(7, 1, 5), inventory.Need{Package: 8, Order: 2, Line: 2, Warehouse: h.north, Qty: 5})
		same(h, "both leave from the same lot", portions[0].Lot, portions[len(portions)-1].Lot)
		h.pick(7, 8)
		h.do(func(tx *db.Tx) error { _, err := inventory.Ship(tx, []id.Package{7, 8}); return err })
		h.stock(h.in(soap), 0, 0, 0)
	})
}

// Only the first page of lines was reserved.
func TestC06_AllOf250LinesAreReserved(t *testing.T) {
	each(t, func(h *house) {
		var receipts []inventory.Receipt
		var claims []inventory.Claim
		for i := range 250 {
			sku := id.SKU(1000 + i)
			receipts = append(receipts, inventory.Receipt{Place: h.in(sku), Qty: 2})
			claims = append(claims, h.claim(id.Line(i+1), sku, 2))
		}
		h.receive(receipts...)
		for i, n := range h.reserve(claims...) {
			if n != 2 {
				h.Errorf("line %d got %d", i, n)
			}
		}
	})
}

// Reserving a big order takes minutes, statement by statement. Here 5,000 lines
// take the same few statements per 128 lines; counted on the wire.
func TestC07_ABigOrderTakesFewStatements(t *testing.T) {
	address, statements := countingProxy(t, dbtest.URL(t, db.Postgres))
	d, err := db.Open(context.Background(), address, db.Options{Clock: dbtest.NewClock().Now, Lanes: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	h := newHouse(t, d)
	const lines, skus = 5000, 300
	var receipts []inventory.Receipt
	for i := range skus {
		receipts = append(receipts, inventory.Receipt{Place: h.in(id.SKU(1000 + i)), Qty: lines})
	}
	h.receive(receipts...)
	var claims []inventory.Claim
	var frees []inventory.Free
	for i := range lines {
		claims = append(claims, h.claim(id.Line(i+1), id.SKU(1000+i%skus), 1))
		frees = append(frees, inventory.Free{Order: 1, Line: id.Line(i + 1)})
	}
	h.reserve(claims...) // the first time prepares the statements
	for name, run := range map[string]func(){
		"reserve": func() { same(h, "granted", sum(h.reserve(claims...)), lines) },
		"release": func() { h.do(func(tx *db.Tx) error { _, err := inventory.Release(tx, frees); return err }) },
	} {
		before := statements.Load()
		run()
		used := statements.Load() - before
		t.Logf("%s: %d lines in %d statements", name, lines, used)
		if most := int64(3*lines/128 + 100); used > most {
			t.Errorf("%s: %d statements, at most %d", name, used, most)
		}
	}
	h.clean()
}

// countingProxy stands before a PostgreSQL server and counts the round trips of
// its clients: each statement ends in one Sync or is one simple Query.
func countingProxy(t *testing.T, address string) (string, *atomic.Int64) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	server := u.Host
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	u.Host, u.RawQuery = listener.Addr().String(), "sslmode=disable"
	count := &atomic.Int64{}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			up, err := net.Dial("tcp", server)
			if err != nil {
				_ = client.Close()
				continue
			}
			go func() { _, _ = io.Copy(client, up); _ = client.Close() }()
			go func() { forward(up, client, count); _ = up.Close() }()
		}
	}()
	return u.String(), count
}

// forward hands on a client's messages: one without a kind, then kind, length
// and body each.
func forward(up io.Writer, client io.Reader, count *atomic.Int64) {
	for header := 4; ; header = 5 {
		head := make([]byte, header)
		if _, err := io.ReadFull(client, head); err != nil {
			return
		}
		if kind := head[0]; header == 5 && (kind == 'S' || kind == 'Q') {
			count.Add(1)
		}
		body := make([]byte, binary.BigEndian.Uint32(head[header-4:])-4)
		if _, err := io.ReadFull(client, body); err != nil {
			return
		}
		if _, err := up.Write(append(head, body...)); err != nil {
			return
		}
	}
}

// Cancelling a fulfilment does not give its allocation back.
func TestC11_CancellingAPickedPackageGivesAllBack(t *testing.T) {
	each(t, func(h *house) {
		h.receive(inventory.Receipt{Place: h.in(soap), Qty: 3, Bin: 9}, inventory.Receipt{Place: h.in(soap), Qty: 3,
			Bin: 8})
		before := h.bins()
		h.reserve(h.claim(1, soap, 5))
		h.allocate(h.need(7, 1, 4), h.need(8, 1, 1))
		h.pick(7)
		h.do(func(tx *db.Tx) error { _, err := inventory.Unallocate(tx, []id.Package{7, 8}); return err })
		same(h, "goods lie where they lay", h.bins(), before)
		h.stock(h.in(soap), 6, 5, 0)
		h.allocate(h.need(9, 1, 5)) // and can be had again
		h.do(func(tx *db.Tx) error {
			if _, err := inventory.Unallocate(tx, []id.Package{9}); err != nil {
				return err
			}
			_, err := inventory.Release(tx, []inventory.Free{{Order: 1, Line: 1}})
			return err
		})
		h.stock(h.in(soap), 6, 0, 0)
		same(h, "the next buyer finds all of it", h.reserve(h.claim(2, soap, 9)), []int64{6})
	})
}

// First expired, first out is not kept in the pick list.
func TestC25_TheFirstToExpireLeavesFirst(t *testing.T) {
	each(t, func(h *house) {
		in := func(code, expires string, qty int64, bin id.Bin) inventory.Receipt {
			return inventory.Receipt{Place: h.in(soap), Qty: qty, Bin: bin, Lot: inventory.Lot{Code: code,
				ExpiresOn: expires}}
		}
		h.receive(inventory.Receipt{Place: h.in(soap), Qty: 2, Bin: 3}, in("late", "2028-01-01", 2, 4), in("soon",
			"2027-01-01", 1, 9),
			in("soon", "2027-01-01", 1, 8), in("gone", "2026-11-30", 4, 4))
		gone := h.lot(inventory.Lot{SKU: soap, Code: "gone"})
		h.do(func(tx *db.Tx) error { _, err := inventory.Bar(tx, []id.Lot{gone}); return err })
		h.reserve(h.claim(1, soap, 9))
		var bins []id.Bin
		for _, p := range h.allocate(h.need(7, 1, 3), h.need(8, 1, 3)) {
			bins = append(bins, p.Bin)
		}
		same(h, "soon from two bins, late, goods without a date; barred ones never", bins, []id.Bin{8, 9, 4, 4, 3})
	})
}
