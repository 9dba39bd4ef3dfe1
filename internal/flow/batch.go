package flow

import (
	"context"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/journal"
	"baihuo/internal/order"
	"baihuo/internal/review"
)

// Message is a prepared draft and what it was made of.
type Message struct {
	Prepared
	// Raw is the message as it came. It is kept, sealed, in the exception queue when
	// the order is refused. Nil: its sender keeps it and hears of the refusal, so only
	// an order that breaks the transaction becomes an exception.
	Raw []byte
}

// The queues of orders that could not be taken in, and the purpose under which
// their raw messages are sealed.
const (
	ExceptionRefused = "order_refused"
	ExceptionBroken  = "order_broken"
	PurposeRaw       = "order.raw"
)

// AcceptAll accepts messages in one transaction of its own and is back when they
// are on disk. last, which may be nil, runs at the end of that transaction with
// all outcomes.
//
// When the database or a broken invariant refuses the transaction for a reason
// that Check should have caught, it is undone and each member runs once more in a
// transaction of its own: the offender is refused and waits for a person, the rest
// stand, and last runs in a transaction behind them. The error means that last
// did not happen; with kinds other than Unknown nothing else did either, except
// after such a second run, whose members a repeat finds as duplicates.
func AcceptAll(ctx context.Context, d *db.DB, by db.By, kit Kit, list []Message,
	last func(*db.Tx, []fault.Outcome[Accepted]) error) ([]fault.Outcome[Accepted], error) {
	var outcomes []fault.Outcome[Accepted]
	end := func(tx *db.Tx) error {
		if err := keepRefused(tx, kit, list, outcomes); err != nil || last == nil {
			return err
		}
		return last(tx, outcomes)
	}
	err := d.Write(ctx, by, func(tx *db.Tx) (err error) {
		if outcomes, err = Accept(tx, kit, preparedOf(list)); err != nil {
			return err
		}
		return end(tx)
	})
	if err == nil || !avoidable(err) {
		return outcomes, err
	}
	if outcomes, err = oneByOne(ctx, d, by, kit, list); err != nil {
		return nil, err
	}
	return outcomes, d.Write(ctx, by, end)
}

func preparedOf(list []Message) []Prepared {
	prepared := make([]Prepared, len(list))
	for i := range list {
		prepared[i] = list[i].Prepared
	}
	return prepared
}

// oneByOne accepts each message in its own transaction.
func oneByOne(ctx context.Context, d *db.DB, by db.By, kit Kit, list []Message) ([]fault.Outcome[Accepted], error) {
	outcomes := make([]fault.Outcome[Accepted], len(list))
	for i := range list {
		err := d.Write(ctx, by, func(tx *db.Tx) error {
			some, err := Accept(tx, kit, []Prepared{list[i].Prepared})
			if err == nil {
				outcomes[i] = some[0]
			}
			return err
		})
		switch {
		case err != nil && !avoidable(err):
			return nil, err
		case err != nil:
			outcomes[i] = fault.Refused[Accepted](ErrBroken.Wrap(err))
		}
	}
	return outcomes, nil
}

// ErrBroken says that an order broke the transaction that was to accept it.
var ErrBroken = fault.New(fault.Internal, "order_broken", "订单无法写入,已转入异常队列,等待人工处理",
	"The order could not be written; it is in the exception queue and a person will look at it")

// avoidable says that a transaction failed because of what was in it: the same
// again would fail again.
func avoidable(err error) bool {
	switch fault.KindOf(err) {
	case fault.Busy, fault.Transient, fault.Unknown:
		return false
	}
	return true
}

// keepRefused puts refused messages before people, their raw form sealed.
func keepRefused(tx *db.Tx, kit Kit, list []Message, outcomes []fault.Outcome[Accepted]) error {
	var work []review.Exception
	for i, o := range outcomes {
		switch {
		case o.Fault == nil:
		case o.Fault.Is(ErrBroken):
			work = append(work, exceptionOf(kit, &list[i], o.Fault, ExceptionBroken))
		case list[i].Raw != nil:
			work = append(work, exceptionOf(kit, &list[i], o.Fault, ExceptionRefused))
		}
	}
	if len(work) == 0 {
		return nil
	}
	opened, err := review.Open(tx, work)
	for _, o := range opened {
		if err == nil && o.Fault != nil {
			err = o.Fault
		}
	}
	return err
}

// exceptionOf describes a refused message. The same order refused for the same
// reason is one piece of work; one without a number is known by its raw form.
func exceptionOf(kit Kit, m *Message, f *fault.Fault, kind string) review.Exception {
	d := m.Draft
	if d == nil {
		d = &order.Draft{}
	}
	name := d.ExternalNo
	if strings.TrimSpace(name) == "" {
		name = string(m.Raw)
	}
	e := review.Exception{Kind: kind, Key: hex.EncodeToString(kit.Keys.Digest("exception.order", d.ShopCode, name,
		f.Code)),
		ZH: "订单未能接收:" + f.ZH, EN: "An order was not taken: " + f.EN,
		Detail: journal.JSON(map[string]any{"shop": codeLike(d.ShopCode), "external_no": codeLike(d.ExternalNo),
			"code": f.Code, "fields": f.Fields})}
	for i, field := range f.Fields {
		if i == 3 {
			break
		}
		e.ZH += ";" + field.Name + " " + field.ZH
		e.EN += "; " + field.Name + " " + field.EN
	}
	e.ZH, e.EN, e.Detail = cut(e.ZH, 400), cut(e.EN, 400), cut(e.Detail, 8000)
	if m.Raw != nil {
		e.Raw = kit.Keys.SealBytes(PurposeRaw, m.Raw)
	}
	return e
}

// codeLike gives a code that a message names, as far as it looks like one: a name or a
// sentence that slipped into its field stays in the sealed message alone.
func codeLike(code string) string {
	for _, r := range code {
		if r > '~' || r < '!' {
			return "?"
		}
	}
	return cut(code, 200)
}

// cut makes a text storable and bounds its letters.
func cut(s string, limit int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "?")
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit])
}
