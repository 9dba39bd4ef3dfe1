package taobao_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"baihuo/internal/connect/taobao"
	"baihuo/internal/fault"
	"baihuo/internal/money"
	"baihuo/internal/order"
)

var update = flag.Bool("update", false, "write the golden drafts anew")

// TestGolden maps every message in testdata. The people in it are made up, so
// the drafts may stand there in the clear.
func TestGolden(t *testing.T) {
	names, err := filepath.Glob("testdata/*.json")
	if err != nil || len(names) == 0 {
		t.Fatal("no messages in testdata", err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, ".golden.json") {
			continue
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			d, doubts := mapped(t, read(t, name))
			if f := d.Check(); f != nil {
				t.Errorf("the draft would be refused: %v", f)
			}
			got := marshal(t, map[string]any{"draft": d, "doubts": doubts})
			golden := strings.TrimSuffix(name, ".json") + ".golden.json"
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(read(t, golden)), string(got)); diff != "" {
				t.Errorf("-want +got (go test -update writes it anew):\n%s", diff)
			}
		})
	}
}

func TestFullTrade(t *testing.T) {
	d, doubts := mapped(t, read(t, "testdata/full.json"))
	t.Run("ids beyond 2^53 keep every digit", func(t *testing.T) {
		if d.ExternalNo != "3812345678901234567" || d.Lines[1].ExternalNo != "3812345678901234569" {
			t.Errorf("got %s, %s", d.ExternalNo, d.Lines[1].ExternalNo)
		}
	})
	t.Run("each line is due what the platform spread over it", func(t *testing.T) {
		for i, want := range []money.Amount{6732, 4050, 8100, 0, 1798, 900} {
			if got := due(d.Lines[i]); got != want {
				t.Errorf("line %d is due %d, want %d", i, got, want)
			}
		}
		if len(d.Promotions) != 0 {
			t.Error("a discount that is spread is taken off twice")
		}
	})
	t.Run("lines plus postage are the payment", func(t *testing.T) {
		if got := payable(d); got != d.Total || d.Total != 22380 {
			t.Errorf("our sum %d, theirs %d", got, d.Total)
		}
	})
	t.Run("times are of GMT+8", func(t *testing.T) {
		if got := d.OrderedAt.Time().Format("2006-01-02T15:04:05Z"); got != "2026-01-02T12:15:09Z" {
			t.Error(got)
		}
		if got := d.ShipBy.Time().Format("2006-01-02T15:04:05Z"); got != "2026-01-04T15:59:59Z" {
			t.Errorf("the earliest deadline of a line counts, got %s", got)
		}
	})
	t.Run("doubts name what a person should look at", func(t *testing.T) {
		if diff := cmp.Diff([]string{"oversold", "code_missing", "gift_not_a_line"}, codes(doubts)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("the simplified shape gives the same draft", func(t *testing.T) {
		simple := simplified(t, read(t, "testdata/full.json"))
		again, _ := mapped(t, simple)
		if diff := cmp.Diff(string(marshal(t, d)), string(marshal(t, again))); diff != "" {
			t.Error(diff)
		}
	})
}

func TestStates(t *testing.T) {
	cases := []struct {
		name, head string
		state      order.ChannelState
		kind       order.Kind
		paid       money.Amount
		doubts     string
	}{
		{"paid", `"status":"WAIT_SELLER_SEND_GOODS","type":"fixed"`, order.ToShip, order.Normal, 1000, ""},
		{"unpaid", `"status":"WAIT_BUYER_PAY","type":"fixed"`, order.Unpaid, order.Normal, 0, ""},
		{"closed before payment", `"status":"TRADE_CLOSED_BY_TAOBAO","type":"fixed"`, order.Closed, order.Normal, 0,
			""},
		{"refunded after payment", `"status":"TRADE_CLOSED","type":"fixed","pay_time":"2026-01-02 10:00:00"`,
			order.Closed, order.Normal, 1000, ""},
		{"held by TOP", `"status":"WAIT_SELLER_SEND_GOODS","type":"fixed","top_hold":1`, order.Forbidden,
			order.Normal, 1000, "platform_hold"},
		{"deposit awaited", `"status":"WAIT_BUYER_PAY","type":"step","step_trade_status":"FRONT_NOPAID_FINAL_NOPAID"`, order.Unpaid, order.Presale, 0, ""},
		{"deposit paid", `"status":"WAIT_BUYER_PAY","type":"step","step_trade_status":"FRONT_PAID_FINAL_NOPAID","step_paid_fee":"2"`, order.Unpaid, order.Presale, 200, ""},
		{"deposit paid is never shipped, whatever the status",
			`"status":"WAIT_SELLER_SEND_GOODS","type":"step","step_trade_status":"FRONT_PAID_FINAL_NOPAID","step_paid_fee":"2"`, order.Unpaid, order.Presale, 200, "step_unpaid"},
		{"deposit forfeited claims nothing",
			`"status":"WAIT_BUYER_PAY","type":"step","step_trade_status":"FRONT_PAID_FRONT_FORFEITED","step_paid_fee":"2"`, order.Closed, order.Presale, 200, ""},
		{"unknown step", `"status":"WAIT_BUYER_PAY","type":"step","step_trade_status":"X"`, order.Strange,
			order.Presale, 0, "status_unknown"},
		{"unknown status", `"status":"X","type":"fixed"`, order.Strange, order.Normal, 0, "status_unknown"},
		{"cod", `"status":"WAIT_SELLER_SEND_GOODS","type":"b2c_cod"`, order.ToShip, order.COD, 0, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d, doubts := mapped(t, []byte(`{`+c.head+`,"tid":1,"created":"2026-01-02 10:00:00","modified":"2026-01-02 10:00:00","payment":"10",
				"orders":[{"oid":1,"num":1,"price":"10","outer_iid":"A","status":"WAIT_BUYER_PAY"}]}`))
			got := []any{d.ChannelState, d.Kind, d.Paid, strings.Join(codes(doubts), " ")}
			if diff := cmp.Diff([]any{c.state, c.kind, c.paid, c.doubts}, got); diff != "" {
				t.Error(diff)
			}
			if (c.kind == order.COD) != (d.AmountCOD == 1000) {
				t.Errorf("the carrier is to bring %d", d.AmountCOD)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	const head = `"created":"2026-01-02 10:00:00","modified":"2026-01-02 10:00:00","payment":"10"`
	const one = `"orders":[{"oid":1,"num":1,"price":"10","outer_iid":"A"}]`
	for name, c := range map[string]struct{ raw, field string }{
		"not JSON":                   {`{"tid":`, "body"},
		"two values":                 {`{}{}`, "body"},
		"a list":                     {`[]`, "body"},
		"an error answer":            {`{"error_response":{"code":29}}`, "error_response"},
		"empty":                      {`{}`, "tid"},
		"id through a float":         {`{"tid":3.8e18,` + head + `,` + one + `}`, "tid"},
		"no lines":                   {`{"tid":1,` + head + `}`, "orders"},
		"created is an object":       {`{"tid":1,"created":{}}`, "created"},
		"a line that is text":        {`{"trade":{"orders":{"order":["x"]}}}`, "trade.orders"},
		"payment missing":            {`{"tid":1,"created":"2026-01-02 10:00:00","modified":"2026-01-02 10:00:00",` + one + `}`, "payment"},
		"three decimals":             {`{"tid":1,` + head + `,"post_fee":"1.005",` + one + `}`, "post_fee"},
		"scientific amount":          {`{"tid":1,` + head + `,"post_fee":1.3E+10,` + one + `}`, "post_fee"},
		"negative amount":            {`{"tid":1,` + head + `,"post_fee":"-1",` + one + `}`, "post_fee"},
		"a time of another format":   {`{"tid":1,"created":"02/01/2026","modified":"2026-01-02 10:00:00","payment":"10",` + one + `}`, "created"},
		"quantity nought":            {`{"tid":1,` + head + `,"orders":[{"oid":1,"num":0,"price":"10","outer_iid":"A"}]}`, "orders[0].num"},
		"price times quantity":       {`{"tid":1,` + head + `,"orders":[{"oid":1,"num":9000000000000000000,"price":"10","outer_iid":"A"}]}`, "orders[0].price"},
		"discount above the line":    {`{"tid":1,` + head + `,"orders":[{"oid":1,"num":1,"price":"10","discount_fee":"11","outer_iid":"A"}]}`, "orders[0].discount_fee"},
		"bundle part without number": {`{"tid":1,` + head + `,"orders":[{"oid":1,"num":1,"price":"10","outer_iid":"A","combine_item_info":[{"outer_iid":"B"}]}]}`, "orders[0].combine_item_info[0].quantity"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := taobao.Map([]byte(c.raw), "TB")
			refused(t, err, c.field)
		})
	}
}

func TestTogether(t *testing.T) {
	d, _ := mapped(t, []byte(`{"tid":9,"type":"fixed","status":"WAIT_BUYER_PAY","created":"2026-01-02 10:00:00","modified":"2026-01-02 10:00:00","payment":"5","orders":[
		{"oid":1,"num":1,"price":"1","outer_iid":"A","bind_oids":"1,77"},
		{"oid":2,"num":1,"price":"1","outer_iid":"A","bind_oids":"4"},
		{"oid":3,"num":1,"price":"1","outer_iid":"A","bind_oid":4},
		{"oid":4,"num":1,"price":"1","outer_iid":"A"},
		{"oid":5,"num":1,"price":"1","outer_iid":"A"}]}`))
	var got []string
	for _, l := range d.Lines {
		got = append(got, l.Together)
	}
	if diff := cmp.Diff([]string{"", "2", "2", "2", ""}, got); diff != "" {
		t.Error(diff)
	}
}

// TestMoneyAddsUp makes trades of any shape, spread as the platform spreads
// them, and asks for the payment to the cent.
func TestMoneyAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "lines")
		spread := rapid.Bool().Draw(t, "spread")
		yuan := func(a money.Amount) string { return a.Format(money.CNY) }
		var orders []map[string]any
		var sum money.Amount
		var weights []int64
		for i := range n {
			qty := rapid.Int64Range(1, 20).Draw(t, "qty")
			price := money.Amount(rapid.Int64Range(0, 100_00).Draw(t, "price"))
			gross := price * money.Amount(qty)
			discount := money.Amount(rapid.Int64Range(0, int64(gross)).Draw(t, "discount"))
			adjust := money.Amount(rapid.Int64Range(-int64(gross-discount), 50_00).Draw(t, "adjust"))
			total := gross - discount + adjust
			sum, weights = sum+total, append(weights, int64(total))
			o := map[string]any{"oid": i + 1, "num": qty, "price": yuan(price), "discount_fee": yuan(discount),
				"adjust_fee": yuan(adjust), "outer_iid": "A", "status": "WAIT_BUYER_PAY"}
			if rapid.Bool().Draw(t, "with_total") {
				o["total_fee"] = yuan(total)
			}
			orders = append(orders, o)
		}
		off := money.Amount(rapid.Int64Range(0, int64(sum)).Draw(t, "off"))
		post := money.Amount(rapid.Int64Range(0, 30_00).Draw(t, "post"))
		trade := map[string]any{"tid": 7, "type": "fixed", "status": "WAIT_BUYER_PAY",
			"created": "2026-01-02 10:00:00", "modified": "2026-01-02 10:00:00",
			"payment": yuan(sum - off + post), "post_fee": yuan(post),
			"promotion_details": []any{map[string]any{"id": "7", "promotion_name": "满减",
				"discount_fee": yuan(off)}}}
		if spread {
			for i, share := range money.Split(off, weights) {
				orders[i]["part_mjz_discount"] = yuan(share)
				if rapid.Bool().Draw(t, "with_divide") {
					orders[i]["divide_order_fee"] = yuan(money.Amount(weights[i]) - share)
				}
			}
		}
		trade["orders"] = map[string]any{"order": orders}
		raw, err := json.Marshal(trade)
		if err != nil {
			t.Fatal(err)
		}
		d, doubts, err := taobao.Map(raw, "TB")
		if err != nil {
			t.Fatal(err)
		}
		if f := d.Check(); f != nil {
			t.Fatal(f)
		}
		if got := payable(d); got != d.Total || len(doubts) != 0 {
			t.Fatalf("our sum %d, theirs %d, doubts %v", got, d.Total, doubts)
		}
	})
}

func FuzzMap(f *testing.F) {
	names, _ := filepath.Glob("testdata/*.json")
	for _, name := range names {
		if strings.HasSuffix(name, ".golden.json") {
			continue
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, _, err := taobao.Map(raw, "TB")
		if err != nil {
			refused(t, err, "")
		} else if len(d.Lines) == 0 || d.ExternalNo == "" {
			t.Error("an order without lines or number")
		}
	})
}

func due(l order.DraftLine) money.Amount { return l.Price*money.Amount(l.Qty) - l.Discount }

func payable(d order.Draft) money.Amount {
	sum := d.Freight
	for _, l := range d.Lines {
		sum += due(l)
	}
	for _, p := range d.Promotions {
		sum -= p.Amount
	}
	return sum
}

func mapped(t *testing.T, raw []byte) (order.Draft, []taobao.Doubt) {
	t.Helper()
	d, doubts, err := taobao.Map(raw, "TB")
	if err != nil {
		t.Fatal(err)
	}
	return d, doubts
}

// refused asks for a fault of kind Invalid whose fields speak both languages.
func refused(t *testing.T, err error, field string) {
	t.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) == 0 {
		t.Fatalf("got %v", err)
	}
	found := field == ""
	for _, at := range f.Fields {
		found = found || at.Name == field
		if at.ZH == "" || at.EN == "" {
			t.Errorf("%s lacks a language", at.Name)
		}
	}
	if !found {
		t.Errorf("the fault does not name %s: %v", field, f)
	}
}

func codes(doubts []taobao.Doubt) (list []string) {
	for _, d := range doubts {
		list = append(list, d.Code)
	}
	return list
}

// simplified takes the root and the wrapped lists off a full message, and keeps
// the digits of its numbers.
func simplified(t *testing.T, raw []byte) []byte {
	t.Helper()
	var full struct {
		Response struct {
			Trade json.RawMessage `json:"trade"`
		} `json:"trade_fullinfo_get_response"`
	}
	if err := json.Unmarshal(raw, &full); err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(full.Response.Trade))
	decoder.UseNumber()
	var trade map[string]any
	if err := decoder.Decode(&trade); err != nil {
		t.Fatal(err)
	}
	return marshal(t, map[string]any{"trade": flat(trade), "request_id": "x"})
}

func flat(v any) any {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 1 {
			for _, inner := range v {
				if list, ok := inner.([]any); ok {
					return flat(list)
				}
			}
		}
		for key := range v {
			v[key] = flat(v[key])
		}
	case []any:
		for i := range v {
			v[i] = flat(v[i])
		}
	}
	return v
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "\t")
	if err := e.Encode(v); err != nil {
		t.Fatal(fmt.Errorf("marshal: %w", err))
	}
	return b.Bytes()
}
