package job

import (
	"encoding/binary"
	"hash/fnv"
	"strings"
	"time"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// State is where a job stands; the package comment shows the moves.
type State string

const (
	// StateWaiting is due at a time to come, or due now and not taken yet.
	StateWaiting State = "waiting"
	// StateLeased is held by a worker, or was until its lease ran out.
	StateLeased State = "leased"
	// StateDone is over; the row keeps its kind and key from being used again.
	StateDone State = "done"
	// StateDead ran out of attempts and waits for a person.
	StateDead State = "dead"
)

// Job is one piece of durable work. A caller of Enqueue fills Kind, Key and
// what else it wants of the first block; the second belongs to this package.
type Job struct {
	// ID is given by Enqueue when it is 0.
	ID id.Job
	// Kind names the handler, as in "notice.send".
	Kind string
	// Key is unique within its kind for ever: the idempotency key of the outside
	// call. A recurring job's call adds RunAt to it.
	Key string
	// Payload is JSON, {} when empty. It holds ids, never personal text.
	Payload string
	// RunAt is the planned time; 0 means now.
	RunAt db.Instant
	// Every is the period of a recurring job, 0 for work that is done once.
	Every time.Duration
	// AttemptsMax is the number of attempts before it is dead, 0 for
	// AttemptsDefault.
	AttemptsMax int

	State State
	// DueAt is when the row may be taken next.
	DueAt db.Instant
	// Attempts counts the takings of this slot, the present one included.
	Attempts int
	// InDoubt says that an earlier attempt may have done the outside effect:
	// ask the other side before repeating it.
	InDoubt bool
	// Lease is the fencing token of the latest taking.
	Lease int64
	// LastError is a fault's code and English sentence; empty after success.
	LastError string
	CreatedAt db.Instant
	// DoneAt is when it was last done or died.
	DoneAt db.Instant
}

const (
	// AttemptsDefault lets a job try for some five hours before it is dead.
	AttemptsDefault = 16
	backoffFirst    = time.Second
	backoffMax      = time.Hour
	lastErrorMax    = 500
)

// Backoff is the pause after the attempt-th failure: it doubles from one second
// up to an hour, less a jitter of up to a half that depends on the job alone, so
// that a crowd which failed together does not come back together and a replay
// repeats itself. Below the bound each pause is longer than the one before.
func Backoff(job id.Job, attempt int) time.Duration {
	full := backoffMax
	if shift := max(attempt, 1) - 1; shift < 12 {
		full = min(backoffFirst<<shift, backoffMax)
	}
	h := fnv.New64a()
	_ = binary.Write(h, binary.BigEndian, [2]int64{int64(job), int64(attempt)})
	jitter := time.Duration(h.Sum64()>>1) % (full / 2)
	return full - jitter
}

// done is the job after it was done at now.
func (j Job) done(now db.Instant) Job {
	j.LastError, j.InDoubt, j.DoneAt = "", false, now
	if j.Every > 0 {
		return j.nextSlot(now)
	}
	j.State = StateDone
	return j
}

// failed is the job after an attempt failed with err at now. One that recurs is
// tried again within its slot and then goes on to the next: it never dies.
func (j Job) failed(now db.Instant, err error) Job {
	f := fault.Of(err)
	j.LastError = safe(f)
	j.InDoubt = j.InDoubt || !certain(f.Kind)
	again := now.Add(Backoff(j.ID, j.Attempts))
	spent := j.Attempts >= j.AttemptsMax
	switch {
	case j.Every > 0 && (spent || again >= j.slotAfter(now)):
		return j.nextSlot(now)
	case spent:
		j.State, j.DoneAt = StateDead, now
	default:
		j.State, j.DueAt = StateWaiting, again
	}
	return j
}

// givenBack is the job after its worker stopped without failing at it.
func (j Job) givenBack(now db.Instant) Job {
	j.State, j.DueAt, j.Attempts = StateWaiting, now, j.Attempts-1
	return j
}

func (j Job) nextSlot(now db.Instant) Job {
	j.RunAt = j.slotAfter(now)
	j.State, j.DueAt, j.Attempts = StateWaiting, j.RunAt, 0
	return j
}

// slotAfter is the first slot later than now and later than the present one.
// Slots that were missed are left out.
func (j Job) slotAfter(now db.Instant) db.Instant {
	period := db.Instant(j.Every / time.Microsecond)
	return j.RunAt + (max(now-j.RunAt, 0)/period+1)*period
}

// certain says that a failure of this kind did nothing outside.
func certain(k fault.Kind) bool { return k != fault.Unknown && k != fault.Internal }

// safe is what a person may read of a failure: never the cause, which may hold
// anything.
func safe(f *fault.Fault) string {
	s := strings.ReplaceAll(strings.ToValidUTF8(f.Code+": "+f.EN, "?"), "\x00", "?")
	if len(s) <= lastErrorMax {
		return s
	}
	end := lastErrorMax
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}
