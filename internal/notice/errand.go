package notice

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/job"
	"baihuo/internal/order"
	"baihuo/internal/seal"
	"baihuo/internal/shop"
)

// Sender is the port to whoever carries messages: SMS, a platform's chat. It
// promises that one key has one effect, however often it is called with it.
// Faults: Invalid when this message can never be sent; any other is tried again.
type Sender interface {
	Send(ctx context.Context, key string, m Message) error
}

const (
	// attemptLease keeps others away from a message that is being sent.
	attemptLease = 2 * time.Minute
	// attemptsMax lets a message try for some five hours before it is given up.
	attemptsMax = 16
	sendMax     = 100
)

// outgoing is a message ready to leave; nobody says that nobody can be told.
type outgoing struct {
	notice  Notice
	message Message
	nobody  *fault.Fault
}

// Send sends messages that are due, up to limit (100 at most), and gives the
// number it tried: 0 when none is due. How each went stands in the table. Its
// error is the database's; a message whose end could not be written is tried
// again under the same key.
func Send(ctx context.Context, d *db.DB, keys *seal.Keyring, port Sender, limit int) (tried int, err error) {
	var list []outgoing
	by := db.By{Actor: "errand:notice", Cause: "send"}
	err = d.Write(ctx, by, func(tx *db.Tx) (err error) {
		list, err = begin(tx, keys, max(1, min(limit, sendMax)))
		return err
	})
	if err != nil || len(list) == 0 {
		return 0, err
	}
	results := make([]error, len(list))
	for i := range list {
		results[i] = list[i].call(ctx, port)
	}
	return len(list), d.Write(context.WithoutCancel(ctx), by, func(tx *db.Tx) error {
		return finish(tx, list, results)
	})
}

// begin takes due messages, keeps others away from them and opens whom they go to.
func begin(tx *db.Tx, keys *seal.Keyring, limit int) ([]outgoing, error) {
	due, err := db.List(tx, `/* notice.begin */ SELECT `+columns+` FROM notices WHERE state = 'queued' AND due_at <= $1
		ORDER BY due_at, notice_id LIMIT $2 FOR UPDATE SKIP LOCKED`, scan, tx.Now(), limit)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	list, ids := make([]outgoing, len(due)), make([]int64, len(due))
	for i, n := range due {
		n.Attempts++
		list[i], ids[i] = outgoing{notice: n}, int64(n.ID)
	}
	_, err = tx.Exec(`/* notice.begin */ UPDATE notices SET due_at = $1, attempts = attempts + 1 WHERE notice_id = ANY($2)`,
		tx.Now().Add(attemptLease), ids)
	if err != nil {
		return nil, err
	}
	return list, address(tx, keys, list)
}

// address fills in to whom the messages go now and what they say.
func address(tx *db.Tx, keys *seal.Keyring, list []outgoing) error {
	var ids []id.Order
	for _, o := range list {
		ids = append(ids, o.notice.Order)
	}
	orders, err := order.Get(tx, ids)
	if err != nil {
		return err
	}
	byID, shopIDs := map[id.Order]*order.Order{}, []id.Shop{}
	for _, o := range orders {
		byID[o.ID], shopIDs = o, append(shopIDs, o.Shop)
	}
	shops, err := shop.ByID(tx, shopIDs)
	if err != nil {
		return err
	}
	for i := range list {
		if err := list[i].address(tx, keys, byID[list[i].notice.Order], shops); err != nil {
			return err
		}
	}
	return nil
}

func (o *outgoing) address(tx *db.Tx, keys *seal.Keyring, of *order.Order, shops map[id.Shop]shop.Shop) error {
	if of == nil {
		o.nobody = order.ErrMissing
		return nil
	}
	o.notice.Recipient = of.Recipient
	to, err := customer.OpenFor(tx, keys, of.Recipient, "notice "+o.notice.Key)
	switch {
	case errors.Is(err, customer.ErrRecipientMissing):
		o.nobody = customer.ErrRecipientMissing
		return nil
	case err != nil:
		return err
	case strings.TrimSpace(to.Phone) == "" && to.OpaqueID == "":
		o.nobody = ErrNobody
	}
	o.message = Message{To: to, Shop: shops[of.Shop].Name, OrderNo: of.ExternalNo, Template: o.notice.Template}
	o.message.ZH, o.message.EN = o.notice.Template.say(o.message.Shop, o.message.OrderNo)
	return nil
}

// call tells the port, and turns its panic into a failure of this message alone.
func (o *outgoing) call(ctx context.Context, port Sender) (err error) {
	if o.nobody != nil {
		return o.nobody
	}
	defer func() {
		if p := recover(); p != nil {
			err = errPort.Wrap(fmt.Errorf("panic: %v", p))
		}
	}()
	return port.Send(ctx, o.notice.Key, o.message)
}

// finish writes how it went. A message that another one ended meanwhile, because
// this took longer than its lease, is left as it is.
func finish(tx *db.Tx, list []outgoing, results []error) error {
	ids := make([]id.Notice, len(list))
	for i, o := range list {
		ids[i] = o.notice.ID
	}
	locked, err := db.Lock(tx, "notices", "notice_id", ids)
	if err != nil {
		return err
	}
	now, err := db.List(tx, `/* notice.finish */ SELECT `+columns+` FROM notices WHERE notice_id = ANY($1)`, scan,
		locked)
	if err != nil {
		return err
	}
	byID := map[id.Notice]Notice{}
	for _, n := range now {
		byID[n.ID] = n
	}
	for i, o := range list {
		n, there := byID[o.notice.ID]
		if !there || n.State != Queued {
			continue
		}
		n.Recipient = o.notice.Recipient
		if err := n.end(tx, results[i]); err != nil {
			return err
		}
	}
	return nil
}

// end moves the message by how its attempt went and saves it.
func (n *Notice) end(tx *db.Tx, result error) error {
	what := ""
	switch {
	case result == nil:
		n.LastError, what = "", "notice_sent"
		if err := n.move(verbSend, Sent); err != nil {
			return err
		}
	case hopeless(result) || n.Attempts >= attemptsMax:
		n.LastError, what = plain(result), "notice_failed"
		if err := n.move(verbGiveUp, Failed); err != nil {
			return err
		}
	default:
		n.LastError, n.DueAt = plain(result), tx.Now().Add(job.Backoff(id.Job(n.ID), int(n.Attempts)))
	}
	if what != "" {
		n.EndedAt = tx.Now()
		n.Version++
		n.note(tx, what)
	}
	_, err := tx.Exec(`/* notice.end */ UPDATE notices SET state = $1, recipient_id = $2, due_at = $3, ended_at = $4,
		last_error = $5, version = $6 WHERE notice_id = $7`, string(n.State), n.Recipient, n.DueAt, n.EndedAt, n.LastError, n.Version, n.ID)
	return err
}

// hopeless says that another attempt would end the same.
func hopeless(err error) bool {
	kind := fault.KindOf(err)
	return kind == fault.Invalid || kind == fault.Missing
}

// plain is what may be kept of a failure: never its cause, which may hold anything.
func plain(err error) string {
	f := fault.Of(err)
	text := []rune(strings.ReplaceAll(strings.ToValidUTF8(f.Code+": "+f.EN, "?"), "\x00", "?"))
	return string(text[:min(len(text), 300)])
}

// Retry queues messages again that were given up; those that were not are passed
// over. It gives the number queued.
func Retry(tx *db.Tx, ids []id.Notice) (queued int, err error) {
	locked, err := db.Lock(tx, "notices", "notice_id", ids)
	if err != nil || len(locked) == 0 {
		return 0, err
	}
	list, err := db.List(tx, `/* notice.Retry */ SELECT `+columns+` FROM notices WHERE notice_id = ANY($1) ORDER BY notice_id`, scan, locked)
	if err != nil {
		return 0, err
	}
	for _, n := range list {
		if n.move(verbRetry, Queued) != nil {
			continue
		}
		queued++
		n.Version++
		n.note(tx, "notice_queued")
		_, err := tx.Exec(`/* notice.Retry */ UPDATE notices SET state = 'queued', due_at = $1, attempts = 0, ended_at = 0,
			version = $2 WHERE notice_id = $3`, tx.Now(), n.Version, n.ID)
		if err != nil {
			return 0, err
		}
	}
	return queued, nil
}
