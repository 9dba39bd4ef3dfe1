package staff

import (
	"bytes"
	"context"
	"encoding/gob"
	"strings"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
)

// The lives of a session: so long without a request, and at most so long.
const (
	SessionIdle = 30 * time.Minute
	SessionLife = 12 * time.Hour
	// seenEvery is how often a session's last use is written down.
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

// Sessions keeps sessions in the database, for a session manager that hands over
// digests of tokens. It is one of the few errands of the room: each call is a
// transaction of its own.
type Sessions struct {
	DB    *db.DB
	Guard *Guard
	// Quiet: a look that is no use, as a page makes that refreshes itself. It keeps no
	// session alive.
	Quiet bool
}

// Ticket is what a session holds.
type Ticket struct {
	Staff id.Staff
	Label string
	// Passed: a second factor was given, or none is asked for.
	Passed bool
	// Stamp is the person's Stamp at the sign-in.
	Stamp string
}

// Encode and Decode are the manager's codec: a deadline and one ticket.
func (Sessions) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	t, _ := values["ticket"].(Ticket)
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
	return s.Deadline, map[string]any{"ticket": s.Ticket}, nil
}

type stored struct {
	Deadline time.Time
	Ticket   Ticket
}

// FindCtx gives a session that is neither expired nor idle for too long.
func (s Sessions) FindCtx(ctx context.Context, digest string) (data []byte, found bool, err error) {
	var seen db.Instant
	now := s.Guard.now()
	err = s.DB.Read(context.WithoutCancel(ctx), func(tx *db.Tx) (err error) {
		found, err = tx.One(`/* staff.Sessions.Find */ SELECT data, seen_at FROM sessions WHERE digest = $1 AND expires_at > $2 AND seen_at > $3`,
			[]any{&data, &seen}, digest, now, now.Add(-SessionIdle))
		return err
	})
	if err == nil && found && !s.Quiet && seen < now.Add(-seenEvery) {
		err = s.DB.Write(context.WithoutCancel(ctx), db.By{Actor: "web", Cause: "session"}, func(tx *db.Tx) error {
			_, err := tx.Exec(`/* staff.Sessions.Find */ UPDATE sessions SET seen_at = $1 WHERE digest = $2 AND seen_at < $3`,
				now, digest, now.Add(-seenEvery))
			return err
		})
	}
	return data, found, err
}

// CommitCtx writes a session.
func (s Sessions) CommitCtx(ctx context.Context, digest string, data []byte, expiry time.Time) error {
	_, values, err := s.Decode(data)
	if err != nil {
		return err
	}
	t, _ := values["ticket"].(Ticket)
	now := s.Guard.now()
	return s.DB.Write(context.WithoutCancel(ctx), db.By{Actor: "web", Cause: "session"}, func(tx *db.Tx) error {
		_, err := tx.Exec(`/* staff.Sessions.Commit */ INSERT INTO sessions (digest, staff_id, data, label, created_at, seen_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (digest) DO UPDATE SET staff_id = excluded.staff_id, data = excluded.data,
			label = excluded.label, seen_at = excluded.seen_at, expires_at = excluded.expires_at`,
			digest, t.Staff, data, t.Label, now, now, db.At(expiry))
		return err
	})
}

// DeleteCtx ends a session.
func (s Sessions) DeleteCtx(ctx context.Context, digest string) error {
	return s.DB.Write(context.WithoutCancel(ctx), db.By{Actor: "web", Cause: "session"}, func(tx *db.Tx) error {
		_, err := tx.Exec(`/* staff.Sessions.Delete */ DELETE FROM sessions WHERE digest = $1`, digest)
		return err
	})
}

// Find, Commit and Delete are the manager's calls without a context.
func (s Sessions) Find(digest string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), digest)
}

// Commit is CommitCtx without a context.
func (s Sessions) Commit(digest string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), digest, data, expiry)
}

// Delete is DeleteCtx without a context.
func (s Sessions) Delete(digest string) error { return s.DeleteCtx(context.Background(), digest) }

// SessionsOf lists a person's live sessions, the last used first.
func SessionsOf(tx *db.Tx, g *Guard, n id.Staff) ([]Session, error) {
	now := g.now()
	return db.List(tx, `/* staff.SessionsOf */ SELECT digest, staff_id, label, created_at, seen_at, expires_at FROM sessions
		WHERE staff_id = $1 AND expires_at > $2 AND seen_at > $3 ORDER BY seen_at DESC, digest LIMIT 200`, scanSession, n, now, now.Add(-SessionIdle))
}

// AllSessions lists the live sessions of everybody, the last used first, at most
// limit.
func AllSessions(tx *db.Tx, g *Guard, limit int) ([]Session, error) {
	now := g.now()
	return db.List(tx, `/* staff.AllSessions */ SELECT digest, staff_id, label, created_at, seen_at, expires_at FROM sessions
		WHERE expires_at > $1 AND seen_at > $2 AND staff_id > 0 ORDER BY seen_at DESC, digest LIMIT $3`, scanSession, now, now.Add(-SessionIdle), limit)
}

func scanSession(r db.Row) (s Session, err error) {
	return s, r.Scan(&s.Digest, &s.Staff, &s.Label, &s.CreatedAt, &s.SeenAt, &s.ExpiresAt)
}

// SignOut ends one session of a person. One that does not exist is no fault.
func SignOut(tx *db.Tx, n id.Staff, digest string) error {
	_, err := tx.Exec(`/* staff.SignOut */ DELETE FROM sessions WHERE digest = $1 AND staff_id = $2`, digest, n)
	return err
}

// SignOutEverywhere ends all sessions of a person and forgets their devices. Every
// request looks its session up, so all nodes obey at once.
func SignOutEverywhere(tx *db.Tx, n id.Staff) error {
	if _, err := tx.Exec(`/* staff.SignOutEverywhere */ DELETE FROM sessions WHERE staff_id = $1`, n); err != nil {
		return err
	}
	_, err := tx.Exec(`/* staff.SignOutEverywhere */ DELETE FROM staff_devices WHERE staff_id = $1`, n)
	return err
}

// Device is a browser that a person signed in from before.
type Device struct {
	Label     string
	CreatedAt db.Instant
	SeenAt    db.Instant
}

// RememberDevice gives the mark that a browser keeps after a sign-in: the one it
// has, or a new one with fresh true.
func (g *Guard) RememberDevice(tx *db.Tx, n id.Staff, mark, label string) (kept string, fresh bool, err error) {
	known, err := knownDevice(tx, n, mark)
	if err != nil {
		return "", false, err
	}
	if known {
		_, err := tx.Exec(`/* staff.RememberDevice */ UPDATE staff_devices SET seen_at = $1 WHERE digest = $2`, g.now(), digest(mark))
		return mark, false, err
	}
	mark = g.secret()
	if _, err := tx.Exec(`/* staff.RememberDevice */ INSERT INTO staff_devices (digest, staff_id, label, created_at, seen_at)
		VALUES ($1, $2, $3, $4, $5)`, digest(mark), n, shorten(label), g.now(), g.now()); err != nil {
		return "", false, err
	}
	return mark, true, note(tx, n, "device_new", nil)
}

func knownDevice(tx *db.Tx, n id.Staff, mark string) (bool, error) {
	if mark == "" || n == 0 {
		return false, nil
	}
	found, err := tx.Number(`/* staff.knownDevice */ SELECT COUNT(*) FROM staff_devices WHERE digest = $1 AND staff_id = $2`, digest(mark), n)
	return found > 0, err
}

// DevicesOf lists the browsers a person signed in from, the last used first.
func DevicesOf(tx *db.Tx, n id.Staff) ([]Device, error) {
	return db.List(tx, `/* staff.DevicesOf */ SELECT label, created_at, seen_at FROM staff_devices WHERE staff_id = $1
		ORDER BY seen_at DESC, digest LIMIT 100`, func(r db.Row) (v Device, err error) { return v, r.Scan(&v.Label, &v.CreatedAt, &v.SeenAt) }, n)
}

// shorten bounds what a browser says of itself.
func shorten(label string) string {
	label = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0xfffd {
			return -1
		}
		return r
	}, label)
	if runes := []rune(label); len(runes) > 120 {
		label = string(runes[:120])
	}
	return label
}
