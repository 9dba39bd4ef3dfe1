// Package store reads what the terminals of our own stores say of a sale.
//
// There is no standard for the way from a till to an order hub, so this is our
// own format, version 1, and it is read strictly: an unknown field, a number
// where text belongs or a missing value is a fault that names the field.
//
//	{"version": 1, "store_id": "S001", "terminal_id": "T02", "local_seq": 10293,
//	 "status": "paid", "sold_at": "2026-01-02T18:04:05+08:00", "cashier": "C007",
//	 "pick_up": {"on": "2026-01-03", "slot": "18:00-20:00"},
//	 "lines": [{"barcode": "6901234567892", "name": "...", "qty": 2, "price": "19.90", "discount": "1.00"}],
//	 "discounts": [{"name": "...", "amount": "5.00"}],
//	 "payments": [{"method": "wechat", "amount": "33.80"}], "change": "0.00", "total": "33.80"}
//
// The order's number is store-terminal-sequence, which the terminal counts even
// when the line to us is cut, so a replayed sale is the same sale. Money is text
// in yuan; times carry their offset. status is paid, unpaid or void; a word of a
// later version is kept and queued. A sale changed on the terminal is sent again
// with modified_at. The goods of a sale without pick_up left over the counter;
// the tag "counter" says so.
package store
