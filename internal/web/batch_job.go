package web

import (
	"context"
	"encoding/json"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/job"
)

// JobBatch works a batch that is too long for who sent it to wait.
const JobBatch = "web.batch"

// batchArgs is what the job knows of its batch.
type batchArgs struct {
	Batch int64 `json:"batch"`
}

// start hands a batch to the worker.
func (b *batch) start(tx *db.Tx) error {
	args, err := json.Marshal(batchArgs{b.ID})
	if err != nil {
		return err
	}
	act, err := json.Marshal(b.Act)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`/* web.start */ UPDATE web_batches SET state = 'running', act = $1 WHERE batch_id = $2`, string(act), b.ID); err != nil {
		return err
	}
	_, err = job.Enqueue(tx, []job.Job{{Kind: JobBatch, Key: b.name(), Payload: string(args)}})
	return err
}

// BatchHandler works batches piece by piece, each piece in a transaction of its own
// that also notes what became of it.
func BatchHandler(kit flow.Kit) job.Handler {
	return func(ctx context.Context, d *db.DB, j job.Job) (func(*db.Tx) error, error) {
		var args batchArgs
		if err := json.Unmarshal([]byte(j.Payload), &args); err != nil {
			return nil, fault.Of(err)
		}
		for more := true; more; {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			var b batch
			if err := d.Read(ctx, func(tx *db.Tx) (err error) { b, err = batchOf(tx, args.Batch, false); return err }); err != nil {
				return nil, err
			}
			err := d.Write(ctx, db.By{Actor: b.Actor, Cause: "batch " + b.name()}, func(tx *db.Tx) (err error) {
				if b, err = batchOf(tx, args.Batch, true); err != nil || b.State != "running" {
					more = false
					return err
				}
				more, err = b.step(tx, kit, batchPiece)
				if err == nil && !more {
					err = b.settle(tx)
				}
				return err
			})
			if err != nil {
				return nil, err
			}
		}
		return nil, nil
	}
}
