package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/staff"
)

// auditRow is one row of the journal in words.
type auditRow struct {
	Time                                            stamp
	Who, Actor, Kind, Object, Link, What, Raw, Text string
	Changes                                         []changeRow
}

// auditPage is how many rows one page shows.
const auditPage = 100

// errAuditScope keeps the journal, which knows no shops, from who sees some only.
var errAuditScope = fault.New(fault.Forbidden, "audit_scope", "审计日志涵盖所有店铺和仓库;您的范围有限,请由范围为全部的同事查询",
	"The audit trail covers all shops and warehouses; your scope is limited, so ask somebody who sees all")

// kindPrefix is how the ids of a kind of object begin, where a page or a person names
// them so.
var kindPrefix = map[string]string{"order": "O", "package": "P", "staff": "S", "api_key": "K", "exception": "X"}

// auditKinds are the kinds that the form offers; others can be typed into the address.
var auditKinds = []string{"staff", "api_key", "order", "hold", "exception", "package", "waybill", "recipient", "buyer", "rule", "notice",
	"shop", "warehouse", "sku"}

// audit searches the journal. Every field of the form may stay empty.
func (s *Site) audit(v *visit) error {
	if scope := v.caller.Scope; !scope.AllShops || !scope.AllWarehouses {
		return errAuditScope
	}
	q := v.r.URL.Query()
	f, err := s.auditFilter(v, q)
	if err != nil {
		return err
	}
	var rows []journal.Row
	var names map[string]string
	var changes map[int][]changeRow
	var now db.Instant
	next := ""
	err = s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		now = tx.Now()
		if rows, next, err = journal.Search(tx, f, q.Get("cursor"), auditPage); err != nil {
			return err
		}
		if changes, err = v.auditChanges(tx, rows); err != nil {
			return err
		}
		var actors []string
		for _, r := range rows {
			actors = append(actors, r.By.Actor)
			if r.Kind == "staff" {
				actors = append(actors, id.Staff(r.ID).String())
			}
		}
		slices.Sort(actors)
		names, err = staff.Names(tx, slices.Compact(actors))
		return err
	})
	if err != nil {
		return err
	}
	list := make([]auditRow, len(rows))
	for i, r := range rows {
		list[i] = v.auditRow(r, names, now)
		list[i].Changes = changes[i]
	}
	if next != "" {
		q.Set("cursor", next)
		next = "/audit?" + q.Encode()
	}
	var kinds []choice
	for _, k := range auditKinds {
		kinds = append(kinds, choice{Value: k, Label: v.kindWord(k), Chosen: k == f.Kind})
	}
	return s.render(v, http.StatusOK, "audit", map[string]any{"Title": v.word("audit"), "Rows": list, "Next": next, "Paged": q.Get("cursor") != "",
		"Q": fields(q, "actor", "object", "what", "from", "to"), "People": f.People, "Kinds": kinds})
}

// fields gives the values of an address that a form shows again.
func fields(q url.Values, names ...string) map[string]string {
	all := map[string]string{}
	for _, n := range names {
		all[n] = q.Get(n)
	}
	return all
}

// auditFilter reads what the form asks for. People are named by sign-in name or number.
func (s *Site) auditFilter(v *visit, q url.Values) (f journal.Filter, err error) {
	f = journal.Filter{Actor: strings.TrimSpace(q.Get("actor")), People: q.Get("people") == "1", Kind: q.Get("kind"),
		What: strings.TrimSpace(q.Get("what"))}
	if text := strings.TrimSpace(q.Get("object")); text != "" {
		digits := text
		if prefix, rest, cut := strings.Cut(text, "-"); cut {
			digits = rest
			for kind, p := range kindPrefix {
				if p == prefix && f.Kind == "" {
					f.Kind = kind
				}
			}
		}
		n, ok := id.Parse("N", "N-"+digits)
		if !ok {
			return f, errFilter
		}
		f.Object = n
	}
	if f.From, err = day(q.Get("from"), 0); err != nil {
		return f, err
	}
	if f.To, err = day(q.Get("to"), 1); err != nil {
		return f, err
	}
	if f.Actor != "" && !strings.Contains(f.Actor, "-") {
		err = s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
			p, err := staff.ByLogin(tx, f.Actor)
			if err == nil {
				f.Actor = p.ID.String()
			} else if fault.KindOf(err) == fault.Missing {
				err = nil // a machine's name, as worker or cli
			}
			return err
		})
	}
	return f, err
}

// day reads a day of the house's calendar as its beginning, some days later; 0 for
// none.
func day(text string, later int) (db.Instant, error) {
	if text == "" {
		return 0, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone(houseZone))
	if err != nil || t.Year() < 2000 || t.Year() > 2200 {
		return 0, errFilter
	}
	return db.At(t.AddDate(0, 0, later)), nil
}

func (v *visit) auditRow(r journal.Row, names map[string]string, now db.Instant) auditRow {
	row := auditRow{Time: v.stampOf(r.At, now, houseZone), Who: names[r.By.Actor], Actor: r.By.Actor, Kind: v.kindWord(r.Kind), Raw: r.What}
	if row.Who == "" {
		row.Who = v.actor(r.By.Actor)
	}
	row.Object = number64(r.ID)
	if p, known := kindPrefix[r.Kind]; known {
		row.Object = id.Text(p, r.ID)
	}
	switch r.Kind {
	case "order":
		row.Link = "/orders/" + row.Object
	case "staff":
		if v.caller.May(staff.StaffRead) {
			row.Link = "/people/" + row.Object
		}
		if name := names[row.Object]; name != "" {
			row.Object = name
		}
	}
	if w, known := words["did_"+r.Kind+"_"+r.What]; known {
		row.What = w.in(v.lang)
	}
	if r.Payload != "{}" {
		row.Text = r.Payload
	}
	return row
}

// kindWord names a kind of object; one without a word shows its own name.
func (v *visit) kindWord(kind string) string {
	if w, known := words["kind_of_"+kind]; known {
		return w.in(v.lang)
	}
	return kind
}
