package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/web"
)

// An endpoint is opened, shown once with its secret, changed, disabled and enabled; the
// address of a machine inside is refused.
func TestWebhookPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := owner(t, d)
		if a := v.get("/webhooks"); a.status != http.StatusOK || !strings.Contains(a.body, "还没有推送地址") {
			t.Fatalf("the empty list: %d", a.status)
		}
		form := url.Values{"url": {"https://10.0.0.1/hook"}, "event": {"order.*"}}
		if a := v.act("/webhooks/new", "/webhooks", form); a.status != http.StatusBadRequest {
			t.Errorf("an address inside: %d", a.status)
		}
		form.Set("url", "https://hooks.example.com/hook")
		a := v.act("/webhooks/new", "/webhooks", form)
		secret := regexp.MustCompile(`whsec_[A-Za-z0-9+/=]+`).FindString(a.body)
		at := regexp.MustCompile(`/webhooks/E-\d+`).FindString(a.body)
		if a.status != http.StatusOK || secret == "" || at == "" {
			t.Fatalf("opened: %d %s", a.status, text(a.body))
		}
		for _, lang := range []string{"zh", "en"} {
			status, page, _ := get(t, v, at, lang)
			if status != http.StatusOK || strings.Contains(page, secret) || !strings.Contains(page, "hooks.example.com") {
				t.Errorf("%s: %d", lang, status)
			}
		}
		if a := v.act(at, at+"/disabling", url.Values{"why": {"搬家"}}); a.status != http.StatusSeeOther {
			t.Errorf("disabled: %d %s", a.status, text(a.body))
		}
		if a := v.act(at, at+"/enabling", nil); a.status != http.StatusSeeOther {
			t.Errorf("enabled: %d", a.status)
		}
		if a := v.act(at, at+"/secret", url.Values{"version": {"1"}}); a.status != http.StatusConflict {
			t.Errorf("a stale rotation: %d", a.status)
		}
		if a := v.act(at, at+"/replays", url.Values{"dead": {"1"}}); a.status != http.StatusSeeOther {
			t.Errorf("replayed: %d", a.status)
		}
	})
}

// The pages of sealing keys and of one person's data show themselves in both languages.
func TestSealsAndPersons(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := owner(t, d)
		for path, words := range map[string][2]string{"/seals": {"本机持有的版本", "Versions held here"}, "/persons": {"谁看过", "Who saw it"}} {
			for i, lang := range []string{"zh", "en"} {
				if status, page, _ := get(t, v, path, lang); status != http.StatusOK || !strings.Contains(page, words[i]) {
					t.Errorf("%s %s: %d", lang, path, status)
				}
			}
		}
		v.lang = "zh"
		if a := v.act("/seals", "/seals/count", nil); a.status != http.StatusOK {
			t.Errorf("counted: %d %s", a.status, text(a.body))
		}
		if a := v.act("/persons", "/persons/sightings", url.Values{"phone": {"13800138000"}}); a.status != http.StatusOK ||
			!strings.Contains(a.body, "没有人看过") {
			t.Errorf("seen by nobody: %d %s", a.status, text(a.body))
		}
		if a := v.act("/persons", "/persons/erasure", url.Values{"phone": {"138"}, "reason": {"本人要求"}, "sure": {"1"}}); a.status != http.StatusBadRequest {
			t.Errorf("a part of a number: %d", a.status)
		}
	})
}

// No form that changes something is taken from another site, from nowhere, or from a
// page without a name.
func TestCrossSitePosts(t *testing.T) {
	d := dbtest.Open(t, db.SQLite, db.Options{})
	v := owner(t, d)
	for _, r := range web.Routes() {
		if r.Method == http.MethodGet {
			continue
		}
		path := regexp.MustCompile(`\{[^}]+\}`).ReplaceAllString(r.Path, "1")
		for name, head := range map[string]http.Header{"another site": {"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {"cross-site"}},
			"an old browser": {"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {""}}, "null": {"Origin": {"null"}, "Sec-Fetch-Site": {""}},
			"no origin": {"Origin": {""}, "Sec-Fetch-Site": {""}}} {
			v.head = head
			if a := v.send(r.Method, path, url.Values{}); a.status != http.StatusForbidden {
				t.Errorf("%s %s from %s: %d", r.Method, r.Path, name, a.status)
			}
		}
	}
}
