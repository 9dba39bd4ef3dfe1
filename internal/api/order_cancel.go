package api

import (
	"net/http"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/order"
)

type cancellationBody struct {
	Why   string `json:"why"`
	Lines []struct {
		LineID string `json:"line_id"`
		Qty    int64  `json:"qty"`
	} `json:"lines"`
}

// cancelOrder takes an order back, wholly or some lines, before goods leave.
func (a *API) cancelOrder(w http.ResponseWriter, r *http.Request, caller string) error {
	key, err := keyOf(r)
	if err != nil {
		return err
	}
	n, err := orderOf(r)
	if err != nil {
		return err
	}
	body, release, err := a.read(w, r)
	if err != nil {
		return err
	}
	defer release()
	var b cancellationBody
	if f := decode(body, &b); f != nil {
		return f
	}
	c, f := b.cancellation(n)
	if f != nil {
		return f
	}
	given, err := a.once(r.Context(), caller, key, digestOf(r, body), func(tx *db.Tx) (answer, error) {
		outcomes, err := flow.Cancel(tx, []flow.Cancellation{c})
		if err != nil {
			return answer{}, err
		}
		if f := outcomes[0].Fault; f != nil {
			return jsonAnswer(statusOf(f), problemOf(f)), nil
		}
		cards, err := order.Cards(tx, []id.Order{n})
		return jsonAnswer(http.StatusOK, map[string]any{"order_id": n.String(), "word": cards[n].Word}), err
	})
	if err != nil {
		return err
	}
	write(w, given)
	return nil
}

func (b cancellationBody) cancellation(n id.Order) (flow.Cancellation, *fault.Fault) {
	c := flow.Cancellation{Order: n, Why: b.Why}
	bad := ErrFields
	if b.Why == "" || len(b.Why) > 500 {
		bad = bad.Field("why", "请写明取消原因(最多 500 字节)", "say why it is cancelled (at most 500 bytes)")
	}
	for _, l := range b.Lines {
		line, ok := id.Parse("L", l.LineID)
		if !ok || l.Qty < 0 {
			bad = bad.Field("lines", "line_id 应为 L- 开头的编号,qty 不能为负(0 表示全部)",
				"line_id is a number with L-, qty is not negative (0 means all)")
			break
		}
		if c.Lines == nil {
			c.Lines = map[id.Line]int64{}
		}
		c.Lines[id.Line(line)] = l.Qty
	}
	if len(bad.Fields) > 0 {
		return c, bad
	}
	return c, nil
}

// orderOf reads the order that a path names.
func orderOf(r *http.Request) (id.Order, error) {
	n, ok := id.Parse("O", r.PathValue("id"))
	if !ok {
		return 0, order.ErrMissing
	}
	return id.Order(n), nil
}
