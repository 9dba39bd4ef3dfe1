package staff

import (
	"net/netip"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// Key is a machine's right to call. Two may live side by side while one replaces
// the other. A revoked key is kept: the journal names it.
type Key struct {
	ID   id.Key
	Name string
	// Prefix is how the key begins, to tell keys apart.
	Prefix string
	Kind   Role
	Scope  Scope
	// Addresses may call; none means all.
	Addresses []netip.Prefix
	CreatedBy string
	CreatedAt db.Instant
	UsedAt    db.Instant
	// ExpiresAt and RevokedAt are 0 while they do not hold.
	ExpiresAt db.Instant
	RevokedAt db.Instant
	Version   int64
}

// Caller is the key as a door knows it.
func (k Key) Caller() Caller {
	return Caller{Actor: k.ID.String(), Name: k.Name, Key: k.ID, Roles: []string{k.Kind.Code}, Lang: "", Scope: k.Scope,
		permits: permitsOf([]string{k.Kind.Code})}
}

// live says that the key may call at an instant from an address.
func (k Key) live(now db.Instant, from netip.Addr) bool {
	if k.RevokedAt != 0 || k.ExpiresAt != 0 && k.ExpiresAt <= now {
		return false
	}
	if len(k.Addresses) == 0 {
		return true
	}
	for _, p := range k.Addresses {
		if p.Contains(from.Unmap()) {
			return true
		}
	}
	return false
}

const keyColumns = `key_id, name, prefix, kind, shops, warehouses, addresses, created_by, created_at, used_at, expires_at, revoked_at, version`

func scanKey(r db.Row) (k Key, err error) {
	var kind, shops, warehouses, addresses string
	err = r.Scan(&k.ID, &k.Name, &k.Prefix, &kind, &shops, &warehouses, &addresses, &k.CreatedBy, &k.CreatedAt, &k.UsedAt,
		&k.ExpiresAt, &k.RevokedAt, &k.Version)
	k.Kind, _ = RoleOf(kind)
	k.Scope = decodeScope(shops, warehouses)
	for _, text := range strings.Fields(addresses) {
		p, e := netip.ParsePrefix(text)
		if e != nil {
			return k, e // leaving it out would let everybody in
		}
		k.Addresses = append(k.Addresses, p)
	}
	return k, err
}

// KeyDraft asks for a key.
type KeyDraft struct {
	Name  string
	Kind  string
	Scope Scope
	// Addresses are single addresses or ranges such as 10.0.0.0/8.
	Addresses []string
	// Lives is how long it may be used, 0 for until it is revoked.
	Lives time.Duration
}

// keyMark is how every key begins, so that a leaked one is recognised.
const keyMark = "bh_"

// MakeKey makes a key and gives it in the clear, once: only its digest is stored.
// Faults: ErrKeyInvalid, ErrNotPermitted, ErrBeyond.
func (g *Guard) MakeKey(tx *db.Tx, by Caller, d KeyDraft) (Key, string, error) {
	kind, addresses, err := d.check()
	if err != nil {
		return Key{}, "", err
	}
	if err := by.Need(KeyManage); err != nil {
		return Key{}, "", err
	}
	if kind.Careful && !by.owns() {
		return Key{}, "", ErrBeyond.With(kind.Code)
	}
	if !d.Scope.Within(by.Scope) {
		return Key{}, "", ErrBeyond.With("scope")
	}
	secret := keyMark + g.secret()
	var expires db.Instant
	if d.Lives > 0 {
		expires = g.now().Add(d.Lives)
	}
	n := id.Key(tx.NewID())
	shops, warehouses := d.Scope.encode()
	if _, err := tx.Exec(`/* staff.MakeKey */ INSERT INTO api_keys (key_id, digest, prefix, name, kind, shops, warehouses, addresses, created_by,
		created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, n, digest(secret), secret[:len(keyMark)+6], d.Name,
		d.Kind, shops, warehouses, strings.Join(addresses, " "), by.Actor, tx.Now(), expires); err != nil {
		return Key{}, "", err
	}
	journal.Write(tx, journal.Entry{Kind: "api_key", ID: int64(n), Version: 1, What: "key_made",
		Payload: journal.JSON(map[string]any{"kind": d.Kind, "shops": shops, "warehouses": warehouses})})
	k, err := GetKey(tx, n)
	return k, secret, err
}

// check brings a draft into its normal form and refuses what cannot be kept.
func (d *KeyDraft) check() (kind Role, addresses []string, err error) {
	kind, known := RoleOf(d.Kind)
	d.Name = strings.TrimSpace(d.Name)
	bad := ErrKeyInvalid
	if n := utf8.RuneCountInString(d.Name); n == 0 || n > 64 || strings.ContainsFunc(d.Name, unicode.IsControl) {
		bad = bad.Field("name", "请填写名称,最多 64 个字", "is needed, at most 64 characters")
	}
	if !known || !kind.Machine {
		bad = bad.Field("kind", "没有这种密钥", "there is no such kind of key")
	}
	if d.Lives < 0 || d.Lives > 10*365*24*time.Hour {
		bad = bad.Field("lives", "应在 0 到 10 年之间", "is 0 to 10 years")
	}
	for _, text := range d.Addresses {
		p, ok := prefixOf(strings.TrimSpace(text))
		if !ok {
			bad = bad.Field("addresses", "应为 IP 地址或网段,例如 203.0.113.7 或 10.0.0.0/8", "is an address or a range, such as 203.0.113.7 or 10.0.0.0/8")
			break
		}
		addresses = append(addresses, p.String())
	}
	if len(addresses) > addressesMax {
		bad = bad.Field("addresses", "最多 100 个", "are at most 100")
	}
	if len(bad.Fields) > 0 {
		return kind, nil, bad
	}
	return kind, addresses, nil
}

// addressesMax bounds what is looked through at each call.
const addressesMax = 100

func prefixOf(text string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked(), !p.Addr().Is4In6() // those never match: callers are known by their plain address
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, false
	}
	a = a.Unmap().WithZone("")
	return netip.PrefixFrom(a, a.BitLen()), true
}

// GetKey gives one key, or ErrKeyMissing.
func GetKey(tx *db.Tx, n id.Key) (Key, error) {
	list, err := db.List(tx, `/* staff.GetKey */ SELECT `+keyColumns+` FROM api_keys WHERE key_id = $1`, scanKey, n)
	if err == nil && len(list) == 0 {
		err = ErrKeyMissing
	}
	if err != nil {
		return Key{}, err
	}
	return list[0], nil
}

// ListKeys gives the keys, the newest first, at most 1,000.
func ListKeys(tx *db.Tx) ([]Key, error) {
	return db.List(tx, `/* staff.ListKeys */ SELECT `+keyColumns+` FROM api_keys ORDER BY key_id DESC LIMIT 1000`, scanKey)
}

// RevokeKey ends a key; nodes obey within KeyCacheLives. One that is revoked
// already stays as it is. Faults: ErrKeyMissing, ErrNotPermitted, ErrBeyond.
func RevokeKey(tx *db.Tx, by Caller, n id.Key) error {
	if err := by.Need(KeyManage); err != nil {
		return err
	}
	k, err := GetKey(tx, n)
	if err != nil {
		return err
	}
	if !k.Scope.Within(by.Scope) {
		return ErrBeyond.With("scope")
	}
	version, err := tx.Number(`/* staff.RevokeKey */ UPDATE api_keys SET revoked_at = $1, version = version + 1
		WHERE key_id = $2 AND revoked_at = 0 RETURNING version`, tx.Now(), n)
	if err != nil || version == 0 {
		return err
	}
	journal.Write(tx, journal.Entry{Kind: "api_key", ID: int64(n), Version: version, What: "key_revoked", Payload: "{}"})
	return nil
}

// byKey finds who calls with a key, or ErrUnauthorized.
func byKey(tx *db.Tx, secret string) (Key, error) {
	list, err := db.List(tx, `/* staff.byKey */ SELECT `+keyColumns+` FROM api_keys WHERE digest = $1`, scanKey, digest(secret))
	if err == nil && len(list) == 0 {
		err = ErrUnauthorized
	}
	if err != nil {
		return Key{}, err
	}
	return list[0], nil
}

// touchKey notes that a key was used, once a minute at most.
func touchKey(tx *db.Tx, n id.Key, now db.Instant) error {
	_, err := tx.Exec(`/* staff.touchKey */ UPDATE api_keys SET used_at = $1 WHERE key_id = $2 AND used_at <= $3`, now, n, now.Add(-seenEvery))
	return err
}
