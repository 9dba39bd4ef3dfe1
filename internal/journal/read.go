package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
)

// Position says how far a reader has come in each stream. It is opaque outside.
type Position map[int64]int64

// Encode writes the position as text.
func (p Position) Encode() string { return JSON(p) }

// ParsePosition reads what Encode wrote; the empty text is the beginning.
func ParsePosition(text string) (Position, error) {
	p := Position{}
	if text == "" {
		return p, nil
	}
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return nil, ErrPosition.Wrap(err)
	}
	for stream, seq := range p {
		if stream < 0 || seq < 0 {
			return nil, ErrPosition
		}
	}
	if p == nil { // "null" takes the map away
		return nil, ErrPosition
	}
	return p, nil
}

// ErrPosition says that a cursor is not one of ours.
var ErrPosition = fault.New(fault.Invalid, "journal_position", "日志游标无效,请从头读取或使用上次返回的游标",
	"The journal cursor is not valid; use the one given last, or none to start over")

const columns = `stream, seq, object_kind, object_id, version, what, payload, actor, cause, at, hash`

func scan(r db.Row) (Row, error) {
	var row Row
	err := r.Scan(&row.Stream, &row.Seq, &row.Kind, &row.ID, &row.Version, &row.What, &row.Payload,
		&row.By.Actor, &row.By.Cause, &row.At, &row.Hash)
	return row, err
}

// Timeline gives the rows of one object in the order of its versions, at most
// limit of them after version after.
func Timeline(tx *db.Tx, object int64, after int64, limit int) ([]Row, error) {
	return db.List(tx, `/* journal.Timeline */ SELECT `+columns+` FROM journal
		WHERE object_id = $1 AND version > $2 ORDER BY version LIMIT $3`, scan, object, after, limit)
}

// Next gives up to about limit rows after from, and the position behind them.
// Every row is given once. The rows of one object come in the order of its
// versions: a row whose predecessor lies in another stream, further than this
// page reaches, waits for the next page.
func Next(tx *db.Tx, from Position, limit int) ([]Row, Position, error) {
	heads, err := Heads(tx)
	if err != nil {
		return nil, nil, err
	}
	pages := map[int64][]Row{}
	for stream, head := range heads {
		if head.Seq <= from[stream] {
			continue
		}
		pages[stream], err = db.List(tx, `/* journal.Next */ SELECT `+columns+` FROM journal
			WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3`, scan, stream, from[stream], limit)
		if err != nil {
			return nil, nil, err
		}
	}
	before, err := predecessors(tx, pages)
	if err != nil {
		return nil, nil, err
	}
	rows, to := weave(from, pages, before, limit)
	return rows, to, nil
}

type place struct{ stream, seq int64 }

type step struct{ object, version int64 }

// predecessors gives where the row before each row of the pages lies, for those
// that are no first row. What does not exist is left out and keeps nobody.
func predecessors(tx *db.Tx, pages map[int64][]Row) (map[step]place, error) {
	if len(pages) < 2 {
		return nil, nil // one stream is in order by itself
	}
	wanted := map[step]bool{}
	var objects []int64
	for _, page := range pages {
		for _, r := range page {
			if r.Version > 1 {
				wanted[step{r.ID, r.Version - 1}] = true
				objects = append(objects, r.ID)
			}
		}
	}
	found := map[step]place{}
	for chunk := range slices.Chunk(objects, 500) {
		err := tx.Each(`/* journal.predecessors */ SELECT object_id, version, stream, seq FROM journal
			WHERE object_id = ANY($1)`, func(r db.Row) error {
			var s step
			var p place
			if err := r.Scan(&s.object, &s.version, &p.stream, &p.seq); err != nil {
				return err
			}
			if wanted[s] {
				found[s] = p
			}
			return nil
		}, chunk)
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// weave hands on rows stream by stream, each only after its predecessor, until
// no stream can go on.
func weave(from Position, pages map[int64][]Row, before map[step]place, limit int) ([]Row, Position) {
	to := Position{}
	for s, n := range from {
		to[s] = n
	}
	streams := make([]int64, 0, len(pages))
	for s := range pages {
		streams = append(streams, s)
	}
	slices.Sort(streams)
	var rows []Row
	for moved := true; moved && len(rows) < limit; {
		moved = false
		for _, s := range streams {
			page := pages[s]
			for len(page) > 0 && len(rows) < limit {
				r := page[0]
				p, has := before[step{r.ID, r.Version - 1}]
				if has && p.seq > to[p.stream] {
					break
				}
				rows, page, moved = append(rows, r), page[1:], true
				to[s] = r.Seq
			}
			pages[s] = page
		}
	}
	return rows, to
}

// Reader is a follower of the journal with a durable cursor. Of all nodes one
// at a time does its work, under a lease.
type Reader struct {
	Name string
	// Handle gets the rows in the transaction that also moves the cursor, so
	// that what it writes happens once. It touches nothing but the database.
	Handle func(tx *db.Tx, rows []Row) error
	// Limit is the number of rows handed over at a time (default 500).
	Limit int
}

const readerLease = 30 * time.Second

// Turn hands the next rows to the reader and gives their number: 0 when there
// is nothing new or another node has the reader's lease.
func (r Reader) Turn(ctx context.Context, d *db.DB) (int, error) {
	limit := r.Limit
	if limit == 0 {
		limit = 500
	}
	var (
		rows     []Row
		from, to Position
		held     string
	)
	err := d.Read(ctx, func(tx *db.Tx) (err error) {
		if held, err = r.cursor(tx); err != nil {
			return err
		}
		if from, err = ParsePosition(held); err != nil {
			return err
		}
		rows, to, err = Next(tx, from, limit)
		return err
	})
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	done := 0
	err = d.Write(ctx, db.By{Actor: "reader:" + r.Name, Cause: "journal"}, func(tx *db.Tx) error {
		done = 0
		mine, err := r.move(tx, held, to)
		if err != nil || !mine {
			return err
		}
		done = len(rows)
		return r.Handle(tx, rows)
	})
	if err != nil {
		return 0, fmt.Errorf("journal reader %s: %w", r.Name, err)
	}
	return done, nil
}

func (r Reader) cursor(tx *db.Tx) (position string, err error) {
	_, err = tx.One(`/* journal.cursor */ SELECT position FROM journal_cursors WHERE reader = $1`, []any{&position}, r.Name)
	return position, err
}

// move takes the cursor from one position to another and says whether it stood
// there: two nodes that read the same page cannot both move it.
func (r Reader) move(tx *db.Tx, held string, to Position) (bool, error) {
	_, err := tx.Exec(`/* journal.move */ INSERT INTO journal_cursors (reader, position, leased_by, leased_until)
		VALUES ($1, '', 0, 0) ON CONFLICT DO NOTHING`, r.Name)
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(`/* journal.move */ UPDATE journal_cursors SET position = $1, leased_by = $2, leased_until = $3
		WHERE reader = $4 AND position = $5`,
		to.Encode(), tx.Stream(), tx.Now().Add(readerLease), r.Name, held)
	return n == 1, err
}
