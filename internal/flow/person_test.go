package flow_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/fulfilment"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/notice"
	"baihuo/internal/order"
	"baihuo/internal/seal"
	"baihuo/internal/shipping"
)

// The canaries of one person. Those of the first list are sealed wherever they lie; the
// second are the order's declared free texts, which lie open until they are erased.
var (
	sealedCanaries = []string{"金丝雀七", "13987654321", "13987650000", "白鸽弄七十七号", "鸟巢公寓", "金丝雀买家", "canary-id-777",
		"金丝雀贸易", "91330100CANARY"}
	freeCanaries = []string{"金丝雀留言", "金丝雀备注", "金丝雀改注", "金丝雀心愿"}
	lateCanaries = []string{"金丝雀便条", "金丝雀七恶意退款", "签收人金丝雀七", "OAID-CANARY"}
)

const canaryPhone, bystander = "13987654321", "13800138000"

// cell is one value of the database.
type cell struct {
	where string
	value []byte
}

// everything reads every text and every byte string of every table.
func everything(t *testing.T, d *db.DB) (all []cell) {
	t.Helper()
	text := `SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' ORDER BY 1, p.cid`
	if d.Engine() == db.Postgres {
		text = `SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t
			ON t.table_schema = c.table_schema AND t.table_name = c.table_name WHERE c.table_schema = 'public'
			AND t.table_type = 'BASE TABLE' ORDER BY c.table_name, c.ordinal_position`
	}
	dbtest.Read(t, d, func(tx *db.Tx) error {
		columns := map[string][]string{}
		err := tx.Each(text, func(r db.Row) error {
			var table, column string
			err := r.Scan(&table, &column)
			columns[table] = append(columns[table], column)
			return err
		})
		if err != nil {
			return err
		}
		for table, names := range columns {
			if strings.HasPrefix(table, "sqlite_") || table == "nodes" {
				continue
			}
			err := tx.Each(`SELECT `+strings.Join(names, ", ")+` FROM `+table, func(r db.Row) error {
				values := make([]any, len(names))
				into := make([]any, len(names))
				for i := range values {
					into[i] = &values[i]
				}
				err := r.Scan(into...)
				for i, v := range values {
					switch v := v.(type) {
					case string:
						all = append(all, cell{table + "." + names[i], []byte(v)})
					case []byte:
						all = append(all, cell{table + "." + names[i], bytes.Clone(v)})
					}
				}
				return err
			})
			if err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
		}
		return nil
	})
	return all
}

// purposes are all under which the house seals.
var purposes = []string{"recipient.name", "recipient.phone", "recipient.address", "buyer.name", "buyer.id", "order.raw", "order.invoice", "order.note"}

// opened gives what a cell says in the clear, as it lies and as any key and purpose opens
// it.
func opened(keys *seal.Keyring, c cell) []string {
	texts := []string{string(c.value)}
	try := func(b []byte) {
		for _, purpose := range purposes {
			if plain, err := keys.Open(purpose, b); err == nil {
				texts = append(texts, plain)
			}
		}
	}
	try(c.value)
	var wish struct{ Cipher []byte }
	if json.Unmarshal(c.value, &wish) == nil {
		try(wish.Cipher)
	}
	return texts
}

// canariesIn finds canaries in the database; where says which columns may hold them.
func canariesIn(t *testing.T, d *db.DB, keys *seal.Keyring, canaries []string, allowed ...string) (hits int) {
	t.Helper()
	for _, c := range everything(t, d) {
		texts := []string{string(c.value)}
		if keys != nil {
			texts = opened(keys, c)
		}
		for _, text := range texts {
			for _, canary := range canaries {
				if strings.Contains(text, canary) {
					hits++
					if !slices.Contains(allowed, c.where) {
						t.Errorf("%s holds %s", c.where, canary)
					}
				}
			}
		}
	}
	return hits
}

// aviary is a house in which the canary person has ordered.
type aviary struct {
	*flowtest.House
	t        *testing.T
	faults   []error
	shipped  id.Order
	messages []flow.Message
}

func canary(h *flowtest.House, shopCode, no string, items ...flowtest.Item) *order.Draft {
	d := h.Draft(shopCode, no, items...)
	d.Buyer = customer.BuyerDraft{Name: "金丝雀买家", ID: "canary-id-777"}
	d.Contact.Name, d.Contact.Phone, d.Contact.Detail = "金丝雀七", canaryPhone, "白鸽弄七十七号鸟巢公寓 9 幢"
	d.Invoice = order.Invoice{Title: "金丝雀贸易有限公司", TaxNo: "91330100CANARY777", Kind: "vat"}
	return d
}

// fill plays the stories: shipped and told of, edited and amended, refused and kept raw.
func (a *aviary) fill() {
	a.t.Helper()
	for w := range 2 {
		for _, code := range []string{"PASTE", "TOWEL"} {
			a.Stock(w, code, 50)
		}
	}
	first := canary(a.House, "TB", "CANARY-0001", flowtest.Item{Code: "PASTE", Qty: 1})
	first.Note = "金丝雀七 139-8765-4321 催单"
	a.shipped = a.One(first)
	ship(a.House, work(a.House))

	second := canary(a.House, "TB", "CANARY-0002", flowtest.Item{Code: "TOWEL", Qty: 1})
	second.BuyerMessage, second.SellerMemo, second.Wishes.Text = "金丝雀留言,周末送", "金丝雀备注", "金丝雀心愿"
	o := a.One(second)
	a.Write(func(tx *db.Tx) error { _, err := order.AddNote(tx, a.Kit.Keys, o, "金丝雀便条"); return err })
	edit(a.House, o, order.Edit{SellerMemo: ptr("金丝雀改注"),
		Invoice: ptr(order.SealInvoice(a.Kit.Keys, order.Invoice{Title: "金丝雀贸易二部", Kind: "vat"}))})
	later := *second
	later.ModifiedAt++
	later.SellerMemo, later.Contact.Phone, later.Invoice.TaxNo = "金丝雀备注二", "13987650000", "91330100CANARY778"
	a.Accept(&later)
	if hold(a.House, o, "edit_conflict") == nil {
		a.t.Fatal("the conflict is not held")
	}
	a.refuse()
	for range 2 {
		if _, err := notice.Reader().Turn(a.t.Context(), a.D); err != nil {
			a.t.Fatal(err)
		}
	}
	if _, err := notice.Send(a.t.Context(), a.D, a.Kit.Keys, deaf{}, 10); err != nil {
		a.t.Fatal(err)
	}
}

// deaf carries no message and says so with all it knows.
type deaf struct{}

func (deaf) Send(_ context.Context, _ string, m notice.Message) error {
	return fmt.Errorf("%v cannot be told: %+v", m.To, m.To)
}

// refuse sends what cannot be taken in: it is kept raw, sealed.
func (a *aviary) refuse() {
	a.t.Helper()
	raw := func(v any) []byte {
		text, err := json.Marshal(v)
		if err != nil {
			a.t.Fatal(err)
		}
		return text
	}
	bad := canary(a.House, "TB", "CANARY-0003", flowtest.Item{Code: "PASTE", Qty: 0})
	byPhone := flow.Message{Prepared: flow.Prepare(a.Kit, a.Shops, []*order.Draft{bad})[0],
		Raw: raw(map[string]any{"phone": "139 8765 4321", "name": "金丝雀七", "qty": 0})}
	byNick := flow.Message{Prepared: flow.Prepared{Draft: &order.Draft{}, Fault: order.ErrInvalid},
		Raw: []byte(`{"nick":"\u91d1\u4e1d\u96c0\u4e70\u5bb6","memo":"金丝雀七"}`)}
	byNo := flow.Message{Prepared: flow.Prepared{Draft: &order.Draft{ExternalNo: "CANARY-0001"}, Fault: order.ErrInvalid},
		Raw: []byte(`{"tid":"CANARY-0001","receiver":"金丝雀七"}`)}
	byHome := flow.Message{Prepared: flow.Prepared{Draft: &order.Draft{}, Fault: order.ErrInvalid},
		Raw: []byte(`金丝雀七,浙江,白鸽弄七十七号鸟巢公寓 9 幢`)}
	other := flow.Message{Prepared: flow.Prepared{Draft: &order.Draft{}, Fault: order.ErrInvalid},
		Raw: []byte(`{"nick":"路人","phone":"` + bystander + `"}`)}
	a.messages = []flow.Message{byPhone, byNick, byNo, byHome, other}
	outcomes, err := flow.AcceptAll(a.t.Context(), a.D, dbtest.By, a.Kit, a.messages, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	for i, o := range outcomes {
		if o.Fault == nil {
			a.t.Errorf("message %d was taken in", i)
		}
		a.faults = append(a.faults, o.Fault)
	}
}

func (a *aviary) erase(who flow.Subject, reason string) (flow.Gone, error) {
	gone, err := flow.Erase(a.t.Context(), a.D, person(a.t), a.Kit, who, reason)
	a.faults = append(a.faults, err)
	return gone, err
}

func person(*testing.T) db.By { return db.By{Actor: "S-7", Cause: "page"} }

// cancelAll ends what has not ended.
func (a *aviary) cancelAll(numbers ...string) {
	a.t.Helper()
	a.Write(func(tx *db.Tx) error {
		for _, shop := range a.Shops {
			found, err := order.Find(tx, shop.ID, numbers)
			if err != nil {
				return err
			}
			for _, o := range found {
				if _, err := flow.Cancel(tx, []flow.Cancellation{{Order: o, Why: "买家不要了"}}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// A person is erased: before, nothing of them lies open but what people typed; after,
// nothing at all, sealed or not, and the books are as clean as before.
func TestErase(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var logged bytes.Buffer
		before := slog.Default()
		slog.SetDefault(slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
		defer slog.SetDefault(before)
		a := &aviary{House: flowtest.Open(t, d), t: t}
		stays := a.One(a.Draft("TB", "BYSTANDER", flowtest.Item{Code: "PASTE", Qty: 1}))
		a.fill()
		keys := a.Kit.Keys

		canariesIn(t, d, nil, sealedCanaries)
		free := []string{"orders.buyer_message", "orders.seller_memo", "orders.wishes", "orders.edited", "holds.reason_zh", "holds.reason_en",
			"exceptions.zh", "exceptions.en", "order_cards.why", "order_changes.was", "order_changes.now"}
		if canariesIn(t, d, nil, freeCanaries, free...) == 0 {
			t.Error("the free texts are nowhere: the test looks at nothing")
		}

		phone := flow.Subject{Phone: "+86 139 8765 4321", Buyer: a.Order(a.shipped).Buyer}
		gone, err := a.erase(phone, "客户来电要求,工单 88")
		if f := fault.Of(err); !errors.Is(err, flow.ErrLive) || !strings.Contains(f.ZH, "CANARY-0001") || gone.Orders+gone.Messages > 0 {
			t.Fatalf("live orders: %+v, %v", gone, err)
		}
		if _, err := a.erase(phone, "金丝雀七 要求"); !errors.Is(err, flow.ErrLive) {
			t.Error(err)
		}
		a.end(stays)
		if _, err := a.erase(phone, "金丝雀七 要求"); !errors.Is(err, customer.ErrReasonPersonal) {
			t.Errorf("a reason that names the person: %v", err)
		}
		if _, err := a.erase(phone, " "); !errors.Is(err, customer.ErrReasonMissing) {
			t.Errorf("no reason: %v", err)
		}
		if canariesIn(t, d, keys, slices.Concat(sealedCanaries, freeCanaries, lateCanaries), anywhere(t, d)...) < 20 {
			t.Error("the canaries are hardly there: the test looks at nothing")
		}

		gone, err = a.erase(phone, "客户来电要求,工单 88")
		if err != nil || gone.Orders != 3 || gone.Buyers != 1 || gone.Messages != 4 || gone.Recipients != 4 {
			t.Fatalf("%+v, %v", gone, err)
		}
		all := slices.Concat(sealedCanaries, freeCanaries, lateCanaries)
		canariesIn(t, d, keys, all)
		a.digestsGone()
		a.Clean()

		t.Run("again is a no-op", func(t *testing.T) {
			rows := count(a.House, `SELECT COUNT(*) FROM journal`)
			if gone, err := a.erase(phone, "再一次"); err != nil || gone.Orders+gone.Recipients+gone.Buyers+gone.Messages != 0 {
				t.Errorf("%+v, %v", gone, err)
			}
			if n := count(a.House, `SELECT COUNT(*) FROM journal`); n != rows {
				t.Errorf("%d rows were written", n-rows)
			}
		})
		t.Run("the channel tells it all again and nothing comes back", func(t *testing.T) {
			for _, no := range []string{"CANARY-0001", "CANARY-0002"} {
				again := canary(a.House, "TB", no, flowtest.Item{Code: "PASTE", Qty: 1})
				again.ModifiedAt = 1 << 60
				again.BuyerMessage, again.SellerMemo, again.ChannelState = "金丝雀留言", "金丝雀备注", order.Done
				if o := a.Accept(again)[0]; !o.Value.Duplicate {
					t.Fatalf("%+v", o)
				}
			}
			canariesIn(t, d, keys, all)
			a.Clean()
		})
		t.Run("who is somebody else is as before", func(t *testing.T) {
			if c := a.Card(stays); c.NameMask != "陈*平" {
				t.Errorf("card %+v", c)
			}
			if n := count(a.House, `SELECT COUNT(*) FROM exceptions WHERE raw_cipher IS NOT NULL`); n != 1 {
				t.Errorf("%d raw messages are kept, want the bystander's", n)
			}
		})
		t.Run("the erasure shows", func(t *testing.T) {
			dbtest.Read(t, d, func(tx *db.Tx) error {
				seen, err := customer.WhoSaw(tx, keys, canaryPhone, 10)
				if len(seen) != 1 || seen[0].What != customer.Erased || seen[0].Actor != "S-7" || seen[0].Reason == "" {
					t.Errorf("%+v", seen)
				}
				return err
			})
		})
		t.Run("who buys again is a new buyer", func(t *testing.T) {
			a.One(canary(a.House, "TB", "CANARY-0009", flowtest.Item{Code: "PASTE", Qty: 1}))
			if n := count(a.House, `SELECT COUNT(*) FROM buyers WHERE name_mask = '金*家'`); n != 1 {
				t.Errorf("%d buyers", n)
			}
		})
		for _, err := range a.faults {
			if err != nil {
				fmt.Fprintf(&logged, "%v %+v %s\n", err, err, fault.Of(err).ZH)
			}
		}
		fmt.Fprintf(&logged, "%+v %v", a.messages[0].Party, a.messages[0].Draft.Contact)
		for _, c := range slices.Concat(sealedCanaries, freeCanaries, lateCanaries) {
			if strings.Contains(logged.String(), c) {
				t.Errorf("%s was said aloud", c)
			}
		}
	})
}

// end completes what was shipped and cancels the rest, in words that name the person.
func (a *aviary) end(stays id.Order) {
	a.t.Helper()
	var packages []id.Package
	dbtest.Read(a.t, a.D, func(tx *db.Tx) error {
		of, err := fulfilment.OfOrders(tx, []id.Order{a.shipped, stays})
		packages = append(packages, of[a.shipped][0].ID, of[stays][0].ID)
		return err
	})
	a.Write(func(tx *db.Tx) error {
		var news []shipping.Event
		for i, p := range packages {
			news = append(news, shipping.Event{Package: p, At: tx.Now().Add(time.Hour), Code: "OK", State: shipping.Delivered})
			if i == 0 {
				news[0].Text, news[0].Place = "签收人金丝雀七", "白鸽弄七十七号"
			}
		}
		return flow.Track(tx, news)
	})
	a.Write(func(tx *db.Tx) error {
		orders, err := order.Get(tx, []id.Order{a.shipped})
		if err != nil {
			return err
		}
		return customer.Blacklist(tx, orders[0].Buyer, "金丝雀七恶意退款", 0)
	})
	opaque := canary(a.House, "TB", "CANARY-0004", flowtest.Item{Code: "PASTE", Qty: 1})
	opaque.Contact.OpaqueID = "OAID-CANARY-777"
	opaque.Contact.Phone = "139****4321"
	a.One(opaque)
	a.cancelAll("CANARY-0002", "CANARY-0004")
}

// anywhere gives all columns: canaries may be in any.
func anywhere(t *testing.T, d *db.DB) (all []string) {
	for _, c := range everything(t, d) {
		all = append(all, c.where)
	}
	return all
}

// digestsGone sees that no digest of the person is left to find them by.
func (a *aviary) digestsGone() {
	a.t.Helper()
	draft := canary(a.House, "TB", "X")
	party := customer.Prepare(a.Kit.Keys, "taobao", draft.Buyer, draft.Contact)
	for _, c := range everything(a.t, a.D) {
		if strings.HasPrefix(c.where, "journal.") {
			continue
		}
		for name, digest := range map[string][]byte{"recipient": party.Digest, "buyer": party.BuyerDigest,
			"phone": a.Kit.Keys.Digest("digest.phone", canaryPhone)} {
			if bytes.Contains(c.value, digest) {
				a.t.Errorf("%s holds the digest of the %s", c.where, name)
			}
		}
	}
	dbtest.Read(a.t, a.D, func(tx *db.Tx) error {
		orders, err := customer.ByPhone(tx, a.Kit.Keys, canaryPhone, 10)
		if len(orders) > 0 {
			a.t.Errorf("the number still finds %v", orders)
		}
		return err
	})
}

// An export names everything, is noted before it is handed out, and shows to who asks who
// saw the person.
func TestPersonData(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := &aviary{House: flowtest.Open(t, d), t: t}
		a.fill()
		data, err := flow.PersonData(t.Context(), d, person(t), a.Kit, flow.Subject{Phone: canaryPhone}, "客户来函要求复制")
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range slices.Concat(sealedCanaries, []string{"CANARY-0001", "客户来函要求复制", "S-7", "PASTE"}) {
			// The buyer bought for another number too, and so is not the one with this number.
			if !slices.Contains([]string{"13987650000", "金丝雀买家", "canary-id-777"}, c) && !strings.Contains(string(text), c) {
				t.Errorf("%s is missing", c)
			}
		}
		if len(data.Orders) != 1 || len(data.Messages) == 0 || len(data.Orders[0].Notices)+len(data.Orders[0].Parcels) < 2 {
			t.Errorf("%d orders, %d messages: %+v", len(data.Orders), len(data.Messages), data.Orders)
		}
		if shown := fmt.Sprintf("%v %+v %#v", data, data, data); strings.Contains(shown, "金丝雀") {
			t.Errorf("printing shows %s", shown)
		}
		if strings.Contains(string(text), "金丝雀心愿") {
			t.Error("the order that now goes to another number is in it")
		}
		byBuyer, err := flow.PersonData(t.Context(), d, person(t), a.Kit, flow.Subject{Buyer: a.Order(a.shipped).Buyer}, "客户来函要求复制")
		if err != nil || len(byBuyer.Orders) != 2 || len(byBuyer.Recipients) < 2 {
			t.Errorf("by buyer: %d orders, %d recipients, %v", len(byBuyer.Orders), len(byBuyer.Recipients), err)
		}
		text, _ = json.Marshal(byBuyer)
		for _, c := range []string{"13987650000", "金丝雀买家", "canary-id-777", "金丝雀改注", "金丝雀心愿", "金丝雀便条"} {
			if !strings.Contains(string(text), c) {
				t.Errorf("by buyer: %s is missing", c)
			}
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			seen, err := customer.WhoSaw(tx, a.Kit.Keys, canaryPhone, 100)
			if !slices.ContainsFunc(seen, func(s customer.Sight) bool {
				return s.What == customer.Exported && s.Order == a.shipped && s.Actor == "S-7"
			}) {
				t.Errorf("%+v", seen)
			}
			return err
		})
		for name, who := range map[string]flow.Subject{"nobody": {}, "a part": {Phone: "4321"}, "a mask": {Phone: "139****4321"}} {
			if _, err := flow.PersonData(t.Context(), d, person(t), a.Kit, who, "x"); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		canariesInJournal(t, d)
	})
}

// canariesInJournal sees that no payload names anybody.
func canariesInJournal(t *testing.T, d *db.DB) {
	t.Helper()
	dbtest.Read(t, d, func(tx *db.Tx) error {
		for cursor := ""; ; {
			rows, next, err := journal.Search(tx, journal.Filter{}, cursor, 500)
			if err != nil {
				return err
			}
			for _, r := range rows {
				for _, c := range slices.Concat(sealedCanaries, freeCanaries, lateCanaries) {
					if strings.Contains(r.Payload+r.By.Actor+r.By.Cause, c) {
						t.Errorf("journal row %s of %s %d: %s", r.What, r.Kind, r.ID, r.Payload)
					}
				}
			}
			if cursor = next; next == "" {
				return nil
			}
		}
	})
}

// A buyer who also buys for others stays when a recipient is erased, and so do the others.
func TestEraseLeavesASharedBuyer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := flowtest.Open(t, d)
		gift, own := canary(h, "TB", "GIFT", flowtest.Item{Code: "PASTE", Qty: 1}), h.Draft("TB", "OWN", flowtest.Item{Code: "PASTE", Qty: 1})
		own.Buyer = gift.Buyer
		for _, dr := range []*order.Draft{gift, own} {
			dr.ChannelState = order.Closed
			h.One(dr)
		}
		gone, err := flow.Erase(t.Context(), d, person(t), h.Kit, flow.Subject{Phone: canaryPhone}, "收件人要求")
		if err != nil || gone.Orders != 1 || gone.Buyers != 0 || len(gone.Shared) != 1 {
			t.Fatalf("%+v, %v", gone, err)
		}
		if n := count(h, `SELECT COUNT(*) FROM buyers WHERE name_mask = '金*家'`); n != 1 {
			t.Errorf("%d buyers", n)
		}
		gone, err = flow.Erase(t.Context(), d, person(t), h.Kit, flow.Subject{Buyer: gone.Shared[0]}, "买家要求")
		if err != nil || gone.Orders != 1 || gone.Buyers != 1 {
			t.Fatalf("%+v, %v", gone, err)
		}
		h.Clean()
	})
}

// What was broken off in the middle is completed by asking again.
func TestEraseGoesOnWhereItWasBrokenOff(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
	a := &aviary{House: flowtest.Open(t, d), t: t}
	a.refuse()
	for i := range 3 {
		dr := canary(a.House, "TB", fmt.Sprintf("CANARY-000%d", i+1), flowtest.Item{Code: "PASTE", Qty: 1})
		dr.ChannelState = order.Closed
		o := a.Order(a.One(dr))
		if i == 2 {
			a.Write(func(tx *db.Tx) error { // the first transactions of an erasure, and then the power went
				if _, err := order.Erase(tx, []*order.Order{o}, "函"); err != nil {
					return err
				}
				_, err := customer.Erase(tx, []id.Recipient{o.Recipient}, "函")
				return err
			})
		}
	}
	gone, err := a.erase(flow.Subject{Phone: canaryPhone}, "函")
	if err != nil || gone.Orders != 2 || gone.Recipients != 2 || gone.Buyers != 1 || gone.Messages != 4 {
		t.Fatalf("%+v, %v", gone, err)
	}
	canariesIn(t, d, a.Kit.Keys, slices.Concat(sealedCanaries, freeCanaries))
}

// Messages older than 180 days go, piece by piece; what was mapped stays.
func TestForgetRaw(t *testing.T) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Clock: clock.Now}, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.NewClock().Now())
		a := &aviary{House: flowtest.Open(t, d), t: t}
		a.refuse()
		clock.Advance(100 * 24 * time.Hour)
		young := flow.Message{Prepared: flow.Prepared{Draft: &order.Draft{}, Fault: order.ErrInvalid}, Raw: []byte(`{"young":true}`)}
		if _, err := flow.AcceptAll(t.Context(), d, dbtest.By, a.Kit, []flow.Message{young}, nil); err != nil {
			t.Fatal(err)
		}
		forget := func() (n int) {
			a.Write(func(tx *db.Tx) (err error) { n, err = flow.ForgetRaw(tx, 2); return err })
			return n
		}
		if n := forget(); n != 0 {
			t.Fatalf("%d forgotten too early", n)
		}
		clock.Advance(81 * 24 * time.Hour)
		for _, want := range []int{2, 2, 1, 0} {
			if n := forget(); n != want {
				t.Errorf("%d forgotten, want %d", n, want)
			}
		}
		if n := count(a.House, `SELECT COUNT(*) FROM exceptions WHERE raw_cipher IS NOT NULL`); n != 1 {
			t.Errorf("%d are kept, want the young one", n)
		}
		if n := count(a.House, `SELECT COUNT(*) FROM exceptions WHERE detail LIKE '%CANARY-0003%'`); n != 1 {
			t.Errorf("what was mapped is gone")
		}
		if n := count(a.House, `SELECT COUNT(*) FROM journal WHERE what = 'raw_forgotten'`); n != 5 {
			t.Errorf("%d rows in the journal", n)
		}
		a.Clean()
	})
}

// Which columns hold ciphertext is known, so that a new one cannot be left out of the
// rotation of the master key.
func TestSealedColumnsAreKnown(t *testing.T) {
	known := []string{"recipients.name_cipher", "recipients.phone_cipher", "recipients.address_cipher", "buyers.name_cipher",
		"buyers.id_cipher", "exceptions.raw_cipher", "order_notes.body_cipher",
		// The program hands in the pieces of these rooms.
		"staff.totp_cipher", "webhook_endpoints.secret_cipher", "webhook_endpoints.former_cipher",
	}
	h := flowtest.Open(t, dbtest.Open(t, db.SQLite, db.Options{}))
	dbtest.Read(t, h.D, func(tx *db.Tx) error {
		return tx.Each(`SELECT m.name || '.' || p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p
			WHERE m.type = 'table' AND p.name LIKE '%cipher%'`, func(r db.Row) error {
			var column string
			err := r.Scan(&column)
			if !slices.Contains(known, column) {
				t.Errorf("%s is sealed, and no flow.Piece seals it anew", column)
			}
			return err
		})
	})
}
