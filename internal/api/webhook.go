package api

import (
	"errors"
	"slices"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
	"baihuo/internal/webhook"
)

func webhookRoutes() []Route {
	const may = staff.WebhookManage
	return []Route{
		{"GET", "/api/v1/webhooks", may, "listWebhooks", "推送地址列表", "The endpoints that are told of events", reads(listWebhooks)},
		{"POST", "/api/v1/webhooks", may, "openWebhook", "新增推送地址;签名密钥只显示一次", "Add an endpoint; its secret is told once", commands(201, openWebhook)},
		{"GET", "/api/v1/webhooks/{id}", may, "getWebhook", "一个推送地址", "One endpoint", reads(getWebhook)},
		{"PUT", "/api/v1/webhooks/{id}", may, "changeWebhook", "修改推送地址(需要 If-Match)", "Change an endpoint (needs If-Match)", commands(200, changeWebhook).edits()},
		{"DELETE", "/api/v1/webhooks/{id}", may, "endWebhook", "停止推送:地址停用,记录保留", "End an endpoint: it is disabled, its log stays", commands(200, endWebhook)},
		{"POST", "/api/v1/webhooks/{id}/disabling", may, "disableWebhook", "停用推送地址,写明原因", "Disable an endpoint for a reason", commands(200, disableWebhook)},
		{"POST", "/api/v1/webhooks/{id}/enabling", may, "enableWebhook", "重新启用推送地址", "Enable an endpoint again", commands(200, enableWebhook)},
		{"POST", "/api/v1/webhooks/{id}/secrets", may, "rotateWebhookSecret", "更换签名密钥(需要 If-Match);新密钥只显示一次", "Give it another secret (needs If-Match), told once", commands(201, rotateWebhookSecret).edits()},
		{"GET", "/api/v1/webhooks/{id}/deliveries", may, "listDeliveries", "推送记录,新的在前", "Its deliveries, the newest first", reads(listDeliveries)},
		{"POST", "/api/v1/webhooks/{id}/replays", may, "replayWebhook", "重新推送:指定记录、失败的全部,或一段时间", "Send again: deliveries by id, all that failed, or a range of time", commands(200, replayWebhook)},
	}
}

type webhookView struct {
	EndpointID  string   `json:"endpoint_id"`
	URL         string   `json:"url"`
	Events      []string `json:"events"`
	Shops       []string `json:"shops" doc:"None means all." zh:"空表示全部店铺"`
	Description string   `json:"description"`
	OpenedAt    string   `json:"opened_at"`
	Since       string   `json:"since" doc:"It is told of what happens from then on." zh:"从此刻起的事件会推送"`
	DisabledAt  string   `json:"disabled_at,omitempty"`
	DisabledWhy string   `json:"disabled_why,omitempty" doc:"gone: it answered 410; failing: days without success; or a person's words." zh:"gone 表示回了 410,failing 表示连续多天失败,其余为人写的原因"`
	FormerUntil string   `json:"former_secret_until,omitempty"`
	Failures    int64    `json:"failures" doc:"Failed attempts in a row." zh:"连续失败次数"`
	FailingAt   string   `json:"failing_since,omitempty"`
	RestUntil   string   `json:"rests_until,omitempty"`
	Version     int64    `json:"version"`
}

func (v webhookView) version() int64 { return v.Version }

type webhooksView struct {
	Webhooks []webhookView `json:"webhooks"`
	Next     string        `json:"next"`
}

type webhooksQuery struct {
	After id.Endpoint `query:"after" doc:"The next of the page before." zh:"上一页的 next"`
	Limit int64       `query:"limit" max:"500" default:"50"`
}

func (c *call) hooks() webhook.Kit {
	return webhook.Kit{Keys: c.api.cfg.Kit.Keys, Gate: c.api.cfg.Gate}
}

func viewWebhook(e webhook.Endpoint, names codes) webhookView {
	v := webhookView{EndpointID: e.ID.String(), URL: e.URL, Events: append([]string{}, e.Kinds...), Shops: []string{}, Description: e.Description,
		OpenedAt: instant(e.OpenedAt), Since: instant(e.Since), DisabledAt: instant(e.DisabledAt), DisabledWhy: e.DisabledWhy,
		FormerUntil: instant(e.FormerUntil), Failures: e.Failures, FailingAt: instant(e.FailingSince), RestUntil: instant(e.RestUntil),
		Version: e.Version}
	for _, n := range e.Shops {
		v.Shops = append(v.Shops, names.shops[n])
	}
	return v
}

// shownWebhook shows an endpoint after a verb.
func shownWebhook(tx *db.Tx, e webhook.Endpoint, err error) (webhookView, error) {
	if err != nil {
		return webhookView{}, err
	}
	names, err := allCodes(tx)
	return viewWebhook(e, names), err
}

func listWebhooks(c *call, tx *db.Tx, q webhooksQuery) (webhooksView, error) {
	v := webhooksView{Webhooks: []webhookView{}}
	if err := c.everywhere(); err != nil {
		return v, err
	}
	names, err := allCodes(tx)
	if err != nil {
		return v, err
	}
	list, err := webhook.List(tx, q.After, int(q.Limit))
	for _, e := range list {
		v.Webhooks = append(v.Webhooks, viewWebhook(e, names))
	}
	if len(list) == int(q.Limit) {
		v.Next = list[len(list)-1].ID.String()
	}
	return v, err
}

// endpoint reads which one the path names; events of all shops go out there, so it
// concerns the whole house.
func (c *call) endpoint() (id.Endpoint, error) {
	if err := c.everywhere(); err != nil {
		return 0, err
	}
	n, ok := id.Parse("E", c.r.PathValue("id"))
	if !ok {
		return 0, webhook.ErrMissing
	}
	return id.Endpoint(n), nil
}

func getWebhook(c *call, tx *db.Tx, _ none) (webhookView, error) {
	n, err := c.endpoint()
	if err != nil {
		return webhookView{}, err
	}
	e, err := webhook.Get(tx, n)
	return shownWebhook(tx, e, err)
}

type webhookBody struct {
	URL         string   `json:"url" maxLength:"2000"`
	Events      []string `json:"events" minItems:"1" maxItems:"50" doc:"Such as order.accepted, order.* or *." zh:"如 order.accepted、order.* 或 *"`
	Shops       []string `json:"shops,omitempty" maxItems:"500" doc:"None means all." zh:"不写表示全部店铺"`
	Description string   `json:"description,omitempty" maxLength:"500"`
}

// draft reads what a body says of an endpoint.
func (b webhookBody) draft(tx *db.Tx) (d webhook.Draft, err error) {
	d = webhook.Draft{URL: b.URL, Kinds: b.Events, Description: b.Description}
	if len(b.Shops) == 0 {
		return d, nil
	}
	all, err := shop.All(tx)
	if err != nil {
		return d, err
	}
	for _, code := range b.Shops {
		at := slices.IndexFunc(all, func(s shop.Shop) bool { return s.Code == shop.Fold(code) })
		if at < 0 {
			return d, ErrFields.Field("shops", "没有这个店铺", "there is no such shop")
		}
		d.Shops = append(d.Shops, all[at].ID)
	}
	return d, nil
}

// secretWebhook is an endpoint with a new secret, which a repeat does not hear.
type secretWebhook struct {
	Webhook webhookView `json:"webhook"`
	Secret  string      `json:"secret,omitempty" doc:"Told once." zh:"只显示这一次"`
}

func (v secretWebhook) shown() any {
	v.Secret = ""
	return v
}

type openWebhookBody struct {
	URL         string   `json:"url" maxLength:"2000"`
	Events      []string `json:"events" minItems:"1" maxItems:"50" doc:"Such as order.accepted, order.* or *." zh:"如 order.accepted、order.* 或 *"`
	Shops       []string `json:"shops,omitempty" maxItems:"500" doc:"None means all." zh:"不写表示全部店铺"`
	Description string   `json:"description,omitempty" maxLength:"500"`
	Secret      string   `json:"secret,omitempty" maxLength:"200" doc:"Your own: whsec_ and base64; one is made otherwise." zh:"自定密钥:whsec_ 加 base64;不写则自动生成"`
}

func openWebhook(c *call, tx *db.Tx, b openWebhookBody) (secretWebhook, error) {
	if err := c.everywhere(); err != nil {
		return secretWebhook{}, err
	}
	d, err := webhookBody{b.URL, b.Events, b.Shops, b.Description}.draft(tx)
	if err != nil {
		return secretWebhook{}, err
	}
	e, secret, err := webhook.Open(tx, c.hooks(), d, b.Secret)
	if err != nil {
		return secretWebhook{}, err
	}
	v, err := shownWebhook(tx, e, nil)
	return secretWebhook{v, secret}, err
}

// webhookAt reads the endpoint of the path and the version of If-Match.
func (c *call) webhookAt() (n id.Endpoint, version int64, err error) {
	if n, err = c.endpoint(); err != nil {
		return 0, 0, err
	}
	version, err = c.match()
	if err == nil && version == 0 {
		err = ErrWebhookMatch
	}
	return n, version, err
}

// ErrWebhookMatch asks for the version of the endpoint that is changed.
var ErrWebhookMatch = fault.New(fault.Invalid, "webhook_if_match", "修改推送地址必须带 If-Match 请求头,写读取时得到的 ETag",
	"A change of an endpoint needs the header If-Match with the ETag that reading gave")

func changeWebhook(c *call, tx *db.Tx, b webhookBody) (webhookView, error) {
	n, version, err := c.webhookAt()
	if err != nil {
		return webhookView{}, err
	}
	d, err := b.draft(tx)
	if err != nil {
		return webhookView{}, err
	}
	e, err := webhook.Change(tx, c.hooks(), n, version, d)
	if errors.Is(err, webhook.ErrStale) {
		return webhookView{}, staleWebhook(tx, n, err, b)
	}
	return shownWebhook(tx, e, err)
}

// staleWebhook shows both sides of a change of an old version.
func staleWebhook(tx *db.Tx, n id.Endpoint, stale error, yours any) error {
	e, err := webhook.Get(tx, n)
	current, err := shownWebhook(tx, e, err)
	if err != nil {
		return err
	}
	return &staleError{Fault: fault.Of(stale), current: current, yours: yours}
}

// endedByCall is why an endpoint was disabled by DELETE.
const endedByCall = "DELETE"

func endWebhook(c *call, tx *db.Tx, _ none) (webhookView, error) {
	return disableWebhook(c, tx, disableBody{endedByCall})
}

type disableBody struct {
	Why string `json:"why" maxLength:"200"`
}

func disableWebhook(c *call, tx *db.Tx, b disableBody) (webhookView, error) {
	n, err := c.endpoint()
	if err != nil {
		return webhookView{}, err
	}
	e, err := webhook.Disable(tx, n, b.Why)
	return shownWebhook(tx, e, err)
}

func enableWebhook(c *call, tx *db.Tx, _ none) (webhookView, error) {
	n, err := c.endpoint()
	if err != nil {
		return webhookView{}, err
	}
	e, err := webhook.Enable(tx, n)
	return shownWebhook(tx, e, err)
}

type rotateSecretBody struct {
	OverlapHours int64  `json:"overlap_hours" minimum:"0" maximum:"168" doc:"How long the former secret signs too." zh:"旧密钥同时签名的小时数"`
	Secret       string `json:"secret,omitempty" maxLength:"200"`
}

func rotateWebhookSecret(c *call, tx *db.Tx, b rotateSecretBody) (secretWebhook, error) {
	n, version, err := c.webhookAt()
	if err != nil {
		return secretWebhook{}, err
	}
	if b.OverlapHours < 0 || b.OverlapHours > 7*24 {
		return secretWebhook{}, webhook.ErrOverlap
	}
	e, secret, err := webhook.RotateSecret(tx, c.hooks(), n, version, b.Secret, time.Duration(b.OverlapHours)*time.Hour)
	if errors.Is(err, webhook.ErrStale) {
		return secretWebhook{}, staleWebhook(tx, n, err, map[string]int64{"overlap_hours": b.OverlapHours})
	}
	if err != nil {
		return secretWebhook{}, err
	}
	v, err := shownWebhook(tx, e, nil)
	return secretWebhook{v, secret}, err
}
