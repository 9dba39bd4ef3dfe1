package staff_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/id"
	"baihuo/internal/staff"
)

func (h *house) key(d staff.KeyDraft) (k staff.Key, secret string) {
	h.Helper()
	h.must(func(tx *db.Tx) (err error) { k, secret, err = h.guard.MakeKey(tx, top, d); return err })
	return k, secret
}

func TestMakeKey(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		k, secret := h.key(staff.KeyDraft{Name: " 收银 ", Kind: "key_orders", Scope: in([]id.Shop{2, 1}, nil), Addresses: []string{"10.1.2.3/8", "203.0.113.7", "::ffff:198.51.100.1"},
			Lives: time.Hour})
		if k.Name != "收银" || !strings.HasPrefix(secret, k.Prefix) || len(k.Prefix) > 10 || k.ExpiresAt != db.At(h.clock.Now().Add(time.Hour)) {
			t.Errorf("made %+v", k)
		}
		if diff := cmp.Diff([]string{"10.0.0.0/8", "203.0.113.7/32", "198.51.100.1/32"}, strings.Split(strings.Trim(fmt.Sprint(k.Addresses), "[]"), " ")); diff != "" {
			t.Error(diff)
		}
		if n := h.count(`SELECT COUNT(*) FROM api_keys WHERE prefix = $1 OR name = $1`, secret); n != 0 {
			t.Error("the secret lies open")
		}
		many := make([]string, 101)
		for i := range many {
			many[i] = fmt.Sprintf("10.0.0.%d", i)
		}
		for field, d := range map[string]staff.KeyDraft{
			"name":      {Name: " ", Kind: "key_reader"},
			"kind":      {Name: "x", Kind: "owner"},
			"lives":     {Name: "x", Kind: "key_reader", Lives: -time.Hour},
			"addresses": {Name: "x", Kind: "key_reader", Addresses: []string{"10.0.0.0/33"}},
		} {
			err := h.write(func(tx *db.Tx) error { _, _, err := h.guard.MakeKey(tx, top, d); return err })
			h.want(err, staff.ErrKeyInvalid)
			if !strings.Contains(err.Error(), field+":") {
				t.Errorf("%s: %v", field, err)
			}
		}
		for _, addresses := range [][]string{many, {"::ffff:10.0.0.0/104"}, {""}} {
			err := h.write(func(tx *db.Tx) error {
				_, _, err := h.guard.MakeKey(tx, top, staff.KeyDraft{Name: "x", Kind: "key_reader", Addresses: addresses})
				return err
			})
			h.want(err, staff.ErrKeyInvalid)
		}
		h.sound()
	})
}

func TestKeyGranting(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		small := in([]id.Shop{1}, []id.Warehouse{8})
		admin := h.hireIn(small, "admin", "admin").Caller()
		full, _ := h.key(staff.KeyDraft{Name: "all", Kind: "key_reader", Scope: staff.Everywhere()})
		for name, c := range map[string]struct {
			by    staff.Caller
			kind  string
			scope staff.Scope
			want  string
		}{
			"a key within":         {admin, "key_orders", small, ""},
			"a key of every call":  {admin, "key_full", small, "staff_beyond"},
			"a key beyond":         {admin, "key_reader", staff.Everywhere(), "staff_beyond"},
			"by a reader":          {h.hireIn(small, "looker", "reader").Caller(), "key_reader", small, "not_permitted"},
			"by a key":             {full.Caller(), "key_reader", small, "not_permitted"},
			"by an owner":          {h.hire("boss", "owner").Caller(), "key_full", staff.Everywhere(), ""},
			"by nobody":            {staff.Caller{}, "key_reader", staff.Scope{}, "not_permitted"},
			"by a self-made owner": {staff.Caller{Actor: "K-9", Key: 9, Roles: []string{"owner"}, Scope: staff.Everywhere()}, "key_full", small, "not_permitted"},
		} {
			err := h.write(func(tx *db.Tx) error {
				_, _, err := h.guard.MakeKey(tx, c.by, staff.KeyDraft{Name: "x", Kind: c.kind, Scope: c.scope})
				return err
			})
			if says(err) != c.want {
				t.Errorf("%s: %v, want %q", name, err, c.want)
			}
		}
		h.want(h.write(func(tx *db.Tx) error { return staff.RevokeKey(tx, admin, full.ID) }), staff.ErrBeyond)
		h.want(h.write(func(tx *db.Tx) error { return staff.RevokeKey(tx, full.Caller(), full.ID) }), staff.ErrNotPermitted)
		h.want(h.write(func(tx *db.Tx) error { return staff.RevokeKey(tx, top, 12345) }), staff.ErrKeyMissing)
		h.want(h.write(func(tx *db.Tx) error { return staff.RevokeKey(tx, top, full.ID) }), nil)
		h.want(h.write(func(tx *db.Tx) error { return staff.RevokeKey(tx, top, full.ID) }), nil)
		if diff := cmp.Diff([]string{"key_made", "key_revoked"}, h.story(int64(full.ID))); diff != "" {
			t.Error(diff)
		}
	})
}

var somewhere = netip.MustParseAddr("192.0.2.9")

func TestRing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ring := staff.NewRing(h.d, h.guard)
		call := func(secret string, from netip.Addr) error { _, err := ring.Caller(ctx, secret, from); return err }
		k, secret := h.key(staff.KeyDraft{Name: "x", Kind: "key_orders", Scope: in([]id.Shop{3}, nil)})
		c, err := ring.Caller(ctx, secret, somewhere)
		if err != nil || c.Actor != k.ID.String() || !c.May(staff.OrderPlace) || c.May(staff.OrderHold) || !c.Scope.HasShop(3) || c.Scope.HasShop(4) {
			t.Errorf("called as %+v: %v", c, err)
		}
		for _, wrong := range []string{"", "bh_", k.Prefix, secret[:len(secret)-1] + "x", secret + "x", strings.Repeat("bh_x", 60), "bh_" + strings.Repeat("x", 43)} {
			h.want(call(wrong, somewhere), staff.ErrUnauthorized)
		}

		h.must(func(tx *db.Tx) error { return staff.RevokeKey(tx, top, k.ID) })
		h.want(call(secret, somewhere), nil) // for a moment
		h.clock.Advance(staff.KeyCacheLives)
		h.want(call(secret, somewhere), staff.ErrUnauthorized)

		_, short := h.key(staff.KeyDraft{Name: "x", Kind: "key_reader", Lives: time.Minute})
		h.want(call(short, somewhere), nil)
		h.clock.Advance(time.Minute - time.Second)
		h.want(call(short, somewhere), nil)
		h.clock.Advance(time.Second) // though it was seen a second ago
		h.want(call(short, somewhere), staff.ErrUnauthorized)

		_, bound := h.key(staff.KeyDraft{Name: "x", Kind: "key_reader", Addresses: []string{"192.0.2.0/28", "2001:db8::/32"}})
		h.want(call(bound, somewhere), nil)
		h.want(call(bound, netip.MustParseAddr("::ffff:192.0.2.9")), nil)
		h.want(call(bound, netip.MustParseAddr("2001:db8::5")), nil)
		h.want(call(bound, netip.MustParseAddr("192.0.2.99")), staff.ErrUnauthorized)
		h.want(call(bound, netip.Addr{}), staff.ErrUnauthorized)
	})
}

// That a key is used is written down once a minute, not at each call.
func TestKeyUse(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ring := staff.NewRing(h.d, h.guard)
		k, secret := h.key(staff.KeyDraft{Name: "x", Kind: "key_reader"})
		before := h.d.Stats().Functions.Load()
		for range 20 {
			if _, err := ring.Caller(ctx, secret, somewhere); err != nil {
				t.Fatal(err)
			}
			h.clock.Advance(4 * time.Second)
		}
		if n := h.d.Stats().Functions.Load() - before; n != 2 {
			t.Errorf("80 seconds of calls cost %d writes, want 2", n)
		}
		dbtest.Read(t, h.d, func(tx *db.Tx) error {
			now, err := staff.GetKey(tx, k.ID)
			if now.UsedAt == 0 || now.Version != 1 {
				t.Errorf("used at %d, version %d", now.UsedAt, now.Version)
			}
			return err
		})
	})
}

func BenchmarkRing(b *testing.B) {
	h := open(b, db.SQLite)
	ring := staff.NewRing(h.d, h.guard)
	_, secret := h.key(staff.KeyDraft{Name: "x", Kind: "key_full", Scope: staff.Everywhere()})
	b.Run("seen", func(b *testing.B) {
		for b.Loop() {
			if _, err := ring.Caller(ctx, secret, somewhere); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			h.clock.Advance(staff.KeyCacheLives)
			if _, err := ring.Caller(ctx, secret, somewhere); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("wrong", func(b *testing.B) {
		for b.Loop() {
			if _, err := ring.Caller(ctx, secret+"x", somewhere); err == nil {
				b.Fatal("a wrong key is right")
			}
		}
	})
}
