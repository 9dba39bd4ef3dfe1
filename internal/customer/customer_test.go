package customer_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/id"
	"baihuo/internal/seal"
)

const (
	oldKey   = "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	thirdKey = "3:AAAAAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	newKey   = "2://///wQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
)

func ring(t testing.TB, keys string) *seal.Keyring {
	t.Helper()
	parsed, err := seal.ParseKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	return seal.NewKeyring(rand.Reader, parsed...)
}

func contact(name, phone string) customer.Contact {
	return customer.Contact{Name: name, Phone: phone, Province: "浙江省", City: "杭州市", District: "余杭区", Detail: "文一西路 969 号 3 幢"}
}

// enter writes one buyer and recipient of an order and gives the recipient.
func enter(t testing.TB, d *db.DB, keys *seal.Keyring, o id.Order, buyer customer.BuyerDraft, c customer.Contact) *customer.Party {
	t.Helper()
	p := customer.Prepare(keys, "taobao", buyer, c)
	dbtest.Write(t, d, func(tx *db.Tx) error {
		p.Recipient = id.Recipient(tx.NewID())
		if err := customer.Buyers(tx, []*customer.Party{p}); err != nil {
			return err
		}
		return customer.Recipients(tx, []customer.Owned{{Party: p, Order: o}})
	})
	return p
}

func reveal(d *db.DB, keys *seal.Keyring, actor string, n id.Recipient, reason string) error {
	return d.Write(context.Background(), db.By{Actor: actor, Cause: "page"}, func(tx *db.Tx) error {
		_, err := customer.Reveal(tx, keys, n, reason)
		return err
	})
}

func TestReveal(t *testing.T) {
	clock := dbtest.NewClock()
	dbtest.EachWith(t, db.Options{Clock: clock.Now}, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.NewClock().Now())
		keys := ring(t, oldKey)
		n := enter(t, d, keys, 7, customer.BuyerDraft{Name: "买家"}, contact("陈小平", "13800138000")).Recipient
		quota := func(text string) {
			dbtest.Write(t, d, func(tx *db.Tx) error { return db.SetSetting(tx, customer.SettingQuota, text) })
		}
		for name, c := range map[string]struct {
			reason string
			want   error
		}{
			"no reason":                {" \n", customer.ErrReasonMissing},
			"a story":                  {strings.Repeat("长", 501), customer.ErrReasonMissing},
			"a reason with the name":   {"陈小平来电", customer.ErrReasonPersonal},
			"a reason with the number": {"电话 138-0013 8000", customer.ErrReasonPersonal},
			"a good reason":            {"买家来电改地址,工单 88", nil},
		} {
			if err := reveal(d, keys, "S-1", n, c.reason); !errors.Is(err, c.want) && (err != nil || c.want != nil) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		if err := reveal(d, keys, "S-1", 1, "x"); !errors.Is(err, customer.ErrRecipientMissing) {
			t.Errorf("a recipient that is not there: %v", err)
		}
		dbtest.Read(t, d, func(tx *db.Tx) error {
			if spent, err := customer.Spent(tx, "S-1"); err != nil || spent != 1 {
				t.Errorf("%d spent, %v: what was refused costs nothing", spent, err)
			}
			return nil
		})
		t.Run("two at once cannot pass the limit together", func(t *testing.T) {
			quota("20")
			var opened, refused atomic.Int64
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					for range 5 {
						switch err := reveal(d, keys, "S-2", n, "工单 89"); {
						case err == nil:
							opened.Add(1)
						case errors.Is(err, customer.ErrQuota):
							refused.Add(1)
						default:
							t.Error(err)
						}
					}
				})
			}
			all.Wait()
			if opened.Load() != 20 || refused.Load() != 20 {
				t.Errorf("%d opened, %d refused", opened.Load(), refused.Load())
			}
		})
		t.Run("another person and another day have their own", func(t *testing.T) {
			if err := reveal(d, keys, "S-3", n, "工单 90"); err != nil {
				t.Error(err)
			}
			// 2026-11-11 15:59 UTC is still the 11th in China, a minute later the 12th.
			clock.Set(time.Date(2026, 11, 11, 15, 59, 59, 0, time.UTC))
			if err := reveal(d, keys, "S-2", n, "工单 89"); !errors.Is(err, customer.ErrQuota) {
				t.Error(err)
			}
			clock.Advance(2 * time.Second)
			if err := reveal(d, keys, "S-2", n, "工单 89"); err != nil {
				t.Error(err)
			}
		})
		t.Run("an errand has no quota, and nobody has one of nothing", func(t *testing.T) {
			quota("0")
			if err := reveal(d, keys, "S-4", n, "工单 91"); !errors.Is(err, customer.ErrQuota) {
				t.Error(err)
			}
			dbtest.Write(t, d, func(tx *db.Tx) error {
				c, err := customer.OpenFor(tx, keys, n, "notice order-received-7")
				if c.Phone != "13800138000" || c.Name != "陈小平" || !strings.Contains(c.Detail, "969") {
					t.Errorf("opened as %q %q %q", c.Name, c.Phone, c.Detail)
				}
				return err
			})
		})
	})
}

func TestWhoSaw(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		keys := ring(t, oldKey)
		first := enter(t, d, keys, 7, customer.BuyerDraft{}, contact("陈小平", "13800138000")).Recipient
		second := enter(t, d, keys, 8, customer.BuyerDraft{}, contact("陈大平", "+86 138 0013 8000")).Recipient
		other := enter(t, d, keys, 9, customer.BuyerDraft{}, contact("王五", "13800138001")).Recipient
		for _, n := range []id.Recipient{first, second, other, first} {
			if err := reveal(d, keys, "S-1", n, fmt.Sprintf("工单 %d", n)); err != nil {
				t.Fatal(err)
			}
		}
		dbtest.Write(t, d, func(tx *db.Tx) error { return customer.Note(tx, []id.Recipient{second}, customer.Exported, "函") })
		look := func(phone string, limit int) (all []string) {
			dbtest.Read(t, d, func(tx *db.Tx) error {
				seen, err := customer.WhoSaw(tx, keys, phone, limit)
				for _, s := range seen {
					all = append(all, fmt.Sprintf("%s %s %d", s.Actor, s.What, s.Order))
				}
				return err
			})
			slices.Sort(all)
			return all
		}
		if got := strings.Join(look("138 0013 8000", 100), "; "); got != "S-1 revealed 7; S-1 revealed 7; S-1 revealed 8; test exported 8" {
			t.Error(got)
		}
		if got := look("13800138000", 2); len(got) != 2 {
			t.Errorf("a limit of 2 gives %v", got)
		}
		if got := look("13900139000", 100); len(got) != 0 {
			t.Errorf("nobody's number gives %v", got)
		}
		for _, phone := range []string{"8000", "138****8000", "", "不是电话"} {
			err := d.Read(t.Context(), func(tx *db.Tx) error { _, err := customer.WhoSaw(tx, keys, phone, 1); return err })
			if !errors.Is(err, customer.ErrPhone) {
				t.Errorf("%q: %v", phone, err)
			}
		}
	})
}

// Each question of WhoSaw has its index: no table is read through.
func TestWhoSawReadsByIndex(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		explain := "EXPLAIN QUERY PLAN "
		if d.Engine() == db.Postgres {
			explain = "EXPLAIN "
		}
		for _, text := range customer.SawTexts {
			var plan strings.Builder
			dbtest.Write(t, d, func(tx *db.Tx) error {
				if d.Engine() == db.Postgres { // an empty table is read through gladly
					if _, err := tx.Exec(`SET LOCAL enable_seqscan = off`); err != nil {
						return err
					}
				}
				return tx.Each(explain+text, func(r db.Row) error {
					var a, b, c, line any
					err := r.Scan(&a, &b, &c, &line)
					if d.Engine() == db.Postgres {
						err = r.Scan(&line)
					}
					fmt.Fprintln(&plan, line)
					return err
				}, []byte("x"), 10)
			})
			if !strings.Contains(plan.String(), "recipients_phone_index") && !strings.Contains(plan.String(), "erasures_phone_digest") {
				t.Errorf("%s:\n%s", text, plan.String())
			}
		}
	})
}

// Two hundred thousand recipients, one of them asked about: aim well under a second.
func BenchmarkWhoSaw(b *testing.B) {
	d := dbtest.Open(b, db.SQLite, db.Options{})
	keys := ring(b, oldKey)
	for from := 0; from < 200_000; from += 1000 {
		dbtest.Write(b, d, func(tx *db.Tx) error {
			var list []customer.Owned
			for i := range 1000 {
				p := customer.Prepare(keys, "taobao", customer.BuyerDraft{}, contact("陈小平", fmt.Sprintf("138%08d", from+i)))
				p.Recipient = id.Recipient(tx.NewID())
				list = append(list, customer.Owned{Party: p, Order: id.Order(from + i)})
			}
			if err := customer.Recipients(tx, list); err != nil {
				return err
			}
			var seen []id.Recipient
			for i := range 20 {
				seen = append(seen, list[i*50].Recipient)
			}
			return customer.Note(tx, seen, customer.Revealed, "工单")
		})
	}
	b.ResetTimer()
	for b.Loop() {
		dbtest.Read(b, d, func(tx *db.Tx) error {
			seen, err := customer.WhoSaw(tx, keys, "13800100050", 100)
			if len(seen) != 1 {
				b.Fatalf("%d sights", len(seen))
			}
			return err
		})
	}
}

// Nodes with the old key alone and with both, in either order, agree on who is one buyer,
// before the digests are turned, while and after.
func TestBuyersAcrossKeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		old, both, turned, fresh := ring(t, oldKey), ring(t, oldKey+","+newKey), ring(t, newKey+","+oldKey), ring(t, newKey)
		buyers := func(keys *seal.Keyring, names ...string) (ids []id.Buyer) {
			for _, name := range names {
				ids = append(ids, enter(t, d, keys, 1, customer.BuyerDraft{Name: name, ID: "id-" + name}, contact(name, "13800138000")).Buyer)
			}
			return ids
		}
		before := buyers(old, "甲", "乙")
		rolling := buyers(both, "甲", "丙")
		same := func(what string, keys *seal.Keyring) {
			t.Helper()
			if got := buyers(keys, "甲", "乙", "丙"); !slices.Equal(got, []id.Buyer{before[0], before[1], rolling[1]}) {
				t.Errorf("%s: %v, want %v %v", what, got, before, rolling)
			}
		}
		if rolling[0] != before[0] {
			t.Error("a node with both keys does not know the buyer of one with the old key")
		}
		same("the old node", old)
		dbtest.Write(t, d, func(tx *db.Tx) error { return customer.TurnDigests(tx, both) })
		same("both keys, turned", turned)
		late := buyers(turned, "丁")
		for more := true; more; {
			dbtest.Write(t, d, func(tx *db.Tx) error {
				turn, err := customer.ResealBuyers(tx, both, 0, 100)
				more = turn.Changed > 0
				return err
			})
		}
		same("both keys, after", both)
		same("the new key alone", fresh)
		if got := buyers(fresh, "丁"); got[0] != late[0] {
			t.Error("a buyer entered after the turn is not known")
		}
		stranger := customer.Prepare(ring(t, oldKey+","+thirdKey), "taobao", customer.BuyerDraft{Name: "甲"}, customer.Contact{})
		dbtest.Write(t, d, func(tx *db.Tx) error {
			err := customer.Buyers(tx, []*customer.Party{stranger})
			if !errors.Is(err, customer.ErrKeyMissing) {
				t.Errorf("a node without the key of the digests: %v", err)
			}
			return nil
		})
	})
}

// Many nodes enter the same new buyers while the digests are turned: each is one buyer.
func TestTurnDigestsUnderLoad(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		both := ring(t, oldKey+","+newKey)
		var all sync.WaitGroup
		for w := range 4 {
			all.Go(func() {
				for i := range 40 {
					if w == 0 && i == 20 {
						dbtest.Write(t, d, func(tx *db.Tx) error { return customer.TurnDigests(tx, both) })
					}
					enter(t, d, both, 1, customer.BuyerDraft{Name: fmt.Sprintf("买家%d", i)}, contact("陈小平", "13800138000"))
				}
			})
		}
		all.Wait()
		dbtest.Read(t, d, func(tx *db.Tx) error {
			n, err := tx.Number(`SELECT COUNT(*) FROM buyers`)
			if n != 40 {
				t.Errorf("%d buyers, want 40", n)
			}
			return err
		})
	})
}

func TestAdmitKeys(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		admit := func(keys *seal.Keyring) error {
			return d.Write(t.Context(), dbtest.By, func(tx *db.Tx) error { return customer.AdmitKeys(tx, keys) })
		}
		old, both, fresh := ring(t, oldKey), ring(t, newKey+","+oldKey), ring(t, newKey)
		wrong := ring(t, "1"+thirdKey[1:])
		for _, step := range []struct {
			name string
			keys *seal.Keyring
			want error
		}{
			{"the first start", old, nil}, {"the same again", old, nil}, {"another key of the same version", wrong, customer.ErrKeyDiffers},
			{"the new key alone, too early", fresh, customer.ErrKeyMissing}, {"both", both, nil}, {"the old one alone, too late", old, customer.ErrKeyMissing},
		} {
			if err := admit(step.keys); !errors.Is(err, step.want) && (err != nil || step.want != nil) {
				t.Errorf("%s: %v, want %v", step.name, err, step.want)
			}
		}
		dbtest.Write(t, d, func(tx *db.Tx) error { return customer.DropKeys(tx, both) })
		for name, keys := range map[string]*seal.Keyring{"the new key alone": fresh, "both still": both, "the new key again": fresh} {
			if err := admit(keys); err != nil {
				t.Errorf("after the rotation, %s: %v", name, err)
			}
		}
	})
}

// What is said of an order stands on its timeline for good: nobody is named there.
func TestScrub(t *testing.T) {
	who, c := customer.BuyerDraft{Name: "买家小鸟"}, contact("陈小平", "13800138000")
	for note, want := range map[string]string{
		"":                       "",
		"加急":                     "加急",
		"陈小平 13800138000 催单":     "陈*平 138****8000 催单",
		"买家小鸟要求":                 "买**鸟要求",
		"号码 138 0013 8000":       "",
		"送 文一西路 969 号 3 幢 门口":    "送 文一西路*** 门口",
		"单号 2026111112345678901": "单号 2026111112345678901",
	} {
		if got := customer.Scrub(note, who, c); got != want && !(note == "买家小鸟要求" && !strings.Contains(got, "买家小鸟")) {
			t.Errorf("%q: %q, want %q", note, got, want)
		}
	}
}

func TestPlaceInWords(t *testing.T) {
	keys := seal.NewKeyring(rand.Reader, seal.Key{Version: 1})
	for _, c := range []struct{ name, detail, want string }{
		{"a_municipality_is_named_once", "北京市丰台区丰台路1号", "北京市丰台区"},
		{"a_city_of_a_province_is_named_beside_it", "浙江省杭州市西湖区文三路1号", "浙江省杭州市西湖区"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := customer.Prepare(keys, "taobao", customer.BuyerDraft{}, customer.Contact{Name: "王小明", Phone: "13800138000", Detail: c.detail})
			if p.Place != c.want {
				t.Errorf("got %s", p.Place)
			}
		})
	}
}
