package staff

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// The lives of a session: so long without a request, and at most so long.
const (
	SessionIdle = 30 * time.Minute
	SessionLife = 12 * time.Hour
	// seenEvery is how often a last use is written down.
	seenEvery = time.Minute
)

// Session is one browser in which a person is signed in.
type Session struct {
	Digest    string // names it; the secret itself is in the browser alone
	Staff     id.Staff
	Label     string
	CreatedAt db.Instant
	SeenAt    db.Instant
	ExpiresAt db.Instant
}

// Ticket is what a session holds.
type Ticket struct {
	Staff id.Staff
	Label string
	// Passed: a second factor was given, or none is asked for.
	Passed bool
	// Stamp is the person's Stamp at the sign-in.
	Stamp int64
}

// Stamp rises with everything that a sign-in rests on: password, second factor, roles,
// scope, signing out everywhere. A session of an older one is void, so one that was
// being opened meanwhile ends, too.
func (p Person) Stamp() int64 { return p.epoch }

// Sessions keeps sessions in the database, for a session manager (scs) that hands
// over digests of its tokens. It is one of the few errands of the room: each call is a
// transaction of its own. The manager leaves idleness to it.
type Sessions struct {
	DB    *db.DB
	Guard *Guard
	// Quiet: a look that is no use, as a page makes that refreshes itself. It keeps no
	// session alive.
	Quiet bool
}

// TicketKey is where the manager finds the ticket in a session.
const TicketKey = "ticket"

// Encode and Decode are the manager's codec: a deadline and one ticket.
func (Sessions) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	t, ok := values[TicketKey].(Ticket)
	if len(values) > 1 || len(values) == 1 && !ok {
		return nil, errors.New("staff: a session holds one ticket and nothing else")
	}
	var out bytes.Buffer
	err := gob.NewEncoder(&out).Encode(stored{deadline, t})
	return out.Bytes(), err
}

// Decode reads what Encode wrote.
func (Sessions) Decode(b []byte) (time.Time, map[string]any, error) {
	var s stored
	if err := gob.NewDecoder(bytes.NewReader(b)).Decode(&s); err != nil {
		return time.Time{}, nil, err
	}
	return s.Deadline, map[string]any{TicketKey: s.Ticket}, nil
}

type stored struct {
	Deadline time.Time
	Ticket   Ticket
}

// live is what makes a session count: $1 is now, $2 the end of idleness.
const live = `s.expires_at > $1 AND s.seen_at > $2 AND s.ended_at = 0 AND (s.staff_id = 0
	OR EXISTS (SELECT 1 FROM staff p WHERE p.staff_id = s.staff_id AND p.epoch = s.epoch AND p.disabled_at = 0))`

// FindCtx gives a session that is neither ended, expired nor idle for too long, and
// whose person still has access.
func (s Sessions) FindCtx(ctx context.Context, digest string) (data []byte, found bool, err error) {
	var seen db.Instant
	now := s.Guard.now()
	err = s.DB.Read(context.WithoutCancel(ctx), func(tx *db.Tx) (err error) {
		found, err = tx.One(`/* staff.Sessions.Find */ SELECT s.data, s.seen_at FROM sessions s WHERE `+live+` AND s.digest = $3`,
			[]any{&data, &seen}, now, now.Add(-SessionIdle), digest)
		return err
	})
	if err == nil && found && !s.Quiet && seen < now.Add(-seenEvery) {
		err = s.write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(`/* staff.Sessions.Find */ UPDATE sessions SET seen_at = $1 WHERE digest = $2 AND seen_at < $3`,
				now, digest, now.Add(-seenEvery))
			return err
		})
	}
	return data, found, err
}

// CommitCtx writes a session. One that has ended stays ended: a request that was under
// way then does not bring it back.
func (s Sessions) CommitCtx(ctx context.Context, digest string, data []byte, expiry time.Time) error {
	_, values, err := s.Decode(data)
	if err != nil {
		return err
	}
	t, _ := values[TicketKey].(Ticket)
	now := s.Guard.now()
	most := now.Add(SessionLife)
	return s.write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(`/* staff.Sessions.Commit */ INSERT INTO sessions (digest, staff_id, epoch, data, label, created_at, seen_at,
			expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (digest) DO UPDATE SET staff_id = excluded.staff_id,
			epoch = excluded.epoch, data = excluded.data, label = excluded.label, seen_at = excluded.seen_at
			WHERE sessions.ended_at = 0`, digest, t.Staff, t.Stamp, data, shorten(t.Label), now, now, min(db.At(expiry), most))
		return err
	})
}

// DeleteCtx ends a session.
func (s Sessions) DeleteCtx(ctx context.Context, digest string) error {
	return s.write(ctx, func(tx *db.Tx) error { return end(tx, digest, 0) })
}

func (s Sessions) write(ctx context.Context, fn func(*db.Tx) error) error {
	return s.DB.Write(context.WithoutCancel(ctx), db.By{Actor: "web", Cause: "session"}, fn)
}

// Find is FindCtx without a context.
func (s Sessions) Find(digest string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), digest)
}

// Commit is CommitCtx without a context.
func (s Sessions) Commit(digest string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), digest, data, expiry)
}

// Delete is DeleteCtx without a context.
func (s Sessions) Delete(digest string) error { return s.DeleteCtx(context.Background(), digest) }

const sessionColumns = `s.digest, s.staff_id, s.label, s.created_at, s.seen_at, s.expires_at`

func scanSession(r db.Row) (s Session, err error) {
	return s, r.Scan(&s.Digest, &s.Staff, &s.Label, &s.CreatedAt, &s.SeenAt, &s.ExpiresAt)
}

// SessionsOf lists a person's live sessions, the last used first.
func SessionsOf(tx *db.Tx, g *Guard, n id.Staff) ([]Session, error) {
	now := g.now()
	return db.List(tx, `/* staff.SessionsOf */ SELECT `+sessionColumns+` FROM sessions s WHERE `+live+` AND s.staff_id = $3
		ORDER BY s.seen_at DESC, s.digest LIMIT 200`, scanSession, now, now.Add(-SessionIdle), n)
}

// AllSessions lists the live sessions of everybody, the last used first, at most
// limit.
func AllSessions(tx *db.Tx, g *Guard, limit int) ([]Session, error) {
	now := g.now()
	return db.List(tx, `/* staff.AllSessions */ SELECT `+sessionColumns+` FROM sessions s WHERE `+live+` AND s.staff_id <> 0
		ORDER BY s.seen_at DESC, s.digest LIMIT $3`, scanSession, now, now.Add(-SessionIdle), limit)
}

// SignOut ends one session of a person. One that does not exist is no fault.
func SignOut(tx *db.Tx, n id.Staff, digest string) error { return end(tx, digest, n) }

// end ends one session, of n where that is not 0. The row stays, so that it cannot be
// written back.
func end(tx *db.Tx, digest string, n id.Staff) error {
	whose, err := db.List(tx, `/* staff.end */ UPDATE sessions SET ended_at = $1 WHERE digest = $2 AND ended_at = 0
		AND (staff_id = $3 OR $4) RETURNING staff_id`, func(r db.Row) (n id.Staff, err error) { return n, r.Scan(&n) },
		tx.Now(), digest, n, n == 0)
	if err != nil || len(whose) == 0 || whose[0] == 0 {
		return err
	}
	return note(tx, whose[0], "session_ended", nil)
}

// SignOutEverywhere ends all sessions of a person and forgets their devices. Every
// request looks its session up, so all nodes obey at once. Fault: ErrMissing.
func SignOutEverywhere(tx *db.Tx, n id.Staff) error {
	if _, err := lock(tx, n); err != nil {
		return err
	}
	if err := endSessions(tx, n); err != nil {
		return err
	}
	return note(tx, n, "signed_out_everywhere", nil)
}

// endSessions voids every session of a person, who is locked, also one that a request
// or a sign-in under way is about to write.
func endSessions(tx *db.Tx, n id.Staff) error {
	for _, text := range []string{
		`/* staff.endSessions */ UPDATE staff SET epoch = epoch + 1 WHERE staff_id = $1`,
		`/* staff.endSessions */ DELETE FROM sessions WHERE staff_id = $1`,
		`/* staff.endSessions */ DELETE FROM staff_devices WHERE staff_id = $1`,
	} {
		if _, err := tx.Exec(text, n); err != nil {
			return err
		}
	}
	return nil
}
