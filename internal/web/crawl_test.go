package web_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/insight"
	"baihuo/internal/staff"
	"baihuo/internal/web"
)

var (
	hrefs   = regexp.MustCompile(`href="([^"#][^"]*)"`)
	forms   = regexp.MustCompile(`<form[^>]*>`)
	actions = regexp.MustCompile(`formaction="([^"]*)"`)
	action  = regexp.MustCompile(` action="([^"]*)"`)
)

// A crawler in each role's clothes follows every link from the first page on: nothing
// leads nowhere, nothing fails, nothing is offered that is then refused; and every form
// is sent to an address that there is, which this person may use.
func TestNothingLeadsNowhere(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now})
	w := live(t, d)
	if _, err := insight.Reader().Turn(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	s := raise(t, d, func(c *web.Config) { c.Kit = w.h.Kit })
	for _, role := range staff.Roles() {
		if role.Machine {
			continue
		}
		t.Run(role.Code, func(t *testing.T) {
			s.t = t
			s.hire(role.Code, everywhere(), role.Code)
			v := s.in(role.Code)
			c := &crawler{visitor: v, seen: map[string]bool{}, role: role}
			c.walk("/")
			if len(c.seen) < 8 {
				t.Errorf("%d pages only", len(c.seen))
			}
		})
	}
}

type crawler struct {
	*visitor
	seen map[string]bool
	role staff.Role
}

// shape is an address without what makes one of many alike: ids and most of the query.
var shape = regexp.MustCompile(`[A-Z]{1,2}-\d+|\d{6,}|[?&](from|after|before|at|q|lang|theme|density|keys|view)=[^&]*`)

func (c *crawler) walk(from string) {
	queue := []string{from}
	for len(queue) > 0 && len(c.seen) < 250 {
		at := queue[0]
		queue = queue[1:]
		a := c.get(at)
		switch {
		case a.status >= 300 && a.status < 400:
			if next := c.inside(at, a.to); next != "" {
				queue = append(queue, next)
			}
			continue
		case a.status != 200:
			c.t.Errorf("%s finds %s: %d %s", c.role.Code, at, a.status, text(a.body))
			continue
		case !strings.Contains(a.head.Get("Content-Type"), "text/html"):
			continue
		}
		for _, found := range hrefs.FindAllStringSubmatch(a.body, -1) {
			if next := c.inside(at, html.UnescapeString(found[1])); next != "" {
				queue = append(queue, next)
			}
		}
		for _, tag := range forms.FindAllString(a.body, -1) {
			if to := action.FindStringSubmatch(tag); to != nil && strings.Contains(tag, `method="post"`) {
				c.form("POST", at, html.UnescapeString(to[1]))
			} else if to != nil {
				c.form("GET", at, html.UnescapeString(to[1]))
			}
		}
		for _, found := range actions.FindAllStringSubmatch(a.body, -1) {
			c.form("POST", at, html.UnescapeString(found[1]))
		}
	}
}

// inside gives an address of ours that was not looked at in this shape, "" else.
func (c *crawler) inside(at, to string) string {
	base, _ := url.Parse(at)
	u, err := base.Parse(to)
	if err != nil || u.Host != "" || strings.HasPrefix(u.Path, "/static/") || strings.HasPrefix(u.Path, "/files/export/") || u.Path == "/board/stream" {
		return ""
	}
	kind := shape.ReplaceAllString(u.RequestURI(), "*")
	if c.seen[kind] {
		return ""
	}
	c.seen[kind] = true
	return u.RequestURI()
}

// form sends nothing to where a form would go: it must be there, and this person's to
// use, whatever it then says of an empty form.
func (c *crawler) form(method, at, to string) {
	if to == "" || to == "/sign-out" || strings.HasPrefix(to, "/account/sessions") {
		return
	}
	kind := method + " " + shape.ReplaceAllString(to, "*")
	if c.seen[kind] {
		return
	}
	c.seen[kind] = true
	a := c.send(method, to, url.Values{})
	if a.status == 404 && strings.Contains(a.body, "没有这个页面") || a.status == 403 && strings.Contains(a.body, "没有权限") || a.status >= 500 {
		c.t.Errorf("%s: the form of %s goes to %s: %d %s", c.role.Code, at, to, a.status, text(a.body))
	}
}
