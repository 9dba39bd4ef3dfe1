package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"baihuo/internal/cli"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/staff"
)

// The operator of the machine can always let people in: whoever holds the data folder
// and the master key is above all roles.

var errHubRuns = fault.New(fault.Conflict, "hub_runs", "服务正在运行,SQLite 数据库不能同时由另一个进程修改;请在人员页操作,或先停止服务",
	"The hub is running, and SQLite takes one process; use its People page, or stop it first")

// withPeople opens the database for a command about people.
func (p *program) withPeople(ctx context.Context, c cli.Common, do func(ctx context.Context, h *house, g *staff.Guard) error) error {
	ctx, h, err := p.open(ctx, c, db.Options{})
	if errors.Is(err, db.ErrLocked) {
		return errHubRuns.Wrap(err)
	}
	if err != nil {
		return err
	}
	defer h.close()
	return do(ctx, h, staff.NewGuard(h.kit.Keys, time.Now, nil, staff.Cost{}))
}

// users lists everybody.
func (p *program) users(ctx context.Context, c cli.Common) error {
	return p.withPeople(ctx, c, func(ctx context.Context, h *house, _ *staff.Guard) error {
		var people []staff.Person
		if err := h.d.Read(ctx, func(tx *db.Tx) (err error) { people, err = staff.List(tx); return err }); err != nil {
			return err
		}
		for _, one := range people {
			p.say("%s\t%s\t%s\t%s", one.Login, one.Name, strings.Join(one.Roles, " "), strings.Join(stateOf(one), ", "))
		}
		return nil
	})
}

func stateOf(one staff.Person) (words []string) {
	if one.DisabledAt != 0 {
		words = append(words, "已停用 / disabled")
	}
	if !one.HasPassword && one.Subject == "" {
		words = append(words, "未设密码 / no password yet")
	}
	if one.HasCode {
		words = append(words, "已绑验证器 / authenticator")
	}
	return words
}

// userInvite makes a link for somebody, who is taken in where unknown.
func (p *program) userInvite(ctx context.Context, c cli.Common, o cli.UserInvite) error {
	house := staff.Machine("cli")
	return p.link(ctx, c, o.Login, o.URL, func(tx *db.Tx, n id.Staff, g *staff.Guard) (string, error) {
		if n == 0 {
			d := staff.Details{Login: o.Login, Name: o.Name, Roles: o.Role, Scope: staff.Everywhere()}
			if d.Name == "" {
				d.Name = o.Login
			}
			if len(d.Roles) == 0 {
				d.Roles = []string{"reader"}
			}
			fresh, err := staff.Hire(tx, house, d)
			if err != nil {
				return "", err
			}
			n = fresh.ID
		}
		return g.Invite(tx, house, n)
	})
}

// userReset takes the authenticator off somebody who lost everything.
func (p *program) userReset(ctx context.Context, c cli.Common, o cli.UserReset) error {
	house := staff.Machine("cli")
	return p.link(ctx, c, o.Login, o.URL, func(tx *db.Tx, n id.Staff, g *staff.Guard) (string, error) {
		if n == 0 {
			return "", staff.ErrMissing
		}
		if err := staff.DropCode(tx, house, n); err != nil {
			return "", err
		}
		return g.Invite(tx, house, n)
	})
}

// link prints the one-time link that make gives for a person, whose number is 0 when
// nobody has that name.
func (p *program) link(ctx context.Context, c cli.Common, login, url string, make func(*db.Tx, id.Staff, *staff.Guard) (string, error)) error {
	return p.withPeople(ctx, c, func(ctx context.Context, h *house, g *staff.Guard) error {
		secret := ""
		err := h.d.Write(ctx, by("user"), func(tx *db.Tx) error {
			one, err := staff.ByLogin(tx, login)
			if err != nil && !errors.Is(err, staff.ErrMissing) {
				return err
			}
			secret, err = make(tx, one.ID, g)
			return err
		})
		if err != nil {
			return err
		}
		p.say("一次性链接(24 小时内有效)/ one-time link (24 hours):\n  %s/set-up#%s", strings.TrimRight(url, "/"), secret)
		return nil
	})
}

// userDisable ends somebody's access.
func (p *program) userDisable(ctx context.Context, c cli.Common, o cli.UserDisable) error {
	return p.withPeople(ctx, c, func(ctx context.Context, h *house, _ *staff.Guard) error {
		return h.d.Write(ctx, by("user"), func(tx *db.Tx) error {
			one, err := staff.ByLogin(tx, o.Login)
			if err != nil {
				return err
			}
			if o.Back {
				return staff.Enable(tx, staff.Machine("cli"), one.ID)
			}
			return staff.Disable(tx, staff.Machine("cli"), one.ID)
		})
	})
}
