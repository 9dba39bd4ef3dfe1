package flow_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/flow"
	"baihuo/internal/flow/flowtest"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/seal"
)

const (
	oldKey = "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	newKey = "2://///wQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
)

func ring(t testing.TB, keys string) *seal.Keyring {
	t.Helper()
	parsed, err := seal.ParseKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	return seal.NewKeyring(rand.Reader, parsed...)
}

// with gives the house on the same database with other keys: another node.
func with(h *flowtest.House, keys *seal.Keyring) *flowtest.House {
	n := *h
	n.Kit.Keys, n.Kit.Sealed = keys, []flow.Piece{}
	return &n
}

// sold takes a rich order in: every sealed column has something.
func sold(h *flowtest.House, no string, who int) id.Order {
	d := h.Draft("TB", no, flowtest.Item{Code: "PASTE", Qty: 1})
	d.Buyer = customer.BuyerDraft{Name: fmt.Sprintf("买家%d", who), ID: fmt.Sprintf("id-%d", who)}
	d.Contact.Name, d.Contact.Phone = fmt.Sprintf("陈%d平", who), fmt.Sprintf("138001380%02d", who)
	d.Invoice = order.Invoice{Title: fmt.Sprintf("第%d公司", who), Kind: "vat"}
	return h.One(d)
}

// step does one step of the rotation and says whether there was one to do.
func step(h *flowtest.House, limit int) (n int) {
	h.Write(func(tx *db.Tx) (err error) { n, err = flow.Reseal(tx, h.Kit, limit); return err })
	return n
}

func counted(t *testing.T, h *flowtest.House) map[uint16]int64 {
	t.Helper()
	list, err := flow.CountKeys(t.Context(), h.D, h.Kit)
	if err != nil {
		t.Fatal(err)
	}
	sum := map[uint16]int64{}
	for _, c := range list {
		sum[c.Version] += c.Rows
	}
	return sum
}

// The key is changed while two nodes take orders in and one erases. Afterwards the new
// key alone opens everything, finds every phone and knows every buyer.
func TestRotate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		old := with(flowtest.Open(t, d), ring(t, oldKey))
		a, b := with(old, ring(t, oldKey+","+newKey)), with(old, ring(t, newKey+","+oldKey))
		old.Stock(0, "PASTE", 1000)
		const people = 20
		for i := range people {
			sold(old, fmt.Sprintf("OLD-%d", i), i)
		}
		noted := sold(old, "NOTED", 3)
		old.Write(func(tx *db.Tx) error { _, err := order.AddNote(tx, old.Kit.Keys, noted, "便条"); return err })
		(&aviary{House: old, t: t}).refuse()
		plain := order.Invoice{Title: "早先的公司"}
		old.Write(func(tx *db.Tx) error { // as the first days wrote it
			_, err := tx.Exec(`UPDATE orders SET invoice = $1 WHERE order_id = $2`, `{"title":"`+plain.Title+`"}`, noted)
			return err
		})
		if step(b, 10) != 0 {
			t.Error("something was done before it was asked for")
		}
		// A node without the new key yet and one with both know the same buyers.
		sold(a, "ROLLING", 1)
		sold(old, "STILL-OLD", 1)

		careless := a.Kit
		careless.Sealed = nil
		if err := d.Write(t.Context(), dbtest.By, func(tx *db.Tx) error { _, err := flow.Rotate(tx, careless); return err }); !errors.Is(err, flow.ErrPieces) {
			t.Errorf("places of sealed values may be missing: %v", err)
		}
		var rotation flow.Rotation
		a.Write(func(tx *db.Tx) (err error) { rotation, err = flow.Rotate(tx, a.Kit); return err })
		if rotation.Version != 2 || rotation.FinishedAt != 0 {
			t.Fatalf("%+v", rotation)
		}
		var all sync.WaitGroup
		for w, h := range []*flowtest.House{a, b} {
			all.Go(func() {
				busy := *h
				for i := range people {
					sold(&busy, fmt.Sprintf("NEW-%d-%d", w, i), i)
				}
			})
		}
		all.Go(func() {
			for step(b, 7) > 0 { // small steps, so that they fall between the acceptances
			}
		})
		all.Wait()
		a.Write(func(tx *db.Tx) (err error) { rotation, err = flow.Rotate(tx, a.Kit); return err })
		for step(a, 1000) > 0 {
		}
		dbtest.Read(t, d, func(tx *db.Tx) (err error) { rotation, err = flow.RotationOf(tx); return err })
		if rotation.FinishedAt == 0 {
			t.Fatalf("not finished: %+v", rotation)
		}
		if n := counted(t, a); n[1] != 0 || n[0] != 0 || n[2] == 0 {
			t.Fatalf("rows by version: %v", n)
		}

		fresh := with(old, ring(t, newKey))
		for _, c := range everything(t, d) {
			if v := seal.VersionOf(c.value); strings.HasSuffix(c.where, "cipher") && len(c.value) > 0 &&
				(v != 2 || len(opened(fresh.Kit.Keys, c)) != 2) {
				t.Errorf("%s is sealed with version %d and opens as %d texts", c.where, v, len(opened(fresh.Kit.Keys, c))-1)
			}
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			for i := range people {
				orders, err := customer.ByPhone(tx, fresh.Kit.Keys, fmt.Sprintf("138001380%02d", i), 10)
				if want := map[int]int{1: 5, 3: 4}[i]; err != nil || len(orders) != max(want, 3) {
					t.Errorf("phone %d finds %d orders, %v", i, len(orders), err)
				}
			}
			orders, err := order.Get(tx, []id.Order{noted})
			if err != nil {
				return err
			}
			if open, err := orders[0].Invoice.Open(fresh.Kit.Keys); open != plain || err != nil {
				t.Errorf("the invoice that lay open: %v, %v", open, err)
			}
			notes, err := order.Notes(tx, fresh.Kit.Keys, noted)
			if len(notes) != 1 || notes[0].Text != "便条" {
				t.Errorf("notes %v", notes)
			}
			return err
		})
		before := count(fresh, `SELECT COUNT(*) FROM buyers`)
		for i := range people {
			sold(fresh, fmt.Sprintf("FRESH-%d", i), i)
		}
		if after := count(fresh, `SELECT COUNT(*) FROM buyers`); before != people || after != people {
			t.Errorf("%d buyers before and %d after, want %d", before, after, people)
		}
		fresh.Clean()
	})
}

// A message about an order of the old key's days, told to a node that holds the new one,
// changes what the channel changed and nothing else.
func TestAmendAcrossKeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		old := with(flowtest.Open(t, d), ring(t, oldKey))
		both, fresh := with(old, ring(t, newKey+","+oldKey)), with(old, ring(t, newKey))
		old.Stock(0, "PASTE", 10)
		dr := old.Draft("TB", "T1", flowtest.Item{Code: "PASTE", Qty: 1})
		dr.Invoice = order.Invoice{Title: "某某公司", Kind: "vat"}
		o := old.One(dr)
		again := func(h *flowtest.House, change func(*order.Draft)) []string {
			t.Helper()
			next := *dr
			next.ModifiedAt++
			change(&next)
			dr = &next
			h.Accept(&next)
			var payload string
			dbtest.Read(t, d, func(tx *db.Tx) error {
				_, err := tx.One(`SELECT payload FROM journal WHERE object_id = $1 AND what = 'amended' ORDER BY version DESC LIMIT 1`, []any{&payload}, o)
				return err
			})
			_, list, _ := strings.Cut(payload, `"changed":`)
			return strings.Split(strings.Trim(strings.SplitN(list, "]", 2)[0], `[`), ",")
		}
		memo := func(text string) func(*order.Draft) { return func(d *order.Draft) { d.SellerMemo = text } }
		if got := again(both, memo("一")); len(got) != 1 || got[0] != `"seller_memo"` {
			t.Errorf("with both keys: changed %v", got)
		}
		both.Write(func(tx *db.Tx) error { _, err := flow.Rotate(tx, both.Kit); return err })
		if got := again(old, memo("二")); len(got) != 1 {
			t.Errorf("with the old key alone: changed %v", got)
		}
		for step(both, 1000) > 0 {
		}
		if got := again(fresh, memo("三")); len(got) != 1 || got[0] != `"seller_memo"` {
			t.Errorf("with the new key alone: changed %v", got)
		}
		if got := again(fresh, func(d *order.Draft) { d.Invoice.Title = "别的公司" }); len(got) != 1 || got[0] != `"invoice"` {
			t.Errorf("another title: changed %v", got)
		}
		fresh.Clean()
	})
}

// What was read and changed meanwhile is not written over: an erasure stands.
func TestResealWritesNothingOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		old := with(flowtest.Open(t, d), ring(t, oldKey))
		both := ring(t, newKey+","+oldKey)
		o := sold(old, "T1", 1)
		n := old.Order(o).Recipient
		old.Write(func(tx *db.Tx) error {
			if _, err := customer.Erase(tx, []id.Recipient{n}, "函"); err != nil {
				return err
			}
			turn, err := customer.ResealRecipients(tx, both, 0, 10)
			if turn.Changed != 0 || turn.Seen != 1 || turn.Next != 0 {
				t.Errorf("%+v", turn)
			}
			return err
		})
		var left []byte
		dbtest.Read(t, d, func(tx *db.Tx) error {
			people, err := customer.Get(tx, []id.Recipient{n})
			r := people[n]
			left = bytes.Join([][]byte{r.Name.Cipher, r.Phone.Cipher, r.Address.Cipher, r.Digest}, nil)
			return err
		})
		if len(left) > 0 {
			t.Errorf("%d bytes are back", len(left))
		}
	})
}

// A million recipients in ten minutes is the promise: some 1,700 a second. Only the first
// round has something to do: run it with -benchtime 1x.
func BenchmarkReseal(b *testing.B) {
	d := dbtest.Open(b, db.SQLite, db.Options{})
	old, both := ring(b, oldKey), ring(b, newKey+","+oldKey)
	const rows = 20_000
	write := func(fn func(*db.Tx) error) { dbtest.Write(b, d, fn) }
	for from := 0; from < rows; from += 1000 {
		write(func(tx *db.Tx) error {
			var list []customer.Owned
			for i := range 1000 {
				p := customer.Prepare(old, "taobao", customer.BuyerDraft{}, customer.Contact{Name: "陈小平", Phone: fmt.Sprintf("138%08d", from+i),
					Province: "浙江省", City: "杭州市", District: "余杭区", Detail: "文一西路 969 号 3 幢"})
				p.Recipient = id.Recipient(tx.NewID())
				list = append(list, customer.Owned{Party: p, Order: id.Order(from + i)})
			}
			return customer.Recipients(tx, list)
		})
	}
	b.ResetTimer()
	done := int64(0)
	for b.Loop() {
		for after := int64(0); ; {
			var turn seal.Turn
			write(func(tx *db.Tx) (err error) { turn, err = customer.ResealRecipients(tx, both, after, 1000); return err })
			done += turn.Changed
			if after = turn.Next; after == 0 {
				break
			}
		}
	}
	b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "rows/s")
}
