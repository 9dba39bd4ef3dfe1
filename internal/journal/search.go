package journal

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"baihuo/internal/db"
)

// Looking back through the journal costs its writers nothing. Two questions have an
// index: what happened to an object, and what people did (their rows alone are in it,
// so acceptance by machines never pays). Every other question walks the streams
// backwards, a bounded number of rows a call, and hands back a cursor to go on from.

// Filter chooses rows. Zero fields do not choose.
type Filter struct {
	Actor string
	// People: only what signed-in people did, no machine and no job.
	People bool
	Kind   string
	Object int64
	What   string
	// From and To bound the time; To is not in it.
	From, To db.Instant
}

const (
	// searchMost is how many rows one call hands back, searchSeen about how many it
	// looks at.
	searchMost = 500
	searchSeen = 5000
	// clockSlack is by how much the rows of a stream may be out of the order of time:
	// the clock of a node was set back.
	clockSlack = time.Hour

	isPerson = `actor >= 'S-' AND actor < 'S.'`
)

// Search gives rows that f chooses, the newest first, at most limit, after the cursor
// of the call before (empty for the first). next is the cursor to go on from, empty at
// the end; there may be more even where no row came back, because one call looks at a
// bounded number. Fault: ErrPosition.
func Search(tx *db.Tx, f Filter, cursor string, limit int) (rows []Row, next string, err error) {
	if limit <= 0 || limit > searchMost {
		limit = searchMost
	}
	if f.To == 0 {
		f.To = 1<<63 - 1
	}
	switch {
	case f.Object != 0:
		return f.ofObject(tx, cursor, limit)
	case f.People || strings.HasPrefix(f.Actor, "S-"):
		return f.ofPeople(tx, cursor, limit)
	}
	return f.walk(tx, cursor, limit)
}

// chooses says whether a row is asked for.
func (f *Filter) chooses(r *Row) bool {
	return r.At >= f.From && r.At < f.To && (f.Actor == "" || r.By.Actor == f.Actor) && (f.Kind == "" || r.Kind == f.Kind) &&
		(f.What == "" || r.What == f.What) && (f.Object == 0 || r.ID == f.Object) && (!f.People || r.By.Actor >= "S-" && r.By.Actor < "S.")
}

// sift keeps what is asked for of a page of rows, and makes the cursor behind the last
// one looked at; none where the page was the last.
func (f *Filter) sift(page []Row, limit int, cursor func(Row) string) (rows []Row, next string) {
	for i := range page {
		if f.chooses(&page[i]) {
			rows = append(rows, page[i])
		}
		if len(rows) == limit && i < len(page)-1 || i == searchSeen-1 {
			return rows, cursor(page[i])
		}
	}
	return rows, ""
}

func (f *Filter) ofObject(tx *db.Tx, cursor string, limit int) ([]Row, string, error) {
	before := int64(1<<63 - 1)
	if _, err := fmt.Sscanf(cursor, "o%d", &before); cursor != "" && err != nil {
		return nil, "", ErrPosition.Wrap(err)
	}
	page, err := db.List(tx, `/* journal.Search */ SELECT `+columns+` FROM journal WHERE object_id = $1 AND version < $2
		ORDER BY version DESC LIMIT $3`, scan, f.Object, before, searchSeen)
	rows, next := f.sift(page, limit, func(r Row) string { return fmt.Sprintf("o%d", r.Version) })
	return rows, next, err
}

func (f *Filter) ofPeople(tx *db.Tx, cursor string, limit int) ([]Row, string, error) {
	at, stream, seq := int64(f.To), int64(0), int64(0)
	if _, err := fmt.Sscanf(cursor, "p%d.%d.%d", &at, &stream, &seq); cursor != "" && err != nil {
		return nil, "", ErrPosition.Wrap(err)
	}
	text, args := searchPeople, []any{at, stream, seq, f.From}
	if f.Actor != "" {
		text, args = searchPerson, append([]any{f.Actor}, args...)
	}
	page, err := db.List(tx, text, scan, append(args, searchSeen)...)
	rows, next := f.sift(page, limit, func(r Row) string { return fmt.Sprintf("p%d.%d.%d", r.At, r.Stream, r.Seq) })
	return rows, next, err
}

const (
	searchPeople = `/* journal.Search */ SELECT ` + columns + ` FROM journal WHERE ` + isPerson + `
		AND (at, stream, seq) < ($1, $2, $3) AND at >= $4 ORDER BY at DESC, stream DESC, seq DESC LIMIT $5`
	searchPerson = `/* journal.Search */ SELECT ` + columns + ` FROM journal WHERE actor = $1 AND ` + isPerson + `
		AND (at, stream, seq) < ($2, $3, $4) AND at >= $5 ORDER BY at DESC, stream DESC, seq DESC LIMIT $6`
)

// walk looks through all streams backwards. The cursor holds, for each stream that has
// not been looked through, the row before which to go on.
func (f *Filter) walk(tx *db.Tx, cursor string, limit int) ([]Row, string, error) {
	before, err := f.streams(tx, cursor)
	if err != nil || len(before) == 0 {
		return nil, "", err
	}
	pages, size := map[int64][]Row{}, max(20, searchSeen/len(before))
	whole := map[int64]bool{} // the page reaches the stream's beginning
	for stream, seq := range before {
		pages[stream], err = db.List(tx, `/* journal.Search */ SELECT `+columns+` FROM journal
			WHERE stream = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3`, scan, stream, seq, size)
		if err != nil {
			return nil, "", err
		}
		whole[stream] = len(pages[stream]) < size
	}
	var rows []Row
	for len(rows) < limit {
		stream, more := f.newest(before, pages, whole)
		if !more {
			break
		}
		r := pages[stream][0]
		pages[stream], before[stream] = pages[stream][1:], r.Seq
		if f.chooses(&r) {
			rows = append(rows, r)
		}
	}
	for stream := range before {
		if f.over(pages[stream], whole[stream]) {
			delete(before, stream)
		}
	}
	if len(before) == 0 {
		return rows, "", nil
	}
	return rows, "w" + before.Encode(), nil
}

// over says that nothing that is asked for lies further back in a stream.
func (f *Filter) over(page []Row, whole bool) bool {
	if len(page) == 0 {
		return whole
	}
	return page[0].At < f.From.Add(-clockSlack)
}

// newest gives the stream whose next row is the newest. more is false when all are
// over, or when the page of one is used up and only the next call can tell.
func (f *Filter) newest(before Position, pages map[int64][]Row, whole map[int64]bool) (stream int64, more bool) {
	for s := range before {
		page := pages[s]
		switch {
		case f.over(page, whole[s]):
		case len(page) == 0:
			return 0, false
		case !more || cmp.Or(cmp.Compare(page[0].At, pages[stream][0].At), cmp.Compare(s, stream)) > 0:
			stream, more = s, true
		}
	}
	return stream, more
}

// streams gives where to begin in each stream: at the cursor, or behind the last row
// that may be asked for.
func (f *Filter) streams(tx *db.Tx, cursor string) (Position, error) {
	if cursor != "" {
		text, ok := strings.CutPrefix(cursor, "w")
		before := Position{}
		if err := json.Unmarshal([]byte(text), &before); err != nil || !ok {
			return nil, ErrPosition.Wrap(err)
		}
		return before, nil
	}
	heads, err := Heads(tx)
	if err != nil {
		return nil, err
	}
	before := Position{}
	for stream, head := range heads {
		if before[stream], err = f.begin(tx, stream, head.Seq); err != nil {
			return nil, err
		}
	}
	return before, nil
}

// begin finds by halving the first row of a stream that is younger than what is asked
// for, so that a day of last year is not reached by walking through this one.
func (f *Filter) begin(tx *db.Tx, stream, last int64) (int64, error) {
	limit := f.To
	if limit < 1<<62 {
		limit = limit.Add(clockSlack)
	}
	low, high := int64(1), last+1
	for low < high && limit < 1<<62 {
		middle := (low + high) / 2
		at, err := tx.Number(`/* journal.Search */ SELECT at FROM journal WHERE stream = $1 AND seq = $2`, stream, middle)
		if err != nil {
			return 0, err
		}
		if db.Instant(at) < limit {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return high, nil
}

// Latest gives the rows of objects, the newest first, at most limit.
func Latest(tx *db.Tx, objects []int64, limit int) ([]Row, error) {
	var all []Row
	for chunk := range slices.Chunk(objects, 500) {
		rows, err := db.List(tx, `/* journal.Latest */ SELECT `+columns+` FROM journal WHERE object_id = ANY($1)
			ORDER BY at DESC, stream DESC, seq DESC LIMIT $2`, scan, chunk, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	slices.SortFunc(all, func(a, b Row) int {
		return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(b.Stream, a.Stream), cmp.Compare(b.Seq, a.Seq))
	})
	return all[:min(len(all), limit)], nil
}
