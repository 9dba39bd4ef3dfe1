package mcp_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/id"
	"baihuo/internal/mcp"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/staff"
)

// stage is a house with one order that holds stock and one that waits for it.
func stage(t *testing.T, d *db.DB) (o *door, held, short id.Order) {
	o = open(t, d, nil)
	o.h.Stock(0, "PASTE", 10)
	held = o.h.One(o.h.Draft("TB", "A1", flowtest.Item{Code: "PASTE", Qty: 2}))
	short = o.h.One(o.h.Draft("TB", "A2", flowtest.Item{Code: "PAN", Qty: 1}))
	return o, held, short
}

func TestQuestions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o, held, short := stage(t, d)
		s, foreign := o.full(), o.talk("key_reader", o.only("WEB", 1))
		has := func(a answer, parts ...string) {
			t.Helper()
			a.canaries(t)
			for _, p := range parts {
				if !strings.Contains(a.raw, p) {
					t.Errorf("no %s in %s", p, a.raw)
				}
			}
		}
		has(s.good("search_orders", args{"shop": "TB"}), held.String(), short.String(), "name_mask")
		has(s.good("search_orders", args{"phone": "13800138000"}), held.String())
		has(s.good("search_orders", args{"shop": "TB", "external_no": "A2"}), short.String())
		has(s.good("search_orders", args{"short": true, "limit": 1}), short.String(), `"next"`)
		has(s.good("explain_order", args{"order_id": short.String()}), "waits_for", "缺货", `"source"`, "accepted")
		has(s.good("stock_of_sku", args{"sku": "PASTE"}), `"reserved":2`, held.String())
		has(s.good("stock_of_sku", args{"sku": "PAN"}), short.String())
		has(s.good("list_exceptions", args{"order_id": short.String()}), "X-")
		has(s.good("report", args{}), "orders_by_word", "open_exceptions")

		s.refused("arguments_invalid", "search_orders", args{"word": "nothing"})
		s.refused("arguments_invalid", "search_orders", args{"external_no": "A1"})
		s.refused("arguments_invalid", "list_exceptions", args{"after": "7"})
		s.refused("order_missing", "explain_order", args{"order_id": "O-7"})
		foreign.refused("order_missing", "explain_order", args{"order_id": held.String()})
		foreign.refused("arguments_invalid", "search_orders", args{"shop": "TB"})
		for tool, in := range map[string]args{"search_orders": {}, "list_exceptions": {}, "stock_of_sku": {"sku": "PASTE"}, "report": {}} {
			if a := foreign.good(tool, in); strings.Contains(a.raw, "O-") || strings.Contains(a.raw, "HZ") {
				t.Errorf("%s shows another scope: %s", tool, a.raw)
			}
		}
		o.talk("key_warehouse", staff.Everywhere()).refused("not_permitted", "search_orders", args{})
	})
}

func TestCommandsActOnceUnderTheCallersRights(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o, held, _ := stage(t, d)
		s, work := o.full(), int64(0)
		dbtest.Write(t, d, func(tx *db.Tx) error {
			out, err := review.Open(tx, []review.Exception{{Kind: "by_hand", Key: "k", Shop: o.h.Shops["TB"].ID, ZH: "看看", EN: "Look"}})
			work = int64(out[0].Value)
			return err
		})
		n := args{"order_id": held.String()}
		with := func(more args) args {
			all := args{"order_id": n["order_id"]}
			for k, v := range more {
				all[k] = v
			}
			return all
		}
		steps := []struct {
			tool, wrong string
			in, bad     args
		}{
			{"add_note", "order_note", with(args{"text": "请致电 13800138000"}), with(args{"text": " "})},
			{"edit_order", "fields_invalid", with(args{"flag": 2, "tags": []string{"急"}}), with(args{"tags": []string{"a b"}})},
			{"hold_order", "fields_invalid", with(args{"handle": "h1", "reason": "等客户"}), with(args{"handle": "a b", "reason": "x"})},
			{"release_hold", "order_missing", with(args{"handle": "h1"}), args{"order_id": "O-7", "handle": "h1"}},
			{"review_order", "arguments_invalid", with(args{"verdict": "take_back", "reason": "再看"}), with(args{"verdict": "maybe", "reason": "x"})},
			{"adjust_stock", "fields_invalid", args{"warehouse": "HZ", "sku": "PASTE", "kind": "damage", "qty": 3},
				args{"warehouse": "HZ", "sku": "PASTE", "kind": "eaten", "qty": 3}},
			{"close_exception", "exception_missing", args{"exception_id": id.Text("X", work), "how": "看过"}, args{"exception_id": "X-7", "how": "x"}},
			{"cancel_order", "fields_invalid", with(args{"why": "客户不要了"}), with(args{"why": ""})},
		}
		foreign, reader := o.talk("key_full", o.only("WEB", 1)), o.talk("key_reader", staff.Everywhere())
		for _, step := range steps {
			before := o.count(`SELECT COUNT(*) FROM journal`) + o.count(`SELECT COUNT(*) FROM stock_ledger`) + o.count(`SELECT COUNT(*) FROM mcp_acts`)
			token := s.preview(step.tool, step.in)
			if token["token"] == nil {
				t.Fatalf("%s: no token", step.tool)
			}
			s.refused(step.wrong, step.tool, step.bad)
			reader.refused("not_permitted", step.tool, step.in)
			if a := foreign.call(step.tool, step.in); a.fault == "" {
				t.Errorf("%s reaches another scope: %s", step.tool, a.raw)
			}
			after := o.count(`SELECT COUNT(*) FROM journal`) + o.count(`SELECT COUNT(*) FROM stock_ledger`) + o.count(`SELECT COUNT(*) FROM mcp_acts`)
			if after != before {
				t.Errorf("%s: a preview wrote %d rows", step.tool, after-before)
			}
			first := s.good(step.tool, token)
			first.canaries(t)
			written := o.count(`SELECT COUNT(*) FROM journal`) + o.count(`SELECT COUNT(*) FROM stock_ledger`)
			if again := s.good(step.tool, token); again.raw != first.raw {
				t.Errorf("%s: the same token hears %s, then %s", step.tool, first.raw, again.raw)
			}
			if n := o.count(`SELECT COUNT(*) FROM journal`) + o.count(`SELECT COUNT(*) FROM stock_ledger`); n != written {
				t.Errorf("%s acts twice", step.tool)
			}
		}
		if c := o.h.Card(held); c.Word != order.Gone {
			t.Errorf("the order is %s", c.Word)
		}
		if n := o.count(`SELECT COUNT(*) FROM journal WHERE actor LIKE 'K-%'`); n == 0 {
			t.Error("the caller does not stand in the journal")
		}
		s.refused("order_ended", "cancel_order", with(args{"why": "again"}))
		o.h.Clean()
	})
}

func TestTokens(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o, held, _ := stage(t, d)
		s, other := o.full(), o.full()
		in := args{"order_id": held.String(), "handle": "h", "reason": "等"}
		token := s.preview("hold_order", in)
		altered := s.preview("hold_order", in)
		altered["token"] = strings.Map(func(r rune) rune { // every letter is another one
			if r == 'A' {
				return 'B'
			}
			return 'A'
		}, altered["token"].(string))
		s.refused("token_invalid", "hold_order", altered)
		other.refused("token_invalid", "hold_order", token)
		s.refused("token_invalid", "hold_order", args{"order_id": held.String(), "handle": "h", "reason": "别的", "token": token["token"]})
		s.refused("token_invalid", "release_hold", args{"order_id": held.String(), "handle": "h", "token": token["token"]})
		note := s.preview("add_note", args{"order_id": held.String(), "text": "一"})
		s.good("add_note", note)
		s.refused("changed_since_preview", "hold_order", token)

		token = s.preview("hold_order", in)
		late := s.preview("hold_order", in)
		o.wall.Advance(minute)
		done := s.good("hold_order", token)
		o.wall.Advance(1e6)
		s.refused("token_lapsed", "hold_order", late)
		if again := s.good("hold_order", token); again.raw != done.raw {
			t.Errorf("a lapsed token that acted hears %s", again.raw)
		}
		if n := o.count(`SELECT COUNT(*) FROM mcp_acts`); n != 2 {
			t.Errorf("%d acts are kept", n)
		}
	})
}

func TestHTTPRefusesWhoIsUnknownOrTooFast(t *testing.T) {
	o := open(t, dbtest.Open(t, db.SQLite, db.Options{}), func(c *mcp.Config) { c.Rate = 1 })
	post := func(key string) int {
		r, err := http.NewRequest("POST", o.url, strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		a, err := (&http.Client{Transport: bearer(key)}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		_, _ = io.Copy(io.Discard, a.Body)
		return a.StatusCode
	}
	if got := post("bh_wrong"); got != http.StatusUnauthorized {
		t.Errorf("a wrong key hears %d", got)
	}
	key := o.key("key_reader", staff.Everywhere())
	if a, b, c := post(key), post(key), post(key); a != 200 || b != 200 || c != http.StatusTooManyRequests {
		t.Errorf("three calls hear %d %d %d", a, b, c)
	}
}

// An assistant speaks over pipes with the program that stands between it and the hub.
func TestStdio(t *testing.T) {
	o, held, _ := stage(t, dbtest.Open(t, db.SQLite, db.Options{}))
	fromAssistant, toProxy := io.Pipe()
	fromProxy, toAssistant := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- mcp.Proxy(t.Context(), o.url, o.key("key_full", staff.Everywhere()), fromAssistant, toAssistant)
	}()
	client := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil)
	session, err := client.Connect(t.Context(), &sdk.IOTransport{Reader: fromProxy, Writer: toProxy}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := talk{t, session}
	list, err := session.ListTools(t.Context(), nil)
	if err != nil || len(list.Tools) != 13 {
		t.Fatalf("%d tools: %v", len(list.Tools), err)
	}
	s.good("explain_order", args{"order_id": held.String()}).canaries(t)
	s.good("cancel_order", s.preview("cancel_order", args{"order_id": held.String(), "why": "不要了"}))
	if c := o.h.Card(held); c.Word != order.Gone {
		t.Errorf("the order is %s", c.Word)
	}
	_ = session.Close()
	<-ended
	if err := mcp.Proxy(t.Context(), o.url, "bh_wrong", fromAssistant, toAssistant); err == nil {
		t.Error("a wrong key is taken")
	}
}
