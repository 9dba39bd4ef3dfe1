package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"baihuo/internal/db"
)

// Head is the end of a stream: the number of its rows and the hash of the last.
type Head struct {
	Seq  int64  `json:"seq"`
	Hash []byte `json:"hash"`
}

// Heads gives the heads of all streams.
func Heads(tx *db.Tx) (map[int64]Head, error) {
	heads := map[int64]Head{}
	err := tx.Each(`/* journal.Heads */ SELECT stream, seq, hash FROM journal_streams ORDER BY stream`, func(r db.Row) error {
		var stream int64
		var h Head
		if err := r.Scan(&stream, &h.Seq, &h.Hash); err != nil {
			return err
		}
		heads[stream] = h
		return nil
	})
	return heads, err
}

// Anchor writes down all heads and gives the line that belongs into a file
// outside the database: whoever cuts a stream must then also forge the file.
func Anchor(tx *db.Tx) (line string, err error) {
	heads, err := Heads(tx)
	if err != nil {
		return "", err
	}
	text := JSON(heads)
	sum := sha256.Sum256([]byte(text))
	at := tx.Now()
	_, err = tx.Exec(`/* journal.Anchor */ INSERT INTO journal_anchors (anchor_id, at, heads, hash) VALUES ($1, $2, $3, $4)`,
		tx.NewID(), at, text, sum[:])
	return fmt.Sprintf("%d %s %s\n", at, hex.EncodeToString(sum[:]), text), err
}

// AppendAnchor adds a line to the file of anchors and makes it durable.
func AppendAnchor(path, line string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteString(line); err != nil {
		return err
	}
	return f.Sync()
}

// Verdict is what Verify found.
type Verdict struct {
	Rows, Streams, Anchors int64
	Breaches               []string
}

// Verify recomputes the chain of every stream and compares it with its head and
// with every anchor, those in the database and those in anchorLines (the text
// of the anchor file, may be empty). It names each row that does not fit.
func Verify(tx *db.Tx, anchorLines string) (Verdict, error) {
	var v Verdict
	heads, err := Heads(tx)
	if err != nil {
		return v, err
	}
	anchored, err := anchors(tx, anchorLines, &v)
	if err != nil {
		return v, err
	}
	streams, err := db.List(tx, `/* journal.Verify */ SELECT DISTINCT stream FROM journal ORDER BY stream`,
		func(r db.Row) (s int64, err error) { return s, r.Scan(&s) })
	if err != nil {
		return v, err
	}
	for stream := range heads {
		streams = append(streams, stream)
	}
	for stream := range anchored {
		streams = append(streams, stream)
	}
	slices.Sort(streams)
	for _, stream := range slices.Compact(streams) {
		v.Streams++
		if err := verifyStream(tx, stream, heads[stream], anchored[stream], &v); err != nil {
			return v, err
		}
	}
	return v, nil
}

func verifyStream(tx *db.Tx, stream int64, head Head, anchored map[int64][]byte, v *Verdict) error {
	hash, seq, c := make([]byte, sha256.Size), int64(0), newChain()
	early, err := tx.Number(`/* journal.Verify */ SELECT COUNT(*) FROM journal WHERE stream = $1 AND seq < 1`, stream)
	if err != nil {
		return err
	}
	if early > 0 {
		v.breach("journal stream %d: %d rows stand before its first", stream, early)
	}
	for {
		page, err := db.List(tx, `/* journal.Verify */ SELECT `+columns+` FROM journal
			WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT 2000`, scan, stream, seq)
		if err != nil {
			return err
		}
		for _, r := range page {
			v.Rows++
			if r.Seq != seq+1 {
				v.breach("journal stream %d: rows %d to %d are missing", stream, seq+1, r.Seq-1)
			} else if want := c.next(hash, r); !bytes.Equal(want, r.Hash) {
				v.breach("journal stream %d row %d (object %d version %d): the row was changed", stream, r.Seq, r.ID, r.Version)
			}
			hash, seq = r.Hash, r.Seq
			if want, ok := anchored[seq]; ok && !bytes.Equal(want, hash) {
				v.breach("journal stream %d row %d: differs from its anchor", stream, seq)
			}
		}
		if len(page) == 0 {
			break
		}
	}
	if head.Seq != seq || (seq > 0 && !bytes.Equal(head.Hash, hash)) {
		v.breach("journal stream %d: its head says %d rows, %d are there", stream, head.Seq, seq)
	}
	for at := range anchored {
		if at > seq {
			v.breach("journal stream %d: an anchor saw row %d, the stream ends at %d", stream, at, seq)
		}
	}
	return nil
}

func (v *Verdict) breach(format string, args ...any) {
	v.Breaches = append(v.Breaches, fmt.Sprintf(format, args...))
}

// anchors gives, per stream, the hashes that anchors saw at each seq. Anchors are written
// while nothing happens too, so several see the same row: if it differs between them, it
// was rewritten in the meantime.
func anchors(tx *db.Tx, lines string, v *Verdict) (map[int64]map[int64][]byte, error) {
	seen := map[int64]map[int64][]byte{}
	add := func(text string) error {
		var heads map[int64]Head
		if err := json.Unmarshal([]byte(text), &heads); err != nil {
			return err
		}
		v.Anchors++
		for stream, h := range heads {
			if seen[stream] == nil {
				seen[stream] = map[int64][]byte{}
			}
			before, again := seen[stream][h.Seq]
			switch {
			case again && !bytes.Equal(before, h.Hash):
				v.breach("journal stream %d row %d: two anchors saw it differently", stream, h.Seq)
			case h.Seq > 0:
				seen[stream][h.Seq] = h.Hash
			}
		}
		return nil
	}
	err := tx.Each(`/* journal.anchors */ SELECT heads, hash FROM journal_anchors ORDER BY anchor_id`, func(r db.Row) error {
		var text string
		var hash []byte
		if err := r.Scan(&text, &hash); err != nil {
			return err
		}
		if sum := sha256.Sum256([]byte(text)); !bytes.Equal(sum[:], hash) {
			v.breach("journal anchor: its text does not fit its hash")
			return nil
		}
		return add(text)
	})
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(lines) {
		fields := strings.SplitN(strings.TrimSpace(line), " ", 3)
		if len(fields) != 3 {
			continue // a line cut by a crash
		}
		if sum := sha256.Sum256([]byte(fields[2])); hex.EncodeToString(sum[:]) != fields[1] {
			v.breach("journal anchor file: the line of %s was changed", fields[0])
			continue
		}
		if err := add(fields[2]); err != nil {
			v.breach("journal anchor file: the line of %s cannot be read", fields[0])
		}
	}
	return seen, nil
}
