package api

import (
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/webhook"
)

type deliveryView struct {
	DeliveryID string `json:"delivery_id"`
	MessageID  string `json:"webhook_id"`
	Event      string `json:"event"`
	ObjectID   string `json:"object_id"`
	Version    int64  `json:"version"`
	At         string `json:"at"`
	State      string `json:"state" enum:"behind,waiting,sending,delivered,dead"`
	DueAt      string `json:"due_at,omitempty"`
	Attempts   int64  `json:"attempts"`
	TriedAt    string `json:"tried_at,omitempty"`
	Status     int64  `json:"status,omitempty" doc:"Of the latest answer." zh:"最近一次应答的状态码"`
	Answer     string `json:"answer,omitempty" doc:"Its first bytes, or why there was none." zh:"应答开头,或没有应答的原因"`
	EndedAt    string `json:"ended_at,omitempty"`
}

type deliveriesView struct {
	Deliveries []deliveryView   `json:"deliveries"`
	Counts     map[string]int64 `json:"counts" doc:"How many stand in each state." zh:"各状态的数量"`
	Next       string           `json:"next"`
}

type deliveriesQuery struct {
	State  string      `query:"state" enum:"behind,waiting,sending,delivered,dead"`
	Before id.Delivery `query:"before" doc:"The next of the page before." zh:"上一页的 next"`
	Limit  int64       `query:"limit" max:"500" default:"50"`
}

func listDeliveries(c *call, tx *db.Tx, q deliveriesQuery) (deliveriesView, error) {
	v := deliveriesView{Deliveries: []deliveryView{}, Counts: map[string]int64{}}
	n, err := c.endpoint()
	if err != nil {
		return v, err
	}
	if _, err := webhook.Get(tx, n); err != nil {
		return v, err
	}
	counts, err := webhook.Counts(tx, n)
	if err != nil {
		return v, err
	}
	for s, many := range counts {
		v.Counts[string(s)] = many
	}
	list, err := webhook.Deliveries(tx, webhook.Filter{Endpoint: n, State: webhook.State(q.State), Before: q.Before, Limit: int(q.Limit)})
	for _, d := range list {
		v.Deliveries = append(v.Deliveries, viewDelivery(d))
	}
	if len(list) == int(q.Limit) {
		v.Next = list[len(list)-1].ID.String()
	}
	return v, err
}

func viewDelivery(d webhook.Delivery) deliveryView {
	v := deliveryView{DeliveryID: d.ID.String(), MessageID: d.MessageID(), Event: d.Event, ObjectID: d.Shown(), Version: d.Version,
		At: instant(d.At), State: string(d.State), Attempts: d.Attempts, TriedAt: instant(d.TriedAt), Status: d.Status, Answer: d.Answer,
		EndedAt: instant(d.EndedAt)}
	if !d.State.Ended() {
		v.DueAt = instant(d.DueAt)
	}
	return v
}

type replayBody struct {
	Deliveries []string `json:"deliveries,omitempty" maxItems:"500"`
	Dead       bool     `json:"dead,omitempty" doc:"All that were given up." zh:"所有推送失败的"`
	From       string   `json:"from,omitempty" doc:"What ended from then on, before to." zh:"从此刻起结束的推送"`
	To         string   `json:"to,omitempty" doc:"Now by default." zh:"不写表示现在"`
}

// ErrReplay asks for one way to say what is sent again.
var ErrReplay = fault.New(fault.Invalid, "webhook_replay", "请给出 deliveries、dead 或 from 其中一项", "Give one of deliveries, dead and from")

type replayedHooks struct {
	Replayed int  `json:"replayed"`
	More     bool `json:"more" doc:"Ask again with the same body: there was more than one step takes." zh:"还有剩余,请用同样内容再次调用"`
}

// replayStep is how many deliveries one call puts back.
const replayStep = 1000

func replayWebhook(c *call, tx *db.Tx, b replayBody) (v replayedHooks, err error) {
	n, err := c.endpoint()
	if err != nil {
		return v, err
	}
	ways := 0
	for _, given := range []bool{len(b.Deliveries) > 0, b.Dead, b.From != ""} {
		if given {
			ways++
		}
	}
	if ways != 1 || b.To != "" && b.From == "" || len(b.Deliveries) > rowsMax {
		return v, ErrReplay
	}
	switch {
	case b.Dead:
		v.Replayed, err = webhook.ReplayDead(tx, n, replayStep)
	case b.From != "":
		v.Replayed, err = replayRange(tx, n, b)
	default:
		v.Replayed, err = replayThese(tx, n, b.Deliveries)
	}
	v.More = v.Replayed == replayStep
	return v, err
}

func replayRange(tx *db.Tx, n id.Endpoint, b replayBody) (int, error) {
	from, err := time.Parse(time.RFC3339, b.From)
	if err != nil {
		return 0, webhook.ErrRange.Wrap(err)
	}
	to := tx.Now()
	if b.To != "" {
		t, err := time.Parse(time.RFC3339, b.To)
		if err != nil {
			return 0, webhook.ErrRange.Wrap(err)
		}
		to = db.At(t)
	}
	return webhook.ReplayRange(tx, n, db.At(from), to, replayStep)
}

// replayThese sends deliveries of one endpoint again; those of another do not exist.
func replayThese(tx *db.Tx, n id.Endpoint, names []string) (int, error) {
	if _, err := webhook.Get(tx, n); err != nil {
		return 0, err
	}
	var ids []id.Delivery
	for _, name := range names {
		number, ok := id.Parse("D", name)
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
		ids = append(ids, d.ID)
	}
	return webhook.Replay(tx, ids)
}
