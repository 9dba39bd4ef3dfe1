package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/staff"
	"baihuo/internal/webhook"
)

// webhookRoutes are those of the endpoints that are told of events.
func webhookRoutes() []Route {
	const may = staff.WebhookManage
	return []Route{
		{"GET", "/webhooks", may, false, (*Site).webhooks},
		{"GET", "/webhooks/new", may, false, (*Site).newWebhook},
		{"POST", "/webhooks", may, false, (*Site).openWebhook},
		{"GET", "/webhooks/{id}", may, false, (*Site).webhook},
		{"POST", "/webhooks/{id}", may, false, (*Site).changeWebhook},
		{"POST", "/webhooks/{id}/secret", may, false, (*Site).rotateWebhook},
		{"POST", "/webhooks/{id}/disabling", may, false, (*Site).disableWebhook},
		{"POST", "/webhooks/{id}/enabling", may, false, (*Site).enableWebhook},
		{"POST", "/webhooks/{id}/replays", may, false, (*Site).replayWebhook},
	}
}

// hookRow is one endpoint in words.
type hookRow struct {
	ID, URL, Description, Events, State, Class, Why string
	Opened, Since, Former                           stamp
	Live                                            bool
	Version                                         int64
}

func (s *Site) hooks() webhook.Kit {
	gate := s.cfg.Gate
	if gate == nil {
		gate = &webhook.Gate{}
	}
	return webhook.Kit{Keys: s.cfg.Kit.Keys, Gate: gate}
}

func (v *visit) hookRow(e webhook.Endpoint, now db.Instant) hookRow {
	r := hookRow{ID: e.ID.String(), URL: e.URL, Description: e.Description, Events: strings.Join(e.Kinds, " "), Version: e.Version,
		Opened: v.stampOf(e.OpenedAt, now, houseZone), Since: v.stampOf(e.Since, now, houseZone), Live: e.DisabledAt == 0}
	if e.FormerUntil > now {
		r.Former = v.stampOf(e.FormerUntil, now, houseZone)
	}
	switch {
	case !r.Live:
		r.State, r.Class = v.word("disabled"), "bad"
		r.Why = v.wordOr("hook_why_", e.DisabledWhy)
	case e.Failures > 0:
		r.State, r.Class, r.Why = v.word("hook_failing"), "review", v.fill("hook_failures", int(e.Failures))
	default:
		r.State, r.Class = v.word("hook_live"), "out"
	}
	return r
}

// hooksShown is how many endpoints the list holds; at most 100 are enabled at once.
const hooksShown = 200

// webhooks lists the endpoints. They concern the whole house, for events of all shops
// may go out there.
func (s *Site) webhooks(v *visit) error {
	if !v.everywhere() {
		return errEverywhere
	}
	after, _ := id.Parse("E", v.r.URL.Query().Get("after")) // 0 for the first page
	var rows []hookRow
	next := ""
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		list, err := webhook.List(tx, id.Endpoint(after), hooksShown)
		rows, next = nil, ""
		for _, e := range list {
			rows = append(rows, v.hookRow(e, tx.Now()))
		}
		if len(list) == hooksShown {
			next = "?after=" + rows[len(rows)-1].ID
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.render(v, http.StatusOK, "webhooks", map[string]any{"Title": v.word("webhooks"), "Rows": rows, "Next": next})
}

func (s *Site) newWebhook(v *visit) error {
	if !v.everywhere() {
		return errEverywhere
	}
	return s.hookForm(v, http.StatusOK, webhook.Draft{Kinds: []string{"order.*"}}, nil)
}

func (s *Site) hookForm(v *visit, status int, d webhook.Draft, c *complaint) error {
	where, err := s.places(v)
	if err != nil {
		return err
	}
	return s.render(v, status, "webhook_new", map[string]any{"Title": v.word("hook_new"), "FormKey": formKey(), "Complaint": c,
		"Hook": v.hookFields(d, where)})
}

// hookFields is what the form of an endpoint shows.
func (v *visit) hookFields(d webhook.Draft, where places) map[string]any {
	kinds := []choice{{Value: "*", Label: "* · " + v.word("hook_all")}}
	for _, object := range []string{"order", "package", "waybill", "hold"} {
		kinds = append(kinds, choice{Value: object + ".*", Label: object + ".* · " + v.kindWord(object)})
	}
	for _, e := range webhook.Events() {
		kinds = append(kinds, choice{Value: e.Type, Label: e.Type + " · " + pair{e.ZH, e.EN}.in(v.lang)})
	}
	for i := range kinds {
		kinds[i].Chosen = slices.Contains(d.Kinds, kinds[i].Value)
	}
	form := where.form(v, staff.Scope{Shops: d.Shops})
	return map[string]any{"URL": d.URL, "Description": d.Description, "Kinds": kinds, "Shops": form.Shops}
}

// hookDraft reads the form of an endpoint.
func (s *Site) hookDraft(v *visit) (webhook.Draft, error) {
	where, err := s.places(v)
	f := v.r.PostForm
	return webhook.Draft{URL: f.Get("url"), Kinds: f["event"], Shops: where.scopeOf(f).Shops, Description: f.Get("description")}, err
}

// openWebhook adds an endpoint and shows its secret, once.
func (s *Site) openWebhook(v *visit) error {
	if !v.everywhere() {
		return errEverywhere
	}
	d, err := s.hookDraft(v)
	if err != nil {
		return err
	}
	var e webhook.Endpoint
	secret := ""
	_, fresh, err := s.once(v, func(tx *db.Tx) (_ string, err error) {
		e, secret, err = webhook.Open(tx, s.hooks(), d, "")
		return "/webhooks", err
	})
	if err == nil && !fresh {
		err = errFormSent
	}
	if err != nil {
		c, status, err := v.complain(err)
		if err != nil {
			return err
		}
		return s.hookForm(v, status, d, c)
	}
	return s.showWebhook(v, http.StatusOK, e.ID, nil, secret, nil)
}

// endpoint reads which endpoint the address names.
func (v *visit) endpoint() (id.Endpoint, error) {
	if !v.everywhere() {
		return 0, errEverywhere
	}
	n, ok := id.Parse("E", v.r.PathValue("id"))
	if !ok {
		return 0, webhook.ErrMissing
	}
	return id.Endpoint(n), nil
}

func (s *Site) changeWebhook(v *visit) error {
	n, err := v.endpoint()
	if err != nil {
		return err
	}
	d, err := s.hookDraft(v)
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(v.r.PostForm.Get("version"), 10, 64)
	if err != nil {
		return errForm.Wrap(err)
	}
	err = s.act(v, func(tx *db.Tx) (string, error) {
		_, err := webhook.Change(tx, s.hooks(), n, version, d)
		return did("/webhooks/"+n.String(), "hook_saved", 0, ""), err
	})
	if err == nil {
		return nil
	}
	c, status, err := v.complain(err)
	if err != nil {
		return err
	}
	return s.showWebhook(v, status, n, &d, "", c)
}

// rotateWebhook gives an endpoint another secret and shows it, once. The former one
// signs beside it for a day.
func (s *Site) rotateWebhook(v *visit) error {
	n, err := v.endpoint()
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(v.r.PostForm.Get("version"), 10, 64)
	if err != nil {
		return errForm.Wrap(err)
	}
	secret := ""
	_, fresh, err := s.once(v, func(tx *db.Tx) (_ string, err error) {
		_, secret, err = webhook.RotateSecret(tx, s.hooks(), n, version, "", 24*time.Hour)
		return "/webhooks/" + n.String(), err
	})
	if err == nil && !fresh {
		err = errFormSent
	}
	if err != nil {
		c, status, err := v.complain(err)
		if err != nil {
			return err
		}
		return s.showWebhook(v, status, n, nil, "", c)
	}
	return s.showWebhook(v, http.StatusOK, n, nil, secret, nil)
}

func (s *Site) disableWebhook(v *visit) error {
	n, err := v.endpoint()
	if err != nil {
		return err
	}
	return s.act(v, func(tx *db.Tx) (string, error) {
		_, err := webhook.Disable(tx, n, v.r.PostForm.Get("why"))
		return did("/webhooks/"+n.String(), "hook_disabled", 0, ""), err
	})
}

func (s *Site) enableWebhook(v *visit) error {
	n, err := v.endpoint()
	if err != nil {
		return err
	}
	return s.act(v, func(tx *db.Tx) (string, error) {
		_, err := webhook.Enable(tx, n)
		return did("/webhooks/"+n.String(), "hook_enabled", 0, ""), err
	})
}
