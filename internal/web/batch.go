package web

import (
	"encoding/json"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
)

// A batch is one act on many orders. It begins as a draft that names the orders; its
// page shows what would happen to each. What is done is written beside each order in
// the same transaction, so a batch that is interrupted goes on where it stood, and its
// page tells afterwards what became of every order.

const (
	// batchMax bounds the orders of one batch, batchAtOnce those done while the sender
	// waits and batchPiece those of one transaction of a longer one.
	batchMax    = 10_000
	batchAtOnce = 200
	batchPiece  = 200
)

// batch is one act on many orders.
type batch struct {
	ID              int64
	Actor, Verb     string
	Act             flow.Act
	Away, State     string
	Orders          int64
	Passed, Refused int64
	// Undoes is the batch that this one takes back, Undone the one that took this back.
	Undoes, Undone int64
	At, DoneAt     db.Instant
}

func (b batch) name() string { return id.Text("B", b.ID) }

// member is one order of a batch.
type member struct {
	Position     int64
	Order        id.Order
	State, Code  string
	ZH, EN, Past string
}

var errBatch = fault.New(fault.Missing, "batch_missing", "没有这次批量操作,或不是您做的;结果保留 7 天", "There is no such batch, or it is not yours; results are kept for 7 days")

const batchColumns = `batch_id, actor, verb, act, away, state, orders, passed, refused, undoes, undone, created_at, done_at`

func scanBatch(r db.Row) (b batch, err error) {
	var act string
	if err = r.Scan(&b.ID, &b.Actor, &b.Verb, &act, &b.Away, &b.State, &b.Orders, &b.Passed, &b.Refused, &b.Undoes, &b.Undone, &b.At, &b.DoneAt); err != nil {
		return b, err
	}
	if act != "" {
		err = json.Unmarshal([]byte(act), &b.Act)
	}
	b.Act.Verb = flow.ActVerb(b.Verb)
	return b, err
}

// batchOf gives a batch. lock keeps others from working on it meanwhile.
func batchOf(tx *db.Tx, n int64, lock bool) (batch, error) {
	text := `/* web.batchOf */ SELECT ` + batchColumns + ` FROM web_batches WHERE batch_id = $1`
	if lock {
		text += " FOR UPDATE"
	}
	list, err := db.List(tx, text, scanBatch, n)
	if err != nil {
		return batch{}, err
	}
	if len(list) == 0 {
		return batch{}, errBatch
	}
	return list[0], nil
}

func addBatch(tx *db.Tx, b batch, orders []id.Order, former map[id.Order]string) (batch, error) {
	b.ID, b.Orders, b.At, b.State = tx.NewID(), int64(len(orders)), tx.Now(), "draft"
	act, err := json.Marshal(b.Act)
	if err != nil {
		return b, err
	}
	if _, err := tx.Exec(`/* web.addBatch */ INSERT INTO web_batches (batch_id, actor, verb, act, away, state, orders, undoes, created_at)
		VALUES ($1, $2, $3, $4, $5, 'draft', $6, $7, $8)`, b.ID, b.Actor, b.Verb, string(act), b.Away, b.Orders, b.Undoes, b.At); err != nil {
		return b, err
	}
	rows := tx.Insert("web.addBatch", "web_batch_orders", []string{"batch_id", "position", "order_id", "former"}, "")
	for i, n := range orders {
		rows.Add(b.ID, int64(i+1), int64(n), former[n])
	}
	_, err = rows.Run()
	return b, err
}

const memberColumns = `position, order_id, state, code, zh, en, former`

func scanMember(r db.Row) (m member, err error) {
	return m, r.Scan(&m.Position, &m.Order, &m.State, &m.Code, &m.ZH, &m.EN, &m.Past)
}

// members gives orders of a batch in one state, after a position.
func members(tx *db.Tx, batch int64, state string, after int64, limit int) ([]member, error) {
	return db.List(tx, `/* web.members */ SELECT `+memberColumns+` FROM web_batch_orders WHERE batch_id = $1 AND state = $2
		AND position > $3 ORDER BY position LIMIT $4`, scanMember, batch, state, after, limit)
}

// step does the next piece of a batch and says whether any is left. Whoever calls it
// holds the batch locked.
func (b *batch) step(tx *db.Tx, kit flow.Kit, piece int) (more bool, err error) {
	list, err := members(tx, b.ID, "", 0, piece)
	if err != nil || len(list) == 0 {
		return false, err
	}
	ids := make([]id.Order, len(list))
	b.Act.Former = map[id.Order]string{}
	for i, m := range list {
		ids[i] = m.Order
		b.Act.Former[m.Order] = m.Past
	}
	did, err := b.Act.Do(tx, kit, ids)
	if err != nil {
		return false, err
	}
	rows := tx.Batch(`/* web.step */ WITH v (batch, position, state, code, zh, en, former) AS (VALUES {rows})
		UPDATE web_batch_orders SET state = v.state, code = v.code, zh = v.zh, en = v.en, former = v.former FROM v
		WHERE web_batch_orders.batch_id = v.batch AND web_batch_orders.position = v.position`,
		"BIGINT", "BIGINT", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT")
	for i, m := range list {
		if f := did[i].Fault; f != nil {
			b.Refused++
			rows.Add(b.ID, m.Position, "refused", f.Code, f.ZH, f.EN, "")
		} else {
			b.Passed++
			rows.Add(b.ID, m.Position, "passed", "", "", "", did[i].Former)
		}
	}
	if _, err := rows.Run(); err != nil {
		return false, err
	}
	_, err = tx.Exec(`/* web.step */ UPDATE web_batches SET passed = $1, refused = $2 WHERE batch_id = $3`, b.Passed, b.Refused, b.ID)
	return len(list) == piece, err
}

// settle ends a batch. The reason leaves with it: it stands where it was used, and
// what an undo needs, the tag and the flag, is no sentence.
func (b *batch) settle(tx *db.Tx) error {
	b.State, b.Act.Reason = "done", ""
	act, err := json.Marshal(b.Act)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`/* web.settle */ UPDATE web_batches SET state = 'done', act = $1, done_at = $2 WHERE batch_id = $3`,
		string(act), tx.Now(), b.ID); err != nil {
		return err
	}
	if b.Undoes != 0 {
		_, err = tx.Exec(`/* web.settle */ UPDATE web_batches SET undone = $1 WHERE batch_id = $2`, b.ID, b.Undoes)
	}
	return err
}

// undoOf gives the act that takes one back, false where nothing does.
func (b batch) undoOf() (flow.Act, bool) {
	switch b.Act.Verb {
	case flow.ActPassService, flow.ActPassFinance:
		return flow.Act{Verb: flow.ActTakeBack, Reason: "撤销批量审核"}, true
	case flow.ActTag:
		return flow.Act{Verb: flow.ActUntag, Tag: b.Act.Tag}, true
	case flow.ActUntag:
		return flow.Act{Verb: flow.ActTag, Tag: b.Act.Tag}, true
	case flow.ActFlag:
		return flow.Act{Verb: flow.ActReflag}, true
	}
	return flow.Act{}, false
}

// ForgetBatches deletes batches that are older than a week, up to limit, and gives how
// many.
func ForgetBatches(tx *db.Tx, limit int) (int, error) {
	old, err := db.List(tx, `/* web.ForgetBatches */ SELECT batch_id FROM web_batches WHERE created_at < $1 ORDER BY created_at, batch_id LIMIT $2`,
		func(r db.Row) (n int64, err error) { return n, r.Scan(&n) }, tx.Now().Add(-7*formsKept), limit)
	if err != nil || len(old) == 0 {
		return 0, err
	}
	if _, err := tx.Exec(`/* web.ForgetBatches */ DELETE FROM web_batch_orders WHERE batch_id = ANY($1)`, old); err != nil {
		return 0, err
	}
	_, err = tx.Exec(`/* web.ForgetBatches */ DELETE FROM web_batches WHERE batch_id = ANY($1)`, old)
	return len(old), err
}
