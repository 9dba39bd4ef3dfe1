package intake

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
)

// whyUndone is the reason on orders that an undone import had brought.
const whyUndone = "导入撤销"

// Undone is what undoing an import took back.
type Undone struct {
	Orders     int64 // cancelled
	Documents  int64 // numbers that may be taken again
	Exceptions int64 // closed
}

// Undo takes an import of orders back that nothing has touched since: its orders
// are cancelled (see doc.go), its documents forgotten, its exceptions closed. It
// works in pieces and, broken off, goes on when it is called again. Faults:
// ErrMissing, ErrNoUndo, ErrUndone, ErrRunning; ErrTouched naming orders that
// were worked on, or of other imports that goods were taken back from.
func Undo(ctx context.Context, d *db.DB, n id.Import, by db.By) (Undone, error) {
	var done Undone
	by.Cause = strings.TrimSpace(by.Cause + " undo " + importText(n))
	if err := d.Read(ctx, func(tx *db.Tx) error { return mayUndo(tx, n) }); err != nil {
		return done, err
	}
	if err := untouched(ctx, d, n); err != nil {
		return done, err
	}
	for {
		count := 0
		err := d.Write(ctx, by, func(tx *db.Tx) (err error) {
			count, err = undoPiece(tx, n)
			return err
		})
		if err != nil {
			return done, err
		}
		if count == 0 {
			break
		}
		done.Orders += int64(count)
	}
	closed, err := closeExceptions(ctx, d, by, n)
	done.Exceptions = closed
	if err != nil {
		return done, err
	}
	return done, d.Write(ctx, by, func(tx *db.Tx) (err error) {
		done.Documents, err = tx.Exec(`/* intake.Undo */ DELETE FROM import_documents WHERE import_id = $1`, n)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`/* intake.Undo */ UPDATE imports SET state = 'undone' WHERE import_id = $1`,
			n); err != nil {
			return err
		}
		return note(tx, n, "import_undone", done)
	})
}

func mayUndo(tx *db.Tx, n id.Import) error {
	im, err := Get(tx, n)
	switch {
	case err != nil:
		return err
	case im.What != "orders":
		return ErrNoUndo
	case im.State == "undone":
		return ErrUndone
	case im.State != "done":
		return ErrRunning
	}
	return nil
}

// item is an order that an import left at a version.
type item struct {
	order   id.Order
	own     bool
	version int64
}

// itemsAfter gives a page of the orders of an import by id.
func itemsAfter(tx *db.Tx, n id.Import, after id.Order) ([]item, error) {
	return db.List(tx, `/* intake.itemsAfter */ SELECT object_id, object_kind, version FROM import_items
		WHERE import_id = $1 AND object_id > $2 ORDER BY object_id LIMIT $3`, func(r db.Row) (i item, err error) {
		var kind string
		err = r.Scan(&i.order, &kind, &i.version)
		i.own = kind == "order"
		return i, err
	}, n, after, ordersMax)
}

// untouched looks at every order of the import before the first is undone.
func untouched(ctx context.Context, d *db.DB, n id.Import) error {
	touched := ErrTouched
	for after := id.Order(0); ; {
		var page []item
		err := d.Read(ctx, func(tx *db.Tx) (err error) {
			if page, err = itemsAfter(tx, n, after); err != nil {
				return err
			}
			orders, err := order.Get(tx, ordersOf(page))
			touched = look(touched, page, orders)
			return err
		})
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		after = page[len(page)-1].order
	}
	if len(touched.Fields) > 0 {
		return touched
	}
	return nil
}

const touchedMax = 100

// look adds to f each order of a page that does not stand as the import left it.
func look(f *fault.Fault, page []item, orders []*order.Order) *fault.Fault {
	at := make(map[id.Order]*order.Order, len(orders))
	for _, o := range orders {
		at[o.ID] = o
	}
	for _, i := range page {
		o := at[i.order]
		if len(f.Fields) >= touchedMax || o != nil && i.own && o.Version == i.version {
			continue
		}
		switch {
		case o == nil:
			f = f.Field(i.order.String(), "订单不存在", "it does not exist")
		case !i.own:
			f = f.Field(i.order.String(), fmt.Sprintf("订单 %s 属于另一次导入,本次导入从它退回过商品", short(o.ExternalNo)),
				fmt.Sprintf("order %s came with another import, and this one took goods back from it",
					short(o.ExternalNo)))
		default:
			f = f.Field(i.order.String(), fmt.Sprintf("订单 %s 之后改过 %d 次", short(o.ExternalNo), o.Version-i.version),
				fmt.Sprintf("order %s was changed %d times since", short(o.ExternalNo), o.Version-i.version))
		}
	}
	return f
}

func ordersOf(page []item) []id.Order {
	ids := make([]id.Order, len(page))
	for i, it := range page {
		ids[i] = it.order
	}
	return ids
}

// undoPiece takes the next orders back and gives their number, 0 at the end.
func undoPiece(tx *db.Tx, n id.Import) (int, error) {
	page, err := itemsAfter(tx, n, 0)
	if err != nil || len(page) == 0 {
		return 0, err
	}
	orders, err := order.Lock(tx, ordersOf(page))
	if err != nil {
		return 0, err
	}
	if f := look(ErrTouched, page, orders); len(f.Fields) > 0 {
		return 0, f // somebody was faster
	}
	var live []flow.Cancellation
	var history []*order.Order
	for _, o := range orders {
		if o.History {
			history = append(history, o)
		} else {
			live = append(live, flow.Cancellation{Order: o.ID, Why: whyUndone})
		}
	}
	if err := undoHistory(tx, history); err != nil {
		return 0, err
	}
	outcomes, err := flow.Cancel(tx, live)
	for _, o := range outcomes {
		if err == nil && o.Fault != nil {
			err = o.Fault
		}
	}
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(`/* intake.undoPiece */ DELETE FROM import_items WHERE import_id = $1 AND object_id = ANY($2)`,
		n, ordersOf(page))
	return len(page), err
}

// undoHistory sets the quantities of completed orders to none, opens the orders
// again and cancels them. They moved no stock, so none moves now.
func undoHistory(tx *db.Tx, orders []*order.Order) error {
	var back []order.Change
	for _, o := range orders {
		exploded := map[id.Line]bool{}
		for _, l := range o.Lines {
			exploded[l.Parent] = true
		}
		for _, l := range o.Lines {
			if !exploded[l.ID] { // a bundle's quantities follow its parts
				back = append(back, order.Change{Line: l.ID, Picked: -l.Picked, Packed: -l.Packed, Shipped: -l.Shipped,
					Delivered: -l.Delivered, Returned: -l.Returned, Refunded: -l.Refunded})
			}
		}
		o.CompletedAt = 0 // written by Move
	}
	if err := order.Move(tx, orders, "import_undone", back); err != nil {
		return err
	}
	recipients := make([]id.Recipient, len(orders))
	for i, o := range orders {
		recipients[i] = o.Recipient
		if _, err := order.Cancel(tx, order.Cancellation{Order: o, Why: whyUndone}); err != nil {
			return err
		}
	}
	people, err := customer.Get(tx, recipients)
	if err != nil {
		return err
	}
	facts := make([]order.Facts, len(orders))
	for i, o := range orders {
		who := people[o.Recipient]
		facts[i] = order.Facts{Order: o, NameMask: who.Name.Mask, Place: who.Place}
	}
	return order.Show(tx, facts)
}

// closeExceptions closes what the import had put before people.
func closeExceptions(ctx context.Context, d *db.DB, by db.By, n id.Import) (closed int64, err error) {
	prefix := importText(n) + ":"
	for _, kind := range []string{ExceptionCancel, ExceptionRefund, ExceptionDebt} {
		for after := id.Exception(0); ; {
			var page []review.Exception
			var ours []id.Exception
			err := d.Write(ctx, by, func(tx *db.Tx) (err error) {
				page, err = review.List(tx, review.Filter{Kind: kind, After: after})
				if err != nil {
					return err
				}
				ours = ours[:0]
				for _, e := range page {
					if strings.HasPrefix(e.Key, prefix) {
						ours = append(ours, e.ID)
					}
				}
				_, err = review.Close(tx, slices.Clone(ours), whyUndone)
				return err
			})
			if err != nil {
				return closed, err
			}
			if closed += int64(len(ours)); len(page) == 0 {
				break
			}
			after = page[len(page)-1].ID
		}
	}
	return closed, nil
}
