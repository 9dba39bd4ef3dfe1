package api

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"net/http"
	"slices"
	"time"

	"baihuo/internal/db"
)

// kept is the answer to one command, by who asked and under which key.
type kept struct {
	caller, key string
	digest      []byte
	answer      answer
}

const idempotencyKeyMax = 200

// keyOf reads the key of a command.
func keyOf(r *http.Request) (string, error) {
	key := r.Header.Get("Idempotency-Key")
	if key == "" || len(key) > idempotencyKeyMax {
		return "", ErrKeyMissing
	}
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return "", ErrKeyMissing
		}
	}
	return key, nil
}

// digestOf sums up what is asked: the same key must come with the same.
func digestOf(r *http.Request, body []byte) []byte {
	h := sha256.New()
	h.Write([]byte(askedOf(r)))
	h.Write(body)
	return h.Sum(nil)
}

// askedOf is what a request asks besides its body.
func askedOf(r *http.Request) string {
	asked := r.Method + " " + r.URL.EscapedPath()
	if r.URL.RawQuery != "" {
		asked += "?" + r.URL.RawQuery
	}
	if match := r.Header.Get("If-Match"); match != "" {
		asked += " if " + match
	}
	return asked + "\n"
}

// replay gives the kept answer, or refuses other content under the same key.
func (k kept) replay(digest []byte) (answer, error) {
	if !bytes.Equal(k.digest, digest) {
		return answer{}, ErrKeyReused
	}
	return k.answer, nil
}

// findAnswers gives what a caller's keys were answered.
func findAnswers(tx *db.Tx, caller string, keys []string) (map[string]kept, error) {
	found := make(map[string]kept)
	err := tx.Each(`/* api.findAnswers */ SELECT idempotency_key, digest, status, body FROM answers
		WHERE caller = $1 AND idempotency_key = ANY($2)`, func(r db.Row) error {
		k := kept{caller: caller}
		var body string
		err := r.Scan(&k.key, &k.digest, &k.answer.status, &body)
		k.answer.body = []byte(body)
		found[k.key] = k
		return err
	}, caller, keys)
	return found, err
}

// keepAnswers writes answers and gives how many keys were new.
func keepAnswers(tx *db.Tx, list []kept) (int64, error) {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b kept) int {
		return cmp.Or(cmp.Compare(a.caller, b.caller),
			cmp.Compare(a.key, b.key))
	})
	rows := tx.Batch(`/* api.keepAnswers */ INSERT INTO answers (caller, idempotency_key, digest, status, body, created_at)
		VALUES {rows} ON CONFLICT (caller, idempotency_key) DO NOTHING`)
	for _, k := range list {
		body := k.answer.body
		if k.answer.kept != nil {
			body = k.answer.kept
		}
		rows.Add(k.caller, k.key, k.digest, k.answer.status, string(body), int64(tx.Now()))
	}
	return rows.Run()
}

// once does a command in one transaction and keeps its answer; a repeat hears the
// same and does nothing.
func (a *API) once(ctx context.Context, caller, key string, digest []byte,
	do func(*db.Tx) (answer, error)) (given answer, err error) {
	err = a.cfg.DB.Write(ctx, db.By{Actor: caller, Cause: key}, func(tx *db.Tx) error {
		found, err := findAnswers(tx, caller, []string{key})
		if err != nil {
			return err
		}
		if k, was := found[key]; was {
			given, err = k.replay(digest)
			return err
		}
		if given, err = do(tx); err != nil || given.anew {
			return err
		}
		n, err := keepAnswers(tx, []kept{{caller: caller, key: key, digest: digest, answer: given}})
		if err == nil && n == 0 {
			err = db.ErrAgain
		}
		return err
	})
	return given, err
}

// errand does a command that is no single transaction and keeps its answer after it.
func (a *API) errand(c *call, key string, digest []byte, do func() (answer, error)) (given answer, err error) {
	caller := c.caller.Actor
	mine := caller + " " + key
	if _, busy := a.running.LoadOrStore(mine, true); busy {
		return answer{}, ErrKeyRunning
	}
	defer a.running.Delete(mine)
	var found map[string]kept
	err = a.cfg.DB.Read(context.WithoutCancel(c.r.Context()), func(tx *db.Tx) (err error) {
		found, err = findAnswers(tx, caller, []string{key})
		return err
	})
	if err != nil {
		return answer{}, err
	}
	if k, was := found[key]; was {
		return k.replay(digest)
	}
	if given, err = do(); err != nil {
		return answer{}, err
	}
	return given, a.cfg.DB.Write(context.WithoutCancel(c.r.Context()), db.By{Actor: caller, Cause: key}, func(tx *db.Tx) error {
		_, err := keepAnswers(tx, []kept{{caller: caller, key: key, digest: digest, answer: given}})
		return err
	})
}

// AnswersKept is how long a command may be repeated and hear its answer.
const AnswersKept = 7 * 24 * time.Hour

// ForgetAnswers deletes answers older than AnswersKept, up to limit, and gives
// their number. After that a repeat of an order is still a duplicate of it.
func ForgetAnswers(tx *db.Tx, limit int) (int, error) {
	n, err := tx.Exec(`/* api.ForgetAnswers */ DELETE FROM answers WHERE (caller, idempotency_key) IN (
		SELECT caller, idempotency_key FROM answers WHERE created_at < $1 ORDER BY created_at, caller, idempotency_key LIMIT $2)`,
		tx.Now().Add(-AnswersKept), limit)
	return int(n), err
}
