package app

import (
	"context"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/staff"
	"baihuo/internal/webhook"
	"baihuo/internal/worker"
)

// sealedElsewhere are the places of sealed values that flow does not know: without
// them a change of the master key would lose what lies there.
func sealedElsewhere() []flow.Piece {
	secrets := webhook.Sealed()
	return []flow.Piece{
		{Name: "authenticators", Reseal: staff.ResealCodes, Tally: staff.TallyCodes},
		{Name: "webhook secrets", Reseal: secrets.Reseal, Tally: secrets.Tally},
	}
}

// webhooks has a worker tell other systems what happens, and forget what was told
// long ago.
func (h *house) webhooks(w *worker.Worker) {
	o := h.sending
	o.Log = h.log
	sender := webhook.NewSender(h.d, h.hooks(), o)
	w.Readers = append(w.Readers, webhook.Reader())
	w.Chores = append(w.Chores, worker.Chore{Name: "webhooks", Do: sender.Send},
		slowly(h.chore("forget deliveries", func(tx *db.Tx) (int, error) { return webhook.Forget(tx, 500) })))
}

// hooks is what the verbs of webhook work with.
func (h *house) hooks() webhook.Kit { return webhook.Kit{Keys: h.kit.Keys, Gate: h.gate} }

// reseal goes on with a change of the master key, a step at a time.
func (h *house) reseal() worker.Chore {
	return worker.Chore{Name: "reseal", Rest: 2 * time.Second, Do: func(ctx context.Context) (done int, err error) {
		err = h.d.Write(ctx, db.By{Actor: "worker", Cause: "reseal"}, func(tx *db.Tx) (err error) {
			done, err = flow.Reseal(tx, h.kit, 500)
			return err
		})
		return done, err
	}}
}

// slowly is a chore that is looked at once a minute.
func slowly(c worker.Chore) worker.Chore {
	c.Rest = time.Minute
	return c
}
