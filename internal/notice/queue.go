package notice

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/order"
)

// Reader follows the journal and queues the messages that its rows ask for. It
// holds no state: the cursor and the keys are in the database.
func Reader() journal.Reader { return journal.Reader{Name: "notice", Handle: follow} }

// follow queues what a page of the journal asks for. Orders that were completed
// elsewhere say nothing: their customers were told long ago.
func follow(tx *db.Tx, rows []journal.Row) error {
	wanted := wishes(rows)
	if len(wanted) == 0 {
		return nil
	}
	ids := make([]id.Order, len(wanted))
	for i, n := range wanted {
		ids[i] = n.Order
	}
	orders, err := order.Get(tx, slices.Compact(slices.Sorted(slices.Values(ids))))
	if err != nil {
		return err
	}
	live := map[id.Order]bool{}
	for _, o := range orders {
		live[o.ID] = !o.History
	}
	return insert(tx, slices.DeleteFunc(wanted, func(n Notice) bool { return !live[n.Order] }))
}

// wishes decides which rows ask for which message.
func wishes(rows []journal.Row) (wanted []Notice) {
	for _, r := range rows {
		if r.Kind != "order" {
			continue
		}
		switch r.What {
		case "accepted":
			wanted = append(wanted, Notice{Key: fmt.Sprintf("order-received-%d", r.ID), Order: id.Order(r.ID),
				Template: Received})
		case "cancelled":
			wanted = append(wanted, Notice{Key: fmt.Sprintf("order-cancelled-%d", r.ID), Order: id.Order(r.ID),
				Template: farewell(r.Payload)})
		}
	}
	return wanted
}

// farewell gives the words for a cancellation: an apology where its reason is one.
func farewell(payload string) Template {
	var said struct {
		Why string `json:"why"`
	}
	_ = json.Unmarshal([]byte(payload), &said) // a payload without a reason asks for no apology
	if strings.Contains(said.Why, "致歉") || strings.Contains(strings.ToLower(said.Why), "apolog") {
		return Apology
	}
	return Cancelled
}

// insert queues messages whose keys are new. Their ids are in the order in which
// they are to be sent; they are written in the order of their keys.
func insert(tx *db.Tx, list []Notice) error {
	for i := range list {
		list[i].ID = id.Notice(tx.NewID())
	}
	slices.SortFunc(list, func(a, b Notice) int { return cmp.Compare(a.Key, b.Key) })
	byKey := make(map[string]*Notice, len(list))
	rows := tx.Batch(`/* notice.insert */ INSERT INTO notices (notice_id, unique_key, order_id, template, state, queued_at, due_at)
		VALUES {rows} ON CONFLICT (unique_key) DO NOTHING RETURNING unique_key`)
	for i := range list {
		n := &list[i]
		n.State, n.QueuedAt, n.DueAt, n.Version = Queued, tx.Now(), tx.Now(), 1
		byKey[n.Key] = n
		rows.Add(int64(n.ID), n.Key, int64(n.Order), string(n.Template), string(n.State), int64(n.QueuedAt),
			int64(n.DueAt))
	}
	var fresh []*Notice
	err := rows.Each(func(r db.Row) error {
		var key string
		err := r.Scan(&key)
		fresh = append(fresh, byKey[key])
		return err
	})
	for _, n := range fresh {
		n.note(tx, "notice_queued")
	}
	return err
}
