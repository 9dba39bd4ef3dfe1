package webhook

import (
	"encoding/binary"
	"hash/fnv"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// Delivery is one event told to one endpoint. The reader adds it; Send and the
// replays alone move it; Forget deletes what ended long ago.
type Delivery struct {
	ID       id.Delivery
	Endpoint id.Endpoint
	// Object and Version name the journal row; Kind and Event what it tells.
	Object  int64
	Version int64
	Kind    string
	Event   string
	At      db.Instant
	State   State
	DueAt   db.Instant
	// Attempts that were made since it was queued or replayed.
	Attempts int64
	TriedAt  db.Instant
	// Status is that of the latest answer, 0 where none came. Answer is its first
	// bytes, or why none came.
	Status  int64
	Answer  string
	EndedAt db.Instant

	lease int64
}

// MessageID is the webhook-id of the event.
func (d *Delivery) MessageID() string { return messageID(d.Object, d.Version) }

// Shown is the object's id as it stands outside.
func (d *Delivery) Shown() string { return shown(d.Kind, d.Object) }

const deliveryColumns = `delivery_id, endpoint_id, object_id, version, object_kind, event, at, state, due_at, attempts, lease,
	tried_at, status, answer, ended_at`

func scanDelivery(r db.Row) (d Delivery, err error) {
	return d, r.Scan(&d.ID, &d.Endpoint, &d.Object, &d.Version, &d.Kind, &d.Event, &d.At, &d.State, &d.DueAt, &d.Attempts,
		&d.lease, &d.TriedAt, &d.Status, &d.Answer, &d.EndedAt)
}

// pauses are the waits after each failed attempt, those of the specification: ten
// attempts within some three days.
var pauses = [...]time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}

// AttemptsMax is how often a delivery is tried before it is given up.
const AttemptsMax = int64(len(pauses)) + 1

const retryAfterMax = 24 * time.Hour

// pause is the wait after the attempt-th failure. A jitter of up to a tenth, which
// depends on the delivery alone, keeps a crowd from coming back together.
func pause(d id.Delivery, attempt int64) time.Duration {
	base := pauses[min(max(attempt, 1), int64(len(pauses)))-1]
	h := fnv.New64a()
	_ = binary.Write(h, binary.BigEndian, [2]int64{int64(d), attempt})
	return base + time.Duration(h.Sum64()>>1)%(base/10)
}

// answer is what came of an attempt.
type answer struct {
	status int64 // 0 for none
	text   string
	// after is how long the receiver asked us to wait.
	after time.Duration
	// failed is why there was no answer.
	failed *fault.Fault
}

func (a answer) good() bool { return a.status >= 200 && a.status <= 299 }

// stopped says that the attempt was broken off because the hub stops.
func (a answer) stopped() bool { return a.failed != nil && a.failed.Is(errStopped) }

// hopeless says that no attempt can end otherwise.
func (a answer) hopeless() bool { return a.failed != nil && a.failed.Is(errEvent) }

// hear is the delivery after an attempt that ended at now.
func (d Delivery) hear(a answer, now db.Instant) (Delivery, error) {
	if a.stopped() {
		d.Attempts--
		d.DueAt = now
		return d, d.move(verbRetry, Waiting)
	}
	d.Status, d.Answer, d.TriedAt = a.status, a.text, now
	if a.failed != nil {
		d.Answer = a.failed.Code + ": " + a.failed.EN
	}
	switch {
	case a.good():
		d.EndedAt = now
		return d, d.move(verbDeliver, Delivered)
	case a.hopeless() || d.Attempts >= AttemptsMax:
		d.EndedAt = now
		return d, d.move(verbGiveUp, Dead)
	}
	d.DueAt = now.Add(max(pause(d.ID, d.Attempts), min(a.after, retryAfterMax)))
	return d, d.move(verbRetry, Waiting)
}

// move leads the delivery to a state by the verb, or refuses.
func (d *Delivery) move(v verb, to State) error {
	if !allowed(v, d.State, to) {
		return errMove.With(string(d.State), string(v))
	}
	d.State = to
	return nil
}
