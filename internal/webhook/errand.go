package webhook

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/review"
)

// Options are what a program hands to NewSender. The zero value of each field means
// a sensible default.
type Options struct {
	// Timeout is how long a receiver may take to answer (default 15 seconds).
	Timeout time.Duration
	// Resolver finds the addresses of names (default the machine's own).
	Resolver *net.Resolver
	// Roots verify the receivers' certificates (default the machine's own).
	Roots *x509.CertPool
	// Log hears of what failed; nil for silence.
	Log *slog.Logger
}

const (
	timeoutDefault = 15 * time.Second
	// callsMax is how many calls to one endpoint are under way at once, on all nodes.
	callsMax = 4
	// lease keeps others away from what is being sent: longer than a call can take.
	lease = time.Minute
	// lookEvery is how soon a round sees what became due meanwhile.
	lookEvery = 200 * time.Millisecond

	// After this many failures in a row the endpoint rests, first for restFirst, then
	// doubling up to restMax; until one succeeds it is called once at a time.
	failuresMax = 5
	restFirst   = 5 * time.Second
	restMax     = 5 * time.Minute
	// failingMax is how long an endpoint may go without one success.
	failingMax = 5 * 24 * time.Hour
)

// Sender sends what is due. It is safe for concurrent use, on any number of nodes.
type Sender struct {
	d      *db.DB
	kit    Kit
	o      Options
	client *http.Client
}

// NewSender makes a sender, which keeps connections to receivers between rounds.
func NewSender(d *db.DB, k Kit, o Options) *Sender {
	if o.Timeout == 0 {
		o.Timeout = timeoutDefault
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Sender{d: d, kit: k, o: o, client: newClient(k.Gate, o)}
}

var by = db.By{Actor: "errand:webhook", Cause: "send"}

// ended is what came of working one endpoint.
type ended struct {
	endpoint id.Endpoint
	tried    int
	err      error
}

// Send sends all that is due until nothing is, and gives the number of attempts. A
// slow receiver keeps the round going, and in it everybody else is served as it
// becomes due. When ctx ends, calls under way are broken off and come again under
// the same webhook-id. How each went stands in the table; the error is the
// database's, and ends the round.
func (s *Sender) Send(ctx context.Context) (tried int, err error) {
	working, over := map[id.Endpoint]bool{}, make(chan ended)
	resting := map[id.Endpoint]bool{} // had nothing to take: until the next look
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		var ready []id.Endpoint
		if ctx.Err() == nil && err == nil {
			ready, err = s.ready(ctx)
		}
		for _, n := range ready {
			if working[n] || resting[n] {
				continue
			}
			working[n] = true
			go func() {
				tried, err := s.work(ctx, n)
				over <- ended{n, tried, err}
			}()
		}
		if len(working) == 0 {
			if ctx.Err() != nil {
				err = nil // the hub stops, and that is all that is the matter
			}
			return tried, err
		}
		select {
		case e := <-over:
			delete(working, e.endpoint)
			tried += e.tried
			resting[e.endpoint] = e.tried == 0
			if err == nil {
				err = e.err
			}
		case <-look.C:
			clear(resting)
		}
	}
}

// ready gives the endpoints that have something due and may be called.
func (s *Sender) ready(ctx context.Context) (list []id.Endpoint, err error) {
	err = s.d.Read(ctx, func(tx *db.Tx) error {
		list, err = db.List(tx, `/* webhook.ready */ SELECT endpoint_id FROM webhook_endpoints
			WHERE disabled_at = 0 AND rest_until <= $1 AND EXISTS (SELECT 1 FROM webhook_deliveries
			WHERE webhook_deliveries.endpoint_id = webhook_endpoints.endpoint_id AND state IN ('waiting', 'sending') AND due_at <= $1)
			ORDER BY endpoint_id`, func(r db.Row) (n id.Endpoint, err error) { return n, r.Scan(&n) }, tx.Now())
		return err
	})
	return list, err
}

// work sends what is due to one endpoint, a few at a time, until nothing is or
// another node does it.
func (s *Sender) work(ctx context.Context, n id.Endpoint) (tried int, err error) {
	for ctx.Err() == nil {
		var (
			e    Endpoint
			list []outgoing
		)
		err := s.d.Write(ctx, by, func(tx *db.Tx) (err error) {
			e, list, err = take(tx, s.kit, n)
			return err
		})
		if err != nil || len(list) == 0 {
			return tried, err
		}
		answers := s.callAll(ctx, e, list)
		tried += len(list)
		err = s.d.Write(context.WithoutCancel(ctx), by, func(tx *db.Tx) error { return finish(tx, n, list, answers) })
		if err != nil {
			return tried, err
		}
	}
	return tried, nil
}

// outgoing is a delivery ready to leave.
type outgoing struct {
	delivery Delivery
	keys     [][]byte
	body     []byte // nil when the journal does not hold the event
}

// take leases what is due to an endpoint and makes it ready. It takes nothing when
// another transaction holds the endpoint.
func take(tx *db.Tx, k Kit, n id.Endpoint) (e Endpoint, list []outgoing, err error) {
	found, err := db.List(tx, `/* webhook.take */ SELECT `+columns+` FROM webhook_endpoints WHERE endpoint_id = $1
		AND disabled_at = 0 AND rest_until <= $2 FOR UPDATE SKIP LOCKED`, scan, n, tx.Now())
	if err != nil || len(found) == 0 {
		return e, nil, err
	}
	e = found[0]
	under, err := tx.Number(`/* webhook.take */ SELECT COUNT(*) FROM webhook_deliveries WHERE endpoint_id = $1 AND state = 'sending'
		AND due_at > $2`, n, tx.Now())
	if err != nil || under >= e.callsMax() {
		return e, nil, err
	}
	due, err := db.List(tx, `/* webhook.take */ SELECT `+deliveryColumns+` FROM webhook_deliveries WHERE endpoint_id = $1
		AND state IN ('waiting', 'sending') AND due_at <= $2 ORDER BY due_at, delivery_id LIMIT $3`, scanDelivery, n, tx.Now(),
		e.callsMax()-under)
	if err != nil || len(due) == 0 {
		return e, nil, err
	}
	keys, err := e.keys(k, tx.Now())
	if err != nil {
		return e, nil, err
	}
	var ids []id.Delivery
	for _, d := range due {
		if err := d.move(verbTake, Sending); err != nil {
			return e, nil, err
		}
		d.Attempts++
		d.lease++
		body, err := Body(tx, d)
		if err != nil && !errors.Is(err, errEvent) {
			return e, nil, err
		}
		ids, list = append(ids, d.ID), append(list, outgoing{d, keys, body})
	}
	_, err = tx.Exec(`/* webhook.take */ UPDATE webhook_deliveries SET state = 'sending', due_at = $1, attempts = attempts + 1,
		lease = lease + 1 WHERE delivery_id = ANY($2)`, tx.Now().Add(lease), ids)
	return e, list, err
}

// callsMax is how many calls may be under way: one while it fails.
func (e *Endpoint) callsMax() int64 {
	if e.Failures >= failuresMax {
		return 1
	}
	return callsMax
}

// keys opens the secrets that sign now, the newest first.
func (e *Endpoint) keys(k Kit, now db.Instant) ([][]byte, error) {
	sealed := [][]byte{e.secret}
	if e.FormerUntil > now {
		sealed = append(sealed, e.former)
	}
	var keys [][]byte
	for _, cipher := range sealed {
		secret, err := k.Keys.Open(purpose, cipher)
		if err != nil {
			return nil, fmt.Errorf("webhook %s: %w", e.ID, err)
		}
		key, _ := parseSecret(secret)
		keys = append(keys, key)
	}
	return keys, nil
}

// callAll calls side by side and waits for all.
func (s *Sender) callAll(ctx context.Context, e Endpoint, list []outgoing) []answer {
	answers := make([]answer, len(list))
	var all sync.WaitGroup
	for i := range list {
		all.Go(func() {
			answers[i] = s.call(ctx, e.URL, list[i])
			if f := answers[i].failed; f != nil {
				s.o.Log.Warn("webhook not delivered", "endpoint", e.ID.String(), "delivery", list[i].delivery.ID.String(),
					"code", f.Code, "error", f.Unwrap())
			}
		})
	}
	all.Wait()
	return answers
}

// finish writes how attempts went. One whose lease another node has by now is left
// as it is.
func finish(tx *db.Tx, n id.Endpoint, list []outgoing, answers []answer) error {
	e, err := lock(tx, n)
	if err != nil {
		return err
	}
	var objects []int64
	var heard []answer
	for i, o := range list {
		d, err := o.delivery.hear(answers[i], tx.Now())
		if err != nil {
			return err
		}
		saved, err := tx.Exec(`/* webhook.finish */ UPDATE webhook_deliveries SET state = $1, due_at = $2, attempts = $3, tried_at = $4,
			status = $5, answer = $6, ended_at = $7 WHERE delivery_id = $8 AND state = 'sending' AND lease = $9`, string(d.State), d.DueAt,
			d.Attempts, d.TriedAt, d.Status, d.Answer, d.EndedAt, d.ID, d.lease)
		if err != nil {
			return err
		}
		if saved == 1 {
			objects, heard = append(objects, d.Object), append(heard, answers[i])
		}
	}
	if len(objects) == 0 {
		return nil
	}
	if err := lineUp(tx, n, objects); err != nil {
		return err
	}
	return e.hear(tx, heard)
}

// hear notes how the latest attempts at an endpoint went, and disables it where they
// say that nobody listens any more.
func (e *Endpoint) hear(tx *db.Tx, answers []answer) error {
	before := [3]int64{int64(e.FailingSince), e.Failures, int64(e.RestUntil)}
	why := e.judge(answers, tx.Now())
	if before != [3]int64{int64(e.FailingSince), e.Failures, int64(e.RestUntil)} {
		_, err := tx.Exec(`/* webhook.hear */ UPDATE webhook_endpoints SET failing_since = $1, failures = $2, rest_until = $3
			WHERE endpoint_id = $4`, e.FailingSince, e.Failures, e.RestUntil, e.ID)
		if err != nil {
			return err
		}
	}
	if why == "" || e.DisabledAt != 0 {
		return nil
	}
	if err := e.disable(tx, why); err != nil {
		return err
	}
	return e.callPeople(tx)
}

// judge decides what answers say of the endpoint: why is empty while it stays
// enabled.
func (e *Endpoint) judge(answers []answer, now db.Instant) (why string) {
	good, bad := false, int64(0)
	for _, a := range answers {
		switch {
		case a.stopped(), a.hopeless(): // says nothing of the receiver
		case a.good():
			good = true
		case a.status == http.StatusGone:
			why = Gone
			bad++
		default:
			bad++
		}
	}
	switch {
	case good:
		e.FailingSince, e.Failures, e.RestUntil = 0, 0, 0
		return why
	case bad == 0:
		return ""
	case e.FailingSince == 0:
		e.FailingSince = now
	}
	if e.Failures += bad; e.Failures >= failuresMax {
		e.RestUntil = now.Add(min(restFirst<<min(e.Failures-failuresMax, 10), restMax))
	}
	if why == "" && now >= e.FailingSince.Add(failingMax) {
		why = Failing
	}
	return why
}

// callPeople makes work for a person of an endpoint that the hub disabled.
func (e *Endpoint) callPeople(tx *db.Tx) error {
	zh, en := "推送地址 %s 回答 410(不再接收),已停用;请联系对方,需要时重新启用",
		"Endpoint %s answered 410 (gone) and was disabled; ask its owner, and enable it again if it is still wanted"
	if e.DisabledWhy == Failing {
		zh, en = "推送地址 %s 连续 5 天没有一次成功,已停用;请联系对方,修好后重新启用",
			"Endpoint %s failed for 5 days without one success and was disabled; ask its owner, and enable it again once it is mended"
	}
	outcomes, err := review.Open(tx, []review.Exception{{Kind: "webhook_disabled", Key: fmt.Sprintf("%s:%d", e.ID, e.Version),
		ZH: fmt.Sprintf(zh, e.ID), EN: fmt.Sprintf(en, e.ID),
		Detail: journal.JSON(map[string]any{"endpoint": e.ID.String(), "why": e.DisabledWhy})}})
	if err == nil && outcomes[0].Fault != nil {
		err = outcomes[0].Fault
	}
	return err
}
