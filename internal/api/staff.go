package api

import (
	"fmt"
	"slices"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/inventory"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

func staffRoutes() []Route {
	return []Route{
		{"GET", "/api/v1/staff", staff.StaffRead, "listStaff", "人员列表", "The people who work here", reads(listStaff)},
		{"GET", "/api/v1/roles", staff.StaffRead, "listRoles", "角色与权限", "The roles and what each may do", reads(listRoles)},
		{"GET", "/api/v1/keys", staff.StaffRead, "listKeys", "API 密钥列表,新的在前", "The API keys, the newest first", reads(listKeys)},
		{"POST", "/api/v1/keys", staff.KeyManage, "makeKey", "新建 API 密钥;密钥只显示一次", "Make an API key; its secret is told once", commands(201, makeKey)},
		{"DELETE", "/api/v1/keys/{id}", staff.KeyManage, "revokeKey", "停用 API 密钥", "Revoke an API key", commands(200, revokeKey)},
	}
}

// scopeView is where somebody's permits hold.
type scopeView struct {
	AllShops      bool     `json:"all_shops"`
	Shops         []string `json:"shops"`
	AllWarehouses bool     `json:"all_warehouses"`
	Warehouses    []string `json:"warehouses"`
}

// codes are those of all shops and warehouses, to show scopes with.
type codes struct {
	shops  map[id.Shop]string
	places map[id.Warehouse]string
}

func allCodes(tx *db.Tx) (c codes, err error) {
	c = codes{map[id.Shop]string{}, map[id.Warehouse]string{}}
	shops, err := shop.All(tx)
	if err != nil {
		return c, err
	}
	for _, s := range shops {
		c.shops[s.ID] = s.Code
	}
	places, err := inventory.Warehouses(tx)
	for _, w := range places {
		c.places[w.ID] = w.Code
	}
	return c, err
}

func (c codes) scope(s staff.Scope) scopeView {
	v := scopeView{AllShops: s.AllShops, Shops: []string{}, AllWarehouses: s.AllWarehouses, Warehouses: []string{}}
	for _, n := range s.Shops {
		v.Shops = append(v.Shops, c.shops[n])
	}
	for _, n := range s.Warehouses {
		v.Warehouses = append(v.Warehouses, c.places[n])
	}
	return v
}

type staffView struct {
	StaffID      string    `json:"staff_id"`
	Login        string    `json:"login"`
	Name         string    `json:"name"`
	Roles        []string  `json:"roles"`
	Scope        scopeView `json:"scope"`
	SecondFactor bool      `json:"second_factor"`
	SignedInAt   string    `json:"signed_in_at,omitempty"`
	DisabledAt   string    `json:"disabled_at,omitempty"`
	CreatedAt    string    `json:"created_at"`
	Version      int64     `json:"version"`
}

type staffPage struct {
	Staff []staffView `json:"staff"`
}

// listStaff gives the people whose scope lies within the caller's.
func listStaff(c *call, tx *db.Tx, _ none) (staffPage, error) {
	page := staffPage{Staff: []staffView{}}
	names, err := allCodes(tx)
	if err != nil {
		return page, err
	}
	people, err := staff.List(tx)
	for _, p := range people {
		if p.Scope.Within(c.caller.Scope) {
			page.Staff = append(page.Staff, staffView{StaffID: p.ID.String(), Login: p.Login, Name: p.Name, Roles: append([]string{}, p.Roles...),
				Scope: names.scope(p.Scope), SecondFactor: p.HasCode, SignedInAt: instant(p.SignedInAt), DisabledAt: instant(p.DisabledAt),
				CreatedAt: instant(p.CreatedAt), Version: p.Version})
		}
	}
	return page, err
}

type roleView struct {
	Role    string   `json:"role"`
	ZH      string   `json:"zh"`
	EN      string   `json:"en"`
	Machine bool     `json:"machine" doc:"A kind of API key." zh:"密钥种类"`
	Careful bool     `json:"careful" doc:"Granted by owners only, with a second factor." zh:"只能由老板授予,需二次验证"`
	Permits []string `json:"permits"`
}

type rolesView struct {
	Roles []roleView `json:"roles"`
}

func listRoles(*call, *db.Tx, none) (rolesView, error) {
	v := rolesView{Roles: []roleView{}}
	for _, r := range staff.Roles() {
		one := roleView{Role: r.Code, ZH: r.ZH, EN: r.EN, Machine: r.Machine, Careful: r.Careful, Permits: []string{}}
		for _, p := range r.Permits {
			one.Permits = append(one.Permits, string(p))
		}
		v.Roles = append(v.Roles, one)
	}
	return v, nil
}

type keyView struct {
	KeyID     string    `json:"key_id"`
	Name      string    `json:"name"`
	Prefix    string    `json:"prefix"`
	Kind      string    `json:"kind"`
	Scope     scopeView `json:"scope"`
	Addresses []string  `json:"addresses"`
	CreatedBy string    `json:"created_by"`
	CreatedAt string    `json:"created_at"`
	UsedAt    string    `json:"used_at,omitempty"`
	ExpiresAt string    `json:"expires_at,omitempty"`
	RevokedAt string    `json:"revoked_at,omitempty"`
}

func (c codes) key(k staff.Key) keyView {
	v := keyView{KeyID: k.ID.String(), Name: k.Name, Prefix: k.Prefix, Kind: k.Kind.Code, Scope: c.scope(k.Scope), Addresses: []string{},
		CreatedBy: k.CreatedBy, CreatedAt: instant(k.CreatedAt), UsedAt: instant(k.UsedAt), ExpiresAt: instant(k.ExpiresAt),
		RevokedAt: instant(k.RevokedAt)}
	for _, a := range k.Addresses {
		v.Addresses = append(v.Addresses, a.String())
	}
	return v
}

type keysView struct {
	Keys []keyView `json:"keys"`
}

func listKeys(c *call, tx *db.Tx, _ none) (keysView, error) {
	v := keysView{Keys: []keyView{}}
	names, err := allCodes(tx)
	if err != nil {
		return v, err
	}
	list, err := staff.ListKeys(tx)
	for _, k := range list {
		if k.Scope.Within(c.caller.Scope) {
			v.Keys = append(v.Keys, names.key(k))
		}
	}
	return v, err
}

type keyBody struct {
	Name          string   `json:"name" maxLength:"64"`
	Kind          string   `json:"kind" doc:"A role that is for machines." zh:"密钥种类"`
	AllShops      bool     `json:"all_shops,omitempty"`
	Shops         []string `json:"shops,omitempty" maxItems:"500"`
	AllWarehouses bool     `json:"all_warehouses,omitempty"`
	Warehouses    []string `json:"warehouses,omitempty" maxItems:"500"`
	Addresses     []string `json:"addresses,omitempty" maxItems:"100" doc:"That may call; none means all. Such as 203.0.113.7 or 10.0.0.0/8." zh:"允许调用的地址或网段;不写表示全部"`
	Days          int64    `json:"days,omitempty" minimum:"0" maximum:"3650" doc:"How long it lives; 0: until it is revoked." zh:"有效天数;0 表示直到停用"`
}

// madeKey is a new key with its secret, which a repeat does not hear.
type madeKey struct {
	Key    keyView `json:"key"`
	Secret string  `json:"secret,omitempty" doc:"Told once." zh:"只显示这一次"`
}

func (m madeKey) shown() any {
	m.Secret = ""
	return m
}

func makeKey(c *call, tx *db.Tx, b keyBody) (madeKey, error) {
	scope, err := c.scopeOf(tx, b)
	if err != nil {
		return madeKey{}, err
	}
	if b.Days < 0 || b.Days > 3650 {
		return madeKey{}, ErrFields.Field("days", "应在 0 到 3650 之间", "is 0 to 3650")
	}
	k, secret, err := c.api.cfg.Guard.MakeKey(tx, c.caller, staff.KeyDraft{Name: b.Name, Kind: b.Kind, Scope: scope, Addresses: b.Addresses,
		Lives: time.Duration(b.Days) * 24 * time.Hour})
	if err != nil {
		return madeKey{}, err
	}
	names, err := allCodes(tx)
	return madeKey{Key: names.key(k), Secret: secret}, err
}

// scopeOf reads the scope of a key; a code outside of the caller's own does not exist.
func (c *call) scopeOf(tx *db.Tx, b keyBody) (s staff.Scope, err error) {
	s = staff.Scope{AllShops: b.AllShops, AllWarehouses: b.AllWarehouses}
	shops, err := c.shops(tx)
	if err != nil {
		return s, err
	}
	places, err := c.warehouses(tx)
	if err != nil {
		return s, err
	}
	bad := ErrFields
	if len(b.Shops) > rowsMax || len(b.Warehouses) > rowsMax {
		return s, bad.Field("shops", "最多 500 个", "are at most 500")
	}
	for i, code := range b.Shops {
		found := false
		for _, one := range shops {
			if one.Code == shop.Fold(code) {
				found = true
				s.Shops = append(s.Shops, one.ID)
			}
		}
		if !found && len(bad.Fields) < fieldsMax {
			bad = bad.Field(fmt.Sprintf("shops[%d]", i), "没有这个店铺", "there is no such shop")
		}
	}
	for i, code := range b.Warehouses {
		w, seen := places.named(code)
		if !seen && len(bad.Fields) < fieldsMax {
			bad = bad.Field(fmt.Sprintf("warehouses[%d]", i), ErrWarehouse.ZH, ErrWarehouse.EN)
		}
		s.Warehouses = append(s.Warehouses, w.ID)
	}
	if len(bad.Fields) > 0 {
		return s, bad
	}
	slices.Sort(s.Shops)
	slices.Sort(s.Warehouses)
	s.Shops, s.Warehouses = slices.Compact(s.Shops), slices.Compact(s.Warehouses)
	return s, nil
}

func revokeKey(c *call, tx *db.Tx, _ none) (keyView, error) {
	n, ok := id.Parse("K", c.r.PathValue("id"))
	if !ok {
		return keyView{}, staff.ErrKeyMissing
	}
	k, err := staff.GetKey(tx, id.Key(n))
	if err == nil && !k.Scope.Within(c.caller.Scope) {
		err = staff.ErrKeyMissing
	}
	if err != nil {
		return keyView{}, err
	}
	if err := staff.RevokeKey(tx, c.caller, k.ID); err != nil {
		return keyView{}, err
	}
	if k, err = staff.GetKey(tx, k.ID); err != nil {
		return keyView{}, err
	}
	names, err := allCodes(tx)
	return names.key(k), err
}
