package web

import (
	"net/http"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/webhook"
)

// deliveryRow is one line of an endpoint's log.
type deliveryRow struct {
	ID, Event, Object, State, Class, Answer string
	At, Due, Ended                          stamp
	Attempts, Status                        int64
	Over                                    bool
}

// deliveriesShown is how many lines of the log one page shows, and replayStep how many
// one press sends again.
const (
	deliveriesShown = 100
	replayStep      = 1000
)

// stateClass is how a delivery's state is coloured.
var stateClass = map[webhook.State]string{webhook.Behind: "plain", webhook.Waiting: "review", webhook.Sending: "review",
	webhook.Delivered: "out", webhook.Dead: "bad"}

func (v *visit) deliveryRow(d webhook.Delivery, now db.Instant) deliveryRow {
	r := deliveryRow{ID: d.ID.String(), Event: d.Event, Object: d.Shown(), State: v.word("hook_state_" + string(d.State)),
		Class: stateClass[d.State], Answer: d.Answer, At: v.stampOf(d.At, now, houseZone), Attempts: d.Attempts, Status: d.Status,
		Over: d.State.Ended()}
	if r.Over {
		r.Ended = v.stampOf(d.EndedAt, now, houseZone)
	} else if d.DueAt > now {
		r.Due = v.stampOf(d.DueAt, now, houseZone)
	}
	return r
}

// webhook shows one endpoint and its log.
func (s *Site) webhook(v *visit) error {
	n, err := v.endpoint()
	if err != nil {
		return err
	}
	return s.showWebhook(v, http.StatusOK, n, nil, "", nil)
}

// showWebhook shows an endpoint; d is what somebody wrote that was refused, secret one
// made just now.
func (s *Site) showWebhook(v *visit, status int, n id.Endpoint, d *webhook.Draft, secret string, c *complaint) error {
	where, err := s.places(v)
	if err != nil {
		return err
	}
	q := v.r.URL.Query()
	before, _ := id.Parse("D", q.Get("before")) // 0 for the first page
	f := webhook.Filter{Endpoint: n, State: webhook.State(q.Get("state")), Before: id.Delivery(before), Limit: deliveriesShown}
	var e webhook.Endpoint
	var row hookRow
	var rows []deliveryRow
	var states []choice
	next := ""
	err = s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		if e, err = webhook.Get(tx, n); err != nil {
			return err
		}
		counts, err := webhook.Counts(tx, n)
		if err != nil {
			return err
		}
		list, err := webhook.Deliveries(tx, f)
		row, rows, states, next = v.hookRow(e, tx.Now()), nil, nil, ""
		for _, one := range webhook.States() {
			states = append(states, choice{Value: string(one), Label: v.word("hook_state_"+string(one)) + " " + number(counts[one]), Chosen: one == f.State})
		}
		for _, one := range list {
			rows = append(rows, v.deliveryRow(one, tx.Now()))
		}
		if len(list) == deliveriesShown {
			q.Set("before", rows[len(rows)-1].ID)
			next = "?" + q.Encode()
		}
		return err
	})
	if err != nil {
		return err
	}
	if d == nil {
		d = &webhook.Draft{URL: e.URL, Kinds: e.Kinds, Shops: e.Shops, Description: e.Description}
	}
	return s.render(v, status, "webhook", map[string]any{"Title": e.URL, "FormKey": formKey(), "Complaint": c, "Secret": secret, "E": row,
		"Hook": v.hookFields(*d, where), "Rows": rows, "States": states, "Next": next, "At": "/webhooks/" + row.ID})
}

// replayWebhook sends again: one delivery, all that failed, or what ended from a point
// in time on.
func (s *Site) replayWebhook(v *visit) error {
	n, err := v.endpoint()
	if err != nil {
		return err
	}
	form := v.r.PostForm
	return s.act(v, func(tx *db.Tx) (string, error) {
		put := 0
		var err error
		switch {
		case form.Get("delivery") != "":
			put, err = replayOne(tx, n, form.Get("delivery"))
		case form.Get("dead") == "1":
			put, err = webhook.ReplayDead(tx, n, replayStep)
		default:
			t, wrong := time.ParseInLocation("2006-01-02T15:04", form.Get("from"), zone(houseZone))
			if wrong != nil {
				return "", webhook.ErrRange.Wrap(wrong)
			}
			put, err = webhook.ReplayRange(tx, n, db.At(t), tx.Now(), replayStep)
		}
		return did("/webhooks/"+n.String(), "hook_replayed", put, ""), err
	})
}

// replayOne sends a delivery of this endpoint again.
func replayOne(tx *db.Tx, n id.Endpoint, text string) (int, error) {
	number, ok := id.Parse("D", text)
	if !ok {
		return 0, webhook.ErrDeliveryMissing
	}
	d, err := webhook.GetDelivery(tx, id.Delivery(number))
	if err == nil && d.Endpoint != n {
		err = webhook.ErrDeliveryMissing
	}
	if err != nil {
		return 0, err
	}
	return webhook.Replay(tx, []id.Delivery{d.ID})
}
