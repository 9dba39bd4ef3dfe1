package inventory_test

import (
	"context"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
)

// BenchmarkReserve: batches of 256 orders with three lines over 1,000 SKUs, each
// batch one durable transaction, without the order's own rows.
func BenchmarkReserve(b *testing.B) {
	const orders, lines, skus = 256, 3, 1000
	for name, distinct := range map[string]int{"uniform": skus, "hot": 1} {
		b.Run(name, func(b *testing.B) {
			d := dbtest.Open(b, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
			var receipts []inventory.Receipt
			for i := range skus {
				receipts = append(receipts, inventory.Receipt{Place: inventory.Place{Warehouse: 1,
					SKU: id.SKU(i + 1)}, Qty: inventory.QtyMax})
			}
			dbtest.Write(b, d, func(tx *db.Tx) error { _, err := inventory.Receive(tx, receipts); return err })
			line := id.Line(0)
			b.ReportAllocs()
			for b.Loop() {
				claims := make([]inventory.Claim, 0, orders*lines)
				for range orders * lines {
					line++
					claims = append(claims, inventory.Claim{Place: inventory.Place{Warehouse: 1,
						SKU: id.SKU(int(line)*7919%distinct + 1)},
						Order: id.Order(line / lines), Line: line, Shop: 1, Qty: 1})
				}
				err := d.Write(context.Background(), dbtest.By, func(tx *db.Tx) error { _, err := reserve(tx, claims); return err })
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(orders*b.N)/b.Elapsed().Seconds(), "orders/s")
		})
	}
}
