package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"hash"

	"baihuo/internal/db"
)

// Entry is what one story says about one object.
type Entry struct {
	// Kind and ID name the object: "order" and its id.
	Kind string
	ID   int64
	// Version is the object's version after the change. It rises by one with
	// each entry; the first is 1.
	Version int64
	// What happened, a past fact: "accepted", "hold_placed".
	What string
	// Payload is JSON, empty for none. It holds no personal text.
	Payload string
}

// Row is an entry as it was written.
type Row struct {
	Stream int64
	Seq    int64
	Entry
	By   db.By
	At   db.Instant
	Hash []byte
}

// pending gathers a transaction's entries until its end.
type pending struct{ entries []Entry }

type pendingKey struct{}

// Write adds entries to the transaction's part of the journal. They are written
// and the stream's head is moved at the end of the transaction.
func Write(tx *db.Tx, entries ...Entry) {
	p := tx.Memo(pendingKey{}, func() any {
		tx.Last(flush)
		return &pending{}
	}).(*pending)
	p.entries = append(p.entries, entries...)
}

// JSON encodes a payload. It panics on a value that cannot be encoded, which
// only a mistake of ours can produce.
func JSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("journal: payload: " + err.Error())
	}
	return string(b)
}

func flush(tx *db.Tx) error {
	p := tx.Memo(pendingKey{}, nil).(*pending)
	if len(p.entries) == 0 {
		return nil
	}
	seq, head, err := lockHead(tx)
	if err != nil {
		return err
	}
	by, chain := tx.By(), newChain()
	rows := tx.Batch(`/* journal.Write */ INSERT INTO journal
		(stream, seq, object_kind, object_id, version, what, payload, actor, cause, at, hash) VALUES {rows}`)
	for _, e := range p.entries {
		seq++
		head = chain.next(head, Row{Stream: tx.Stream(), Seq: seq, Entry: e, By: by, At: tx.Now()})
		rows.Add(tx.Stream(), seq, e.Kind, e.ID, e.Version, e.What, e.Payload, by.Actor, by.Cause, int64(tx.Now()), head)
	}
	if _, err := rows.Run(); err != nil {
		return err
	}
	_, err = tx.Exec(`/* journal.Write */ UPDATE journal_streams SET seq = $1, hash = $2 WHERE stream = $3`,
		seq, head, tx.Stream())
	return err
}

func lockHead(tx *db.Tx) (seq int64, hash []byte, err error) {
	const text = `/* journal.lockHead */ SELECT seq, hash FROM journal_streams WHERE stream = $1 FOR UPDATE`
	found, err := tx.One(text, []any{&seq, &hash}, tx.Stream())
	if found || err != nil {
		return seq, hash, err
	}
	hash = make([]byte, sha256.Size)
	_, err = tx.Exec(`/* journal.lockHead */ INSERT INTO journal_streams (stream, seq, hash) VALUES ($1, 0, $2)`, tx.Stream(), hash)
	return 0, hash, err
}

// chain computes a row's hash: SHA-256 over the hash before it and each field,
// texts with their length before them.
type chain struct {
	h   hash.Hash
	buf []byte
}

func newChain() *chain { return &chain{h: sha256.New()} }

func (c *chain) next(before []byte, r Row) []byte {
	b := append(c.buf[:0], before...)
	for _, n := range [...]int64{r.Stream, r.Seq, r.ID, r.Version, int64(r.At)} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	for _, s := range [...]string{r.Kind, r.What, r.Payload, r.By.Actor, r.By.Cause} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	c.buf = b
	c.h.Reset()
	c.h.Write(b)
	return c.h.Sum(make([]byte, 0, sha256.Size))
}
