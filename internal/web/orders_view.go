package web

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

var (
	errViewName  = fault.New(fault.Invalid, "view_name", "视图名称为 1 到 20 个字,且最多 20 个视图", "A view's name has 1 to 20 characters, and there are at most 20 views")
	errViewGone  = fault.New(fault.Missing, "view_missing", "没有这个视图,或不是您的", "There is no such view, or it is not yours")
	errViewEmpty = fault.New(fault.Invalid, "view_empty", "没有可以保存的筛选;请先筛选再保存", "There is no filter to keep; filter first")
)

// A view is a filter with a name. Those of the house are the same for everybody;
// people keep their own beside them, and who may edit rules keeps some for the team.

// ownViews are those of the house, in the order of tabs.
func houseViews() []orderView {
	list := []orderView{{Key: "live"}, {Key: "review"}, {Key: "held"}, {Key: "short"}, {Key: "ship"}, {Key: "due"}, {Key: "out"}, {Key: "all"}}
	words := map[string][]order.Word{
		"review": {order.WaitService, order.WaitFinance}, "out": {order.PartOut, order.Out},
		"ship": {order.Reviewed, order.WaitPick, order.WaitPack, order.WaitShip},
	}
	for _, w := range order.Words() {
		if w != order.Completed && w != order.Gone {
			words["live"] = append(words["live"], w)
		}
	}
	fixed := map[string]url.Values{"held": {"held": {"1"}}, "short": {"short": {"1"}}, "due": {"due": {"24h"}, "sort": {"ship_by"}}, "all": {}}
	for i, view := range list {
		q := fixed[view.Key]
		if q == nil {
			q = url.Values{}
			for _, w := range words[view.Key] {
				q.Add("word", string(w))
			}
		}
		list[i].Query = q.Encode()
	}
	return list
}

// orderView is one tab of the list.
type orderView struct {
	Key, Name, Query string
	Team, Here       bool
	// Mine: it may be removed by who looks.
	Mine bool
}

// Link is the address of the view.
func (o orderView) Link() string {
	q, _ := url.ParseQuery(o.Query) // written by Encode
	q.Set("view", o.Key)
	return "/orders?" + q.Encode()
}

// allColumns are the columns of the list that people may hide; number, state and
// what is held always show.
var allColumns = []string{"shop", "left", "goods", "name", "notes", "paid", "parcel", "warehouse", "time"}

// orderLikes are what somebody likes of the list.
type orderLikes struct {
	views  []orderView
	hidden []string
	first  string // key of the view that a bare address leads to
}

func (s *Site) likes(v *visit) (l orderLikes, err error) {
	err = s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		l = orderLikes{views: houseViews()}
		err := tx.Each(`/* web.likes */ SELECT name, value FROM web_likes WHERE staff_id = $1 AND name LIKE 'orders.%'`, func(r db.Row) error {
			var name, value string
			err := r.Scan(&name, &value)
			switch name {
			case "orders.hidden":
				l.hidden = strings.Fields(value)
			case "orders.view":
				l.first = value
			}
			return err
		}, v.caller.Staff)
		if err != nil {
			return err
		}
		kept, err := views(tx, v.caller.Staff)
		for _, one := range kept {
			one.Mine = !one.Team || v.caller.May(staff.RuleEdit)
			l.views = append(l.views, one)
		}
		return err
	})
	return l, err
}

// views gives the team's views and somebody's own.
func views(tx *db.Tx, who id.Staff) ([]orderView, error) {
	return db.List(tx, `/* web.views */ SELECT view_id, staff_id, name, query FROM web_views WHERE staff_id = ANY($1)
		ORDER BY staff_id, view_id LIMIT 50`, func(r db.Row) (o orderView, err error) {
		var n, owner int64
		err = r.Scan(&n, &owner, &o.Name, &o.Query)
		o.Key, o.Team = id.Text("V", n), owner == 0
		return o, err
	}, []id.Staff{0, who})
}

// defaultView is where a bare address leads: the view somebody chose, else the one of
// their work.
func (l orderLikes) defaultView(v *visit) string {
	for _, view := range l.views {
		if view.Key == l.first {
			return view.Link()
		}
	}
	key := "live"
	for role, of := range map[string]string{"reviewer": "review", "finance": "review", "warehouse": "ship", "picker": "ship", "packer": "ship", "dispatcher": "ship"} {
		if slices.Contains(v.caller.Roles, role) && len(v.caller.Roles) == 1 {
			key = of
		}
	}
	i := slices.IndexFunc(l.views, func(o orderView) bool { return o.Key == key })
	return l.views[i].Link()
}

// viewTabs are the tabs with their names; the one is here whose filter the page has.
func (v *visit) viewTabs(l orderLikes, q url.Values) []orderView {
	tabs := slices.Clone(l.views)
	for i := range tabs {
		tabs[i].Name = cmp.Or(tabs[i].Name, v.word("view_"+tabs[i].Key))
		tabs[i].Here = tabs[i].Key == q.Get("view") && tabs[i].Query == wishes(q).Encode()
	}
	return tabs
}

// keepable says that the page's filter is worth a view of its own.
func (l orderLikes) keepable(v *visit, q url.Values) bool {
	return narrows(q) && !slices.ContainsFunc(l.views, func(o orderView) bool { return o.Query == wishes(q).Encode() })
}

// columnChoice is a column to show or hide.
func (l orderLikes) columns() (list []choice) {
	for _, name := range allColumns {
		list = append(list, choice{Value: name, Chosen: !slices.Contains(l.hidden, name)})
	}
	return list
}

func (l orderLikes) shown() map[string]bool {
	shown := map[string]bool{}
	for _, name := range allColumns {
		shown[name] = !slices.Contains(l.hidden, name)
	}
	return shown
}

// backTo is the list that a form was sent from.
func (v *visit) backTo() string {
	if to := inHouse(v.r.PostFormValue("from")); strings.HasPrefix(to, "/orders") || strings.HasPrefix(to, "/search") || strings.HasPrefix(to, "/batches") || strings.HasPrefix(to, "/review?") {
		return to
	}
	return "/orders"
}

func like(tx *db.Tx, who id.Staff, name, value string) error {
	_, err := tx.Exec(`/* web.like */ INSERT INTO web_likes (staff_id, name, value) VALUES ($1, $2, $3)
		ON CONFLICT (staff_id, name) DO UPDATE SET value = excluded.value`, who, name, value)
	return err
}

// chooseColumns keeps which columns somebody wants to see.
func (s *Site) chooseColumns(v *visit) error {
	var hidden []string
	for _, name := range allColumns {
		if !slices.Contains(v.r.PostForm["column"], name) {
			hidden = append(hidden, name)
		}
	}
	return s.act(v, func(tx *db.Tx) (string, error) {
		return v.backTo(), like(tx, v.caller.Staff, "orders.hidden", strings.Join(hidden, " "))
	})
}

// keepView keeps the list's filter under a name, for oneself or for the team.
func (s *Site) keepView(v *visit) error {
	name, team := strings.TrimSpace(v.r.PostFormValue("name")), v.r.PostFormValue("team") == "1"
	q, err := url.ParseQuery(v.r.PostFormValue("query"))
	if err != nil || !narrows(q) {
		return errViewEmpty
	}
	owner := v.caller.Staff
	if team {
		if err := v.caller.Need(staff.RuleEdit); err != nil {
			return err
		}
		owner = 0
	}
	return s.act(v, func(tx *db.Tx) (string, error) {
		if _, err := s.browsing(tx, v, q); err != nil {
			return "", err
		}
		have, err := tx.Number(`/* web.keepView */ SELECT COUNT(*) FROM web_views WHERE staff_id = $1`, owner)
		if n := utf8.RuneCountInString(name); err != nil || n == 0 || n > 20 || have >= 20 || !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
			return "", cmp.Or[error](err, errViewName)
		}
		view := orderView{Key: id.Text("V", tx.NewID()), Query: wishes(q).Encode()}
		n, _ := id.Parse("V", view.Key)
		_, err = tx.Exec(`/* web.keepView */ INSERT INTO web_views (view_id, staff_id, name, query, created_by, created_at)
			VALUES ($1, $2, $3, $4, $5, $6)`, n, owner, name, view.Query, v.caller.Actor, tx.Now())
		return did(view.Link(), "view_kept", 0, ""), err
	})
}

// startView makes a view the one that a bare address leads to.
func (s *Site) startView(v *visit) error {
	key := v.r.PostFormValue("view")
	return s.act(v, func(tx *db.Tx) (string, error) {
		return did(v.backTo(), "view_first", 0, ""), like(tx, v.caller.Staff, "orders.view", key[:min(len(key), 40)])
	})
}

// dropView removes a view of one's own, or with the permit one of the team.
func (s *Site) dropView(v *visit) error {
	n, ok := id.Parse("V", v.r.PostFormValue("view"))
	if !ok {
		return errViewGone
	}
	return s.act(v, func(tx *db.Tx) (string, error) {
		owners := []id.Staff{v.caller.Staff}
		if v.caller.May(staff.RuleEdit) {
			owners = append(owners, 0)
		}
		gone, err := tx.Exec(`/* web.dropView */ DELETE FROM web_views WHERE view_id = $1 AND staff_id = ANY($2)`, n, owners)
		if err == nil && gone == 0 {
			err = errViewGone
		}
		return did("/orders", "view_dropped", 0, ""), err
	})
}
