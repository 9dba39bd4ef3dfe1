package jd_test

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

	"baihuo/internal/connect/jd"
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

func TestLockedCOD(t *testing.T) {
	d, doubts := mapped(t, read(t, "testdata/locked_cod.json"))
	t.Run("what locks the order stands in the word", func(t *testing.T) {
		if d.ChannelState != order.Forbidden || d.ChannelWord != "LOCKED 客户申请取消" {
			t.Errorf("got %s, %s", d.ChannelState, d.ChannelWord)
		}
		if diff := cmp.Diff([]string{"platform_hold", "code_missing"}, codes(doubts)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("the carrier brings what balance and gift card did not pay", func(t *testing.T) {
		got := []money.Amount{d.Total, d.AmountCOD, d.Paid}
		if diff := cmp.Diff([]money.Amount{14270, 11270, 3000}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("lines, fees and freight less coupons are what was to pay", func(t *testing.T) {
		if got := payable(d); got != d.Total {
			t.Errorf("our sum %d, theirs %d", got, d.Total)
		}
	})
	t.Run("an item promotion stays on its item", func(t *testing.T) {
		if d.Lines[0].Discount != 1200 || d.Lines[3].Discount != 0 || len(d.Promotions) != 2 {
			t.Errorf("got %d, %d, %v", d.Lines[0].Discount, d.Lines[3].Discount, d.Promotions)
		}
	})
	t.Run("a gift of the same SKU is a line of its own", func(t *testing.T) {
		if d.Lines[3].Kind != order.Gift || d.Lines[3].ExternalNo != "100000000001#2" {
			t.Errorf("got %s, %s", d.Lines[3].Kind, d.Lines[3].ExternalNo)
		}
	})
	t.Run("an empty date is none", func(t *testing.T) {
		if d.PaidAt != 0 {
			t.Error(d.PaidAt.Time())
		}
	})
	t.Run("ciphertexts stand for a masked recipient", func(t *testing.T) {
		if d.Contact.OpaqueID != "AQAAnameCIPHER1|AQAAmobileCIPHER1|AQAAaddressCIPHER1" || d.Contact.Name != "周*" {
			t.Errorf("got %s, %s", d.Contact.OpaqueID, d.Contact.Name)
		}
	})
}

// message is a bare order with the fields given, instead of its own.
func message(fields string) []byte {
	all := map[string]json.RawMessage{}
	for _, part := range []string{`"orderId":1,"orderStartTime":"2026-01-02 10:00:00","modified":"2026-01-02 10:00:00","orderPayment":"10",
		"consigneeInfo":{"fullname":"吴九","mobile":"13800138009","fullAddress":"样例路1号"},
		"itemInfoList":[{"skuId":1,"itemTotal":1,"jdPrice":"10","outerSkuId":"A"}]`, fields} {
		if err := json.Unmarshal([]byte("{"+part+"}"), &all); err != nil {
			panic(err)
		}
	}
	raw, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return raw
}

func TestStates(t *testing.T) {
	cases := []struct {
		name, fields string
		state        order.ChannelState
		kind         order.Kind
		paid         money.Amount
		doubts       string
	}{
		{"paid", `"orderState":"WAIT_SELLER_STOCK_OUT","payType":"4"`, order.ToShip, order.Normal, 1000, ""},
		{"not paid", `"orderState":"NOT_PAY","payType":"4"`, order.Unpaid, order.Normal, 0, ""},
		{"cancelled before payment",
			`"orderState":"TRADE_CANCELED","payType":"4","paymentConfirmTime":"0001-01-01 00:00:00"`, order.Closed,
			order.Normal, 0, ""},
		{"cancelled after payment",
			`"orderState":"TRADE_CANCELED","payType":"4","paymentConfirmTime":"2026-01-02 10:00:00"`, order.Closed,
			order.Normal, 1000, ""},
		{"paused", `"orderState":"POP_ORDER_PAUSE","payType":"4"`, order.Forbidden, order.Normal, 1000,
			"platform_hold"},
		{"finished", `"orderState":"FINISHED_L","payType":"4"`, order.Done, order.Normal, 1000, ""},
		{"re-sent", `"orderState":"WAIT_SELLER_STOCK_OUT","payType":"4","returnOrder":1`, order.ToShip,
			order.Resend, 1000, ""},
		{"cash on delivery", `"orderState":"WAIT_SELLER_STOCK_OUT","payType":1`, order.ToShip, order.COD, 0, ""},
		{"JD's warehouse ships it", `"orderState":"WAIT_SELLER_STOCK_OUT","payType":"4","storeOrder":"京仓订单"`,
			order.Forbidden, order.Normal, 1000, "platform_warehouse"},
		{"unknown word", `"orderState":"X","payType":"4"`, order.Strange, order.Normal, 0, "status_unknown"},
		{"virtual code", `"orderState":"WAIT_SEND_CODE","payType":"4","orderType":"75"`, order.Strange,
			order.Normal, 0, "type_unknown status_unknown"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d, doubts := mapped(t, message(c.fields))
			got := []any{d.ChannelState, d.Kind, d.Paid, strings.Join(codes(doubts), " ")}
			if diff := cmp.Diff([]any{c.state, c.kind, c.paid, c.doubts}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestContact(t *testing.T) {
	for name, c := range map[string]struct{ consignee, opaque, phone, doubt string }{
		"in the clear": {`{"fullname":"吴九","mobile":"13800138009","fullAddress":"样例路1号","encrypt_mobile":"X"}`, "", "13800138009", ""},
		"only ciphertext": {`{"encrypt_fullname":"N","encrypt_telephone":"T","encrypt_fullAddress":"A"}`,
			"N|T|A", "***********", ""},
		"masked, no ciphertext": {`{"fullname":"吴*","mobile":"138****8009","fullAddress":"样例路1号"}`, "",
			"138****8009", "recipient_unreadable"},
		"a ciphertext too long": {`{"encrypt_fullname":"` + strings.Repeat("N", 600) + `"}`, "sha256:",
			"***********", ""},
		"nobody": {`{}`, "", "", "recipient_unreadable"},
	} {
		t.Run(name, func(t *testing.T) {
			d, doubts := mapped(t, message(`"orderState":"FINISHED_L","payType":"4","consigneeInfo":`+c.consignee))
			if got := d.Contact; got.Phone != c.phone || got.OpaqueID != c.opaque && (c.opaque != "sha256:" ||
				len(got.OpaqueID) != 71) {
				t.Errorf("got %q, %q", got.Phone, got.OpaqueID)
			}
			if got := strings.Join(codes(doubts), " "); got != c.doubt {
				t.Errorf("doubts %q, want %q", got, c.doubt)
			}
			if f := d.Check(); f != nil {
				t.Error(f)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct{ raw, field string }{
		"not JSON": {`{"orderId":`, "body"},
		"a list":   {`[]`, "body"},
		"an error answer": {`{"error_response":{"code":"21","zh_desc":"无效","en_desc":"Invalid app_key"}}`,
			"error_response"},
		"a failed answer": {`{"jingdong_pop_order_get_responce":{"code":"0","orderDetailInfo":{"apiResult":{"success":false}}}}`, "apiResult"},
		"several orders": {`{"x_responce":{"searchorderinfo_result":{"orderInfoList":[{},{}]}}}`,
			"orderInfoList"},
		"no order": {`{"x_responce":{"searchorderinfo_result":{"orderInfoList":[]}}}`,
			"orderInfoList"},
		"empty":                    {`{}`, "orderId"},
		"root is text":             {`{"x_responce":"7"}`, "body"},
		"items are text":           {`{"orderInfo":{"itemInfoList":"7"}}`, "orderInfo.itemInfoList"},
		"id through a float":       {string(message(`"orderId":9.007e15`)), "orderId"},
		"three decimals":           {string(message(`"freightPrice":"1.005"`)), "freightPrice"},
		"negative payment":         {string(message(`"orderPayment":"-1"`)), "orderPayment"},
		"payment empty":            {string(message(`"orderPayment":""`)), "orderPayment"},
		"a time of another format": {string(message(`"modified":"2026-01-02T10:00:00"`)), "modified"},
		"no items":                 {string(message(`"itemInfoList":[]`)), "itemInfoList"},
		"quantity nought": {string(message(`"itemInfoList":[{"skuId":1,"itemTotal":0,"jdPrice":"1"}]`)),
			"itemInfoList[0].itemTotal"},
		"price missing": {string(message(`"itemInfoList":[{"skuId":1,"itemTotal":1}]`)),
			"itemInfoList[0].jdPrice"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := jd.Map([]byte(c.raw), "JD")
			refused(t, err, c.field)
		})
	}
}

// TestMoneyAddsUp makes orders with coupons of every kind and asks for what was
// to pay to the cent.
func TestMoneyAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := func(name string, most money.Amount) money.Amount {
			return money.Amount(rapid.Int64Range(0, int64(most)).Draw(t, name))
		}
		yuan := func(a money.Amount) string { return a.Format(money.CNY) }
		var items, coupons []map[string]any
		var goods, left money.Amount
		for i := range rapid.IntRange(1, 12).Draw(t, "items") {
			qty := rapid.Int64Range(1, 20).Draw(t, "qty")
			price := amount("price", 100_00)
			gross := price * money.Amount(qty)
			off := amount("off", gross)
			goods, left = goods+gross, left+gross-off
			items = append(items, map[string]any{"skuId": i + 1, "itemTotal": qty, "jdPrice": yuan(price),
				"outerSkuId": "A"})
			coupons = append(coupons, map[string]any{"skuId": i + 1, "couponType": "30", "couponPrice": yuan(off)})
		}
		for _, kind := range []string{"20", "34", "39", "41", "100"} {
			off := amount("coupon", left)
			left -= off
			coupons = append(coupons, map[string]any{"couponType": kind, "couponPrice": yuan(off)})
		}
		freight, fee := amount("freight", 30_00), amount("fee", 5_00)
		owed := left + freight + fee
		card := amount("card", owed)
		balance := amount("balance", owed-card)
		raw, err := json.Marshal(map[string]any{"orderId": 1, "orderState": "WAIT_SELLER_STOCK_OUT", "payType": "1",
			"orderStartTime": "2026-01-02 10:00:00",
			"modified":       "2026-01-02 10:00:00", "orderTotalPrice": yuan(goods),
			"orderPayment": yuan(owed - card - balance), "balanceUsed": yuan(balance),
			"freightPrice": yuan(freight), "serviceFee": yuan(fee), "itemInfoList": items,
			"couponDetailList": append(coupons, map[string]any{"couponType": "52", "couponPrice": yuan(card)}),
			"consigneeInfo":    map[string]any{"fullname": "吴九", "mobile": "13800138009", "fullAddress": "样例路1号"}})
		if err != nil {
			t.Fatal(err)
		}
		d, doubts, err := jd.Map(raw, "JD")
		if err != nil {
			t.Fatal(err)
		}
		if f := d.Check(); f != nil {
			t.Fatal(f)
		}
		if got := payable(d); got != d.Total || d.Paid+d.AmountCOD != d.Total || len(doubts) != 0 {
			t.Fatalf("our sum %d, theirs %d, paid %d, to collect %d, doubts %v", got, d.Total, d.Paid, d.AmountCOD,
				doubts)
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
		d, _, err := jd.Map(raw, "JD")
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

func mapped(t *testing.T, raw []byte) (order.Draft, []jd.Doubt) {
	t.Helper()
	d, doubts, err := jd.Map(raw, "JD")
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

func codes(doubts []jd.Doubt) (list []string) {
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
