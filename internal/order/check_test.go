package order

import (
	"strings"
	"testing"

	"baihuo/internal/customer"
	"baihuo/internal/fault"
	"baihuo/internal/money"
)

func goodDraft() *Draft {
	return &Draft{ShopCode: "TB", ExternalNo: "T1", Currency: "CNY", OrderedAt: 1, Lines: []DraftLine{{Code: "SHAMPOO", Qty: 2, Price: 2990}}}
}

// Every wrong input gets a sentence in both languages that names the field; a
// right one beside it is none.
func TestCheck(t *testing.T) {
	long := strings.Repeat("长", 4001)
	cases := []struct {
		name  string
		spoil func(d *Draft)
		field string // none: the draft is fine
	}{
		{"a plain order is fine", func(*Draft) {}, ""},
		{"a number is missing", func(d *Draft) { d.ExternalNo = " " }, "external_no"},
		{"a number is too long", func(d *Draft) { d.ExternalNo = strings.Repeat("1", 129) }, "external_no"},
		{"a number holds a NUL", func(d *Draft) { d.ExternalNo = "T\x001" }, "external_no"},
		{"the time is missing", func(d *Draft) { d.OrderedAt = 0 }, "ordered_at"},
		{"the currency is unknown", func(d *Draft) { d.Currency = "XXX1" }, "currency"},
		{"the currency is missing", func(d *Draft) { d.Currency = "" }, "currency"},
		{"there are no lines", func(d *Draft) { d.Lines = nil }, "lines"},
		{"there are too many lines", func(d *Draft) { d.Lines = make([]DraftLine, 2001) }, "lines"},
		{"a quantity of none", func(d *Draft) { d.Lines[0].Qty = 0 }, "lines[0].qty"},
		{"a negative quantity", func(d *Draft) { d.Lines[0].Qty = -1 }, "lines[0].qty"},
		{"an absurd quantity", func(d *Draft) { d.Lines[0].Qty = 13_000_000_000 }, "lines[0].qty"},
		{"a negative price", func(d *Draft) { d.Lines[0].Price = -1 }, "lines[0].price"},
		{"an absurd price", func(d *Draft) { d.Lines[0].Price = PriceMax + 1 }, "lines[0].price"},
		{"a price of nothing is fine", func(d *Draft) { d.Lines[0].Price = 0 }, ""},
		{"a negative discount", func(d *Draft) { d.Lines[0].Discount = -1 }, "lines[0].discount"},
		{"a discount above the line", func(d *Draft) { d.Lines[0].Discount = 5981 }, "lines[0].discount"},
		{"a line worth more than money can be", func(d *Draft) {
			d.Lines[0].Qty, d.Lines[0].Price = QtyMax, PriceMax
		}, "lines[0].price"},
		{"an order worth more than a billion", func(d *Draft) {
			for range 11 {
				d.Lines = append(d.Lines, DraftLine{Code: "GOLD", Qty: 1, Price: PriceMax})
			}
		}, "lines"},
		{"a line of no known kind", func(d *Draft) { d.Lines[0].Kind = "ghost" }, "lines[0].kind"},
		{"a component is not told by a channel", func(d *Draft) { d.Lines[0].Kind = Component }, "lines[0].kind"},
		{"a line without a code", func(d *Draft) { d.Lines[0].Code = "" }, "lines[0].code"},
		{"a charge needs no code", func(d *Draft) { d.Lines[0] = DraftLine{Kind: Charge, Qty: 1, Price: 500} }, ""},
		{"a code in a broken encoding", func(d *Draft) { d.Lines[0].Code = "\xff\xfe" }, "lines[0].code"},
		{"a word of togetherness with a NUL", func(d *Draft) { d.Lines[0].Together = "a\x00" }, "lines[0].together"},
		{"a refund of no known state", func(d *Draft) { d.Lines[0].Refund = "perhaps" }, "lines[0].refund"},
		{"a part without a quantity", func(d *Draft) { d.Lines[0].Parts = []Part{{Code: "A"}} }, "lines[0].parts"},
		{"a part with a NUL", func(d *Draft) { d.Lines[0].Parts = []Part{{Code: "A\x00", Qty: 1}} }, "lines[0].parts"},
		{"parts beyond counting", func(d *Draft) { d.Lines[0].Parts = []Part{{Code: "A", Qty: QtyMax}} }, "lines[0].parts"},
		{"a negative freight", func(d *Draft) { d.Freight = -1 }, "freight"},
		{"a negative payment", func(d *Draft) { d.Paid = -1 }, "paid"},
		{"an absurd COD amount", func(d *Draft) { d.AmountCOD = PriceMax*10 + 1 }, "amount_cod"},
		{"a negative total", func(d *Draft) { d.Total = -1 }, "total"},
		{"a negative promotion", func(d *Draft) { d.Promotions = []Promotion{{Amount: -1}} }, "promotions[0].amount"},
		{"a promotion that points nowhere", func(d *Draft) { d.Promotions = []Promotion{{Amount: 1, Lines: []int{1}}} }, "promotions[0].lines"},
		{"a promotion that points before the first", func(d *Draft) { d.Promotions = []Promotion{{Amount: 1, Lines: []int{-1}}} }, "promotions[0].lines"},
		{"a flag of no colour", func(d *Draft) { d.Flag = 6 }, "flag"},
		{"a negative flag", func(d *Draft) { d.Flag = -1 }, "flag"},
		{"a label of four letters", func(d *Draft) { d.Label = "加急加急" }, "label"},
		{"a label of three letters is fine", func(d *Draft) { d.Label = "加急单" }, ""},
		{"a tag with a blank", func(d *Draft) { d.Tags = []string{"a b"} }, "tags"},
		{"a tag of nothing", func(d *Draft) { d.Tags = []string{""} }, "tags"},
		{"too many tags", func(d *Draft) { d.Tags = strings.Split(strings.Repeat("t ", 51), " ") }, "tags"},
		{"a message of a novel's length", func(d *Draft) { d.BuyerMessage = long }, "buyer_message"},
		{"a memo with a NUL", func(d *Draft) { d.SellerMemo = "\x00" }, "seller_memo"},
		{"a name with a NUL", func(d *Draft) { d.Contact.Name = "陈\x00" }, "contact.name"},
		{"an address in GB18030", func(d *Draft) { d.Contact.Detail = "\xd5\xc5\xc8\xfd" }, "contact.detail"},
		{"a buyer of ten megabytes", func(d *Draft) { d.Buyer.Name = strings.Repeat("x", 10<<20) }, "buyer.name"},
		{"a kind that nobody knows", func(d *Draft) { d.Kind = "barter" }, "kind"},
		{"a state that is none of ours", func(d *Draft) { d.ChannelState = "paid_perhaps" }, "channel_state"},
		{"a strange state is fine: it is kept and held", func(d *Draft) { d.ChannelState, d.ChannelWord = Strange, "WAIT_GROUP" }, ""},
		{"a platform's word with a NUL", func(d *Draft) { d.ChannelWord = "\x00" }, "channel_word"},
		{"an unknown SKU and a bad phone are mended later", func(d *Draft) {
			d.Lines[0].Code, d.Contact = "NOBODY", customer.Contact{Name: "陈", Phone: "12"}
		}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := goodDraft()
			c.spoil(d)
			f := d.Check()
			if c.field == "" {
				if f != nil {
					t.Fatalf("refused: %v", f)
				}
				return
			}
			if f == nil || f.Kind != fault.Invalid {
				t.Fatalf("not refused: %v", f)
			}
			for _, field := range f.Fields {
				if field.Name == c.field && field.ZH != "" && field.EN != "" {
					return
				}
			}
			t.Errorf("no sentence names %s: %v", c.field, f)
		})
	}
}

func TestCheckNamesAllFieldsAtOnce(t *testing.T) {
	d := goodDraft()
	d.ExternalNo, d.Flag, d.Lines[0].Qty, d.Freight = "", 9, -1, money.Amount(-1)
	if f := d.Check(); f == nil || len(f.Fields) != 4 {
		t.Errorf("four things are wrong: %v", f)
	}
	d = goodDraft()
	d.Lines = make([]DraftLine, 2000)
	if f := d.Check(); f == nil || len(f.Fields) != 50 {
		t.Errorf("a thousand wrong lines make a bounded fault: %d fields", len(f.Fields))
	}
}
