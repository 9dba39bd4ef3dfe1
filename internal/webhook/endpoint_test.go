package webhook_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/webhook"
)

func TestRefused(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		good := webhook.Draft{URL: "https://hooks.example.com/x", Kinds: []string{"order.*"}}
		fields := func(d webhook.Draft) (names []string) {
			r.write(func(tx *db.Tx) error {
				_, _, err := webhook.Open(tx, r.kit, d, "")
				names = append(names, fieldsOf(err)...)
				return nil
			})
			return names
		}
		for name, change := range map[string]func(*webhook.Draft){
			"url": func(d *webhook.Draft) { d.URL = "https://10.0.0.1/" }, "kinds": func(d *webhook.Draft) { d.Kinds = nil },
			"description": func(d *webhook.Draft) { d.Description = strings.Repeat("长", 501) }, "shops": func(d *webhook.Draft) { d.Shops = []id.Shop{7} },
		} {
			d := good
			change(&d)
			if got := fields(d); len(got) != 1 || got[0] != name {
				t.Errorf("%s: %v", name, got)
			}
		}
		for _, kind := range []string{"order", "order.", "order.acepted", "staff.*", "*.*", "**", "package.handed_over ", "endpoint.opened", "recipient.revealed"} {
			d := good
			d.Kinds = []string{kind}
			if got := fields(d); len(got) != 1 || got[0] != "kinds" {
				t.Errorf("kind %q: %v", kind, got)
			}
		}
		r.write(func(tx *db.Tx) error {
			e, _, err := webhook.Open(tx, r.kit, good, "")
			if err != nil {
				return err
			}
			if _, err := webhook.Change(tx, r.kit, e.ID, 7, good); !errors.Is(err, webhook.ErrStale) {
				t.Errorf("stale: %v", err)
			}
			if _, err := webhook.Change(tx, r.kit, 7, 1, good); !errors.Is(err, webhook.ErrMissing) {
				t.Errorf("missing: %v", err)
			}
			if _, err := webhook.Deliveries(tx, webhook.Filter{State: "lost"}); !errors.Is(err, webhook.ErrFilter) {
				t.Errorf("filter: %v", err)
			}
			if _, err := webhook.GetDelivery(tx, 7); !errors.Is(err, webhook.ErrDeliveryMissing) {
				t.Errorf("delivery: %v", err)
			}
			for i := 1; i < 100; i++ {
				if _, _, err := webhook.Open(tx, r.kit, good, ""); err != nil {
					return err
				}
			}
			if _, _, err := webhook.Open(tx, r.kit, good, ""); !errors.Is(err, webhook.ErrMany) {
				t.Errorf("one too many: %v", err)
			}
			list, err := webhook.List(tx, e.ID, 5)
			if len(list) != 5 || list[0].ID <= e.ID {
				t.Errorf("the list has %d", len(list))
			}
			return err
		})
		r.sound()
	})
}

// Deliveries are listed by every filter, page by page, the newest first.
func TestList(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, false)
		v.answers(func(e event) int {
			if e.Data.ID == "P-2" {
				return 500
			}
			return 200
		})
		one, _ := r.open(v.URL)
		two, _ := r.open(v.URL)
		r.happen(1, 2, 3, 1)
		r.round()
		list := func(f webhook.Filter) (all []webhook.Delivery) {
			f.Limit = 3
			for {
				var page []webhook.Delivery
				r.read(func(tx *db.Tx) (err error) { page, err = webhook.Deliveries(tx, f); return err })
				if len(page) == 0 {
					return all
				}
				all, f.Before = append(all, page...), page[len(page)-1].ID
			}
		}
		for _, c := range []struct {
			f    webhook.Filter
			want int
		}{
			{webhook.Filter{}, 8}, {webhook.Filter{Endpoint: one.ID}, 4}, {webhook.Filter{State: webhook.Waiting}, 2},
			{webhook.Filter{Object: 1}, 4}, {webhook.Filter{Endpoint: two.ID, Object: 1, State: webhook.Delivered}, 2},
			{webhook.Filter{Endpoint: two.ID, State: webhook.Dead}, 0}, {webhook.Filter{Endpoint: 7}, 0},
		} {
			got := list(c.f)
			if len(got) != c.want || !slices.IsSortedFunc(got, func(a, b webhook.Delivery) int { return int(b.ID - a.ID) }) {
				t.Errorf("%+v: %d deliveries", c.f, len(got))
			}
		}
		d := list(webhook.Filter{Object: 3})[0]
		r.read(func(tx *db.Tx) error {
			body, err := webhook.Body(tx, d)
			if !strings.HasPrefix(string(body), `{"type":"package.handed_over","timestamp":"2026-11-11T00:00:00Z","data":{"object":"package","id":"P-3"`) {
				t.Errorf("%s", body)
			}
			return err
		})
	})
}

// The audit names what does not fit.
func TestAudit(t *testing.T) {
	each(t, func(t *testing.T, r *rig) {
		v := newReceiver(t, false)
		v.answers(always200)
		e, _ := r.open(v.URL)
		r.happen(1, 1, 2)
		r.round()
		r.happen(1, 1)
		r.sound()
		for _, c := range []struct{ do, undo, want string }{
			{`UPDATE webhook_endpoints SET disabled_at = 7`, `UPDATE webhook_endpoints SET disabled_at = 0`, "endpoint " + e.ID.String()},
			{`UPDATE webhook_endpoints SET kinds = 'staff.*'`, `UPDATE webhook_endpoints SET kinds = '*'`, "endpoint " + e.ID.String()},
			{`UPDATE webhook_deliveries SET ended_at = 0 WHERE object_id = 2`, `UPDATE webhook_deliveries SET ended_at = 7 WHERE object_id = 2`, "its state and its end"},
			{`UPDATE webhook_deliveries SET state = 'behind' WHERE state = 'waiting'`,
				`UPDATE webhook_deliveries SET state = 'waiting' WHERE version = 3`, "0 deliveries are ahead"},
			{`UPDATE webhook_deliveries SET state = 'waiting' WHERE state = 'behind'`,
				`UPDATE webhook_deliveries SET state = 'behind' WHERE version = 4`, "2 deliveries are ahead"},
			{`UPDATE webhook_deliveries SET state = CASE version WHEN 3 THEN 'behind' ELSE 'waiting' END WHERE version > 2`,
				`UPDATE webhook_deliveries SET state = CASE version WHEN 3 THEN 'waiting' ELSE 'behind' END WHERE version > 2`, "stands behind (version 4)"},
			{`UPDATE webhook_deliveries SET endpoint_id = 7 WHERE object_id = 2`, "", "its endpoint E-7 does not exist"},
		} {
			r.write(func(tx *db.Tx) error { _, err := tx.Exec(c.do); return err })
			r.read(func(tx *db.Tx) error {
				proved, breaches, err := webhook.Audit(tx)
				if got := strings.Join(breaches, "; "); !strings.Contains(got, c.want) || proved["delivery"] != 5 || proved["endpoint"] != 1 {
					t.Errorf("%s: found %q in %v", c.want, got, proved)
				}
				return err
			})
			if c.undo != "" {
				r.write(func(tx *db.Tx) error { _, err := tx.Exec(c.undo); return err })
				r.sound()
			}
		}
	})
}
