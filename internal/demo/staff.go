package demo

import (
	"context"
	"errors"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/inventory"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// Password is everybody's in the demo, and nowhere else.
const Password = "baihuo-demo"

// crew is one person of every role. local people see the shop's own store, or the
// first warehouse.
var crew = []struct {
	role, name string
	local      bool
}{
	{"owner", "周老板", false}, {"admin", "吴管理", false}, {"sales", "郑销售", false}, {"reviewer", "王审单", false}, {"warehouse", "冯主管", false},
	{"picker", "陈拣货", true}, {"packer", "褚打包", true}, {"dispatcher", "卫发货", true}, {"service", "蒋客服", false}, {"finance", "沈财务", false},
	{"buyer", "韩采购", false}, {"clerk", "杨店员", true}, {"privacy", "朱隐私", false}, {"exporter", "秦数据", false}, {"reader", "尤只读", false},
}

// Staff takes in one person of every role, each signing in with the role's code and
// Password, and gives their sign-in names. Who is there already stays as they are.
func Staff(ctx context.Context, d *db.DB, guard *staff.Guard) (logins []string, err error) {
	var local staff.Scope
	if err := d.Read(ctx, func(tx *db.Tx) (err error) { local, err = localScope(tx); return err }); err != nil {
		return nil, err
	}
	house := staff.Machine("demo")
	for _, one := range crew {
		logins = append(logins, one.role)
		scope := staff.Everywhere()
		if one.local {
			scope = local
		}
		secret := ""
		err := d.Write(ctx, opening, func(tx *db.Tx) error {
			secret = ""
			p, err := staff.ByLogin(tx, one.role)
			if err == nil && p.HasPassword {
				return nil
			}
			if errors.Is(err, staff.ErrMissing) {
				p, err = staff.Hire(tx, house, staff.Details{Login: one.role, Name: one.name, Roles: []string{one.role}, Scope: scope})
			}
			if err == nil {
				secret, err = guard.Invite(tx, house, p.ID)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		if secret != "" {
			if _, err := guard.UseLink(ctx, d, secret, Password); err != nil {
				return nil, err
			}
		}
	}
	return logins, nil
}

// localScope is the store with its counter, and the first warehouse.
func localScope(tx *db.Tx) (scope staff.Scope, err error) {
	shops, err := shop.All(tx)
	if err != nil {
		return scope, err
	}
	for _, s := range shops {
		if s.Kind == shop.Store || s.Kind == shop.Counter {
			scope.Shops = append(scope.Shops, s.ID)
		}
	}
	places, err := inventory.Warehouses(tx)
	first := slices.IndexFunc(places, func(w inventory.Warehouse) bool { return !w.Store })
	for i, w := range places {
		if w.Store || i == first {
			scope.Warehouses = append(scope.Warehouses, w.ID)
		}
	}
	return scope, err
}
