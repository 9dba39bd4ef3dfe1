package store_test

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

	"baihuo/internal/connect/store"
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

func TestCounterSale(t *testing.T) {
	d, doubts := mapped(t, read(t, "testdata/counter.json"))
	if d.ExternalNo != "S001-T02-9007199254740993" {
		t.Errorf("the number is %s", d.ExternalNo)
	}
	if payable(d) != d.Total || d.Paid != 8180 || d.PayMethod != "wechat+cash" || len(doubts) != 0 {
		t.Errorf("our sum %d, theirs %d, paid %d by %s, doubts %v", payable(d), d.Total, d.Paid, d.PayMethod, doubts)
	}
	if diff := cmp.Diff([]string{"cashier:C007", "counter"}, d.Tags); diff != "" {
		t.Error(diff)
	}
}

func TestPickUp(t *testing.T) {
	d, _ := mapped(t, read(t, "testdata/pickup.json"))
	if d.Kind != order.PickUp || d.ChannelState != order.Unpaid || d.Wishes.Store != "S003" || d.PaidAt != 0 ||
		d.ModifiedAt <= d.OrderedAt {
		t.Errorf("got %+v", d)
	}
}

// sale is a good sale with one part of its text replaced.
func sale(old, instead string) string {
	const good = `{"version":1,"store_id":"S1","terminal_id":"T1","local_seq":1,"status":"paid","sold_at":"2026-01-02T18:04:05+08:00",
		"lines":[{"code":"A","qty":1,"price":"10.00"}],"payments":[{"method":"cash","amount":"10.00"}],"total":"10.00"}`
	if !strings.Contains(good, old) {
		panic(old)
	}
	return strings.Replace(good, old, instead, 1)
}

func TestStates(t *testing.T) {
	for name, c := range map[string]struct {
		raw    string
		state  order.ChannelState
		paid   money.Amount
		doubts string
	}{
		"paid":                   {sale("", ""), order.ToShip, 1000, ""},
		"void":                   {sale(`"paid"`, `"void"`), order.Closed, 1000, ""},
		"unknown word":           {sale(`"paid"`, `"parked"`), order.Strange, 1000, "status_unknown"},
		"unknown payment":        {sale(`"cash"`, `"shells"`), order.ToShip, 1000, "method_unknown"},
		"too little in the till": {sale(`"amount":"10.00"`, `"amount":"9.00"`), order.ToShip, 900, "payment_differs"},
		"lines above the total":  {sale(`"price":"10.00"`, `"price":"12.00"`), order.ToShip, 1000, "amounts_differ"},
	} {
		t.Run(name, func(t *testing.T) {
			d, doubts := mapped(t, []byte(c.raw))
			got := []any{d.ChannelState, d.Paid, strings.Join(codes(doubts), " ")}
			if diff := cmp.Diff([]any{c.state, c.paid, c.doubts}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct{ raw, field string }{
		"cut off":                 {`{"version":1,`, "body"},
		"empty":                   {``, "body"},
		"a list":                  {`[]`, "body"},
		"two sales":               {sale("", "") + sale("", ""), "body"},
		"an unknown field":        {sale(`"total"`, `"totel":"1","total"`), "body"},
		"another version":         {sale(`"version":1`, `"version":2`), "version"},
		"money as a number":       {sale(`"10.00"}],"pay`, `10.00}],"pay`), "lines.price"},
		"sequence as a float":     {sale(`"local_seq":1`, `"local_seq":1.5`), "local_seq"},
		"sequence nought":         {sale(`"local_seq":1`, `"local_seq":0`), "local_seq"},
		"a dash in the store":     {sale(`"S1"`, `"S-1"`), "store_id"},
		"no terminal":             {sale(`"T1"`, `""`), "terminal_id"},
		"time without offset":     {sale(`+08:00`, ``), "sold_at"},
		"no lines":                {sale(`[{"code":"A","qty":1,"price":"10.00"}]`, `[]`), "lines"},
		"neither code nor bar":    {sale(`"code":"A",`, ``), "lines[0].code"},
		"code and bar":            {sale(`"code":"A"`, `"code":"A","barcode":"6901234567892"`), "lines[0].code"},
		"letters in the barcode":  {sale(`"code":"A"`, `"barcode":"69O1"`), "lines[0].barcode"},
		"quantity below nought":   {sale(`"qty":1`, `"qty":-1`), "lines[0].qty"},
		"price missing":           {sale(`,"price":"10.00"`, ``), "lines[0].price"},
		"discount above the line": {sale(`"price":"10.00"`, `"price":"10.00","discount":"11"`), "lines[0].discount"},
		"a gift that costs":       {sale(`"price":"10.00"`, `"price":"10.00","gift":true`), "lines[0].gift"},
		"discount of no line": {sale(`"payments"`, `"discounts":[{"amount":"1","lines":[1]}],"payments"`),
			"discounts[0].lines"},
		"change above the money": {sale(`"total"`, `"change":"11","total"`), "change"},
		"total missing":          {sale(`,"total":"10.00"`, ``), "total"},
		"pick-up day":            {sale(`"total"`, `"pick_up":{"on":"morgen"},"total"`), "pick_up.on"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := store.Map([]byte(c.raw), "POS")
			refused(t, err, c.field)
		})
	}
}

// TestMoneyAddsUp makes sales of any shape and asks for the total to the cent.
func TestMoneyAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := func(name string, most money.Amount) money.Amount {
			return money.Amount(rapid.Int64Range(0, int64(most)).Draw(t, name))
		}
		yuan := func(a money.Amount) string { return a.Format(money.CNY) }
		var lines []map[string]any
		var sum money.Amount
		for range rapid.IntRange(1, 20).Draw(t, "lines") {
			qty := rapid.Int64Range(1, 20).Draw(t, "qty")
			price := amount("price", 100_00)
			off := amount("off", price*money.Amount(qty))
			sum += price*money.Amount(qty) - off
			lines = append(lines, map[string]any{"code": "A", "qty": qty, "price": yuan(price),
				"discount": yuan(off)})
		}
		off, change := amount("discount", sum), amount("change", 100_00)
		raw, err := json.Marshal(map[string]any{"version": 1, "store_id": "S1", "terminal_id": "T1", "local_seq": 1,
			"status":  "paid",
			"sold_at": "2026-01-02T18:04:05+08:00", "lines": lines,
			"discounts": []any{map[string]any{"amount": yuan(off)}},
			"payments":  []any{map[string]any{"method": "cash", "amount": yuan(sum - off + change)}},
			"change":    yuan(change), "total": yuan(sum - off)})
		if err != nil {
			t.Fatal(err)
		}
		d, doubts, err := store.Map(raw, "POS")
		if err != nil {
			t.Fatal(err)
		}
		if f := d.Check(); f != nil {
			t.Fatal(f)
		}
		if payable(d) != d.Total || d.Paid != d.Total || len(doubts) != 0 {
			t.Fatalf("our sum %d, theirs %d, paid %d, doubts %v", payable(d), d.Total, d.Paid, doubts)
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
		d, _, err := store.Map(raw, "POS")
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

func mapped(t *testing.T, raw []byte) (order.Draft, []store.Doubt) {
	t.Helper()
	d, doubts, err := store.Map(raw, "POS")
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

func codes(doubts []store.Doubt) (list []string) {
	for _, d := range doubts {
		list = append(list, d.Code)
	}
	return list
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
