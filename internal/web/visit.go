package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/intake"
	"baihuo/internal/staff"
)

// visit is one request and its answer.
type visit struct {
	w    http.ResponseWriter
	r    *http.Request
	lang string
	// ctx carries the session of manager.
	ctx     context.Context
	manager *scs.SessionManager
	standing
}

// Refusals before a route is reached.
var (
	errHost = fault.New(fault.Forbidden, "host_refused", "这个页面只供本机访问,请用 http://127.0.0.1 或 http://localhost 打开",
		"This page is for this machine only; open it as http://127.0.0.1 or http://localhost")
	errInsecure = fault.New(fault.Forbidden, "https_needed", "请用 https 访问;这次提交没有执行",
		"Come by https; nothing was done")
	errCross = fault.New(fault.Forbidden, "cross_origin", "提交来自别的网站,没有执行;请从本站页面提交",
		"This was sent from another site and was not done; send it from a page of this one")
	errTooLarge = fault.New(fault.Invalid, "form_too_large", "提交的内容过大,没有执行", "What was sent is too large and was not done")
	errSignIn   = fault.New(fault.Forbidden, "signed_out", "您还没有登录,或登录已过期;请先登录",
		"You are not signed in, or no longer; sign in first")
)

// bodyMax bounds what a form may hold.
const bodyMax = 64 << 10

// serve answers one route: who asks, whether they may, the route itself; an
// error or a panic becomes a page.
func (s *Site) serve(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{w: w, r: r, lang: language(r, ""), ctx: r.Context()}
		defer func() {
			if p := recover(); p != nil {
				s.fail(v, fault.Of(fmt.Errorf("panic: %v\n%s", p, debug.Stack())))
			}
		}()
		if err := s.pass(v, route); err != nil {
			s.fail(v, err)
		}
	})
}

// pass lets a request through to its route, or says why not.
func (s *Site) pass(v *visit, route Route) error {
	if s.cfg.LocalOnly && !local(v.r.Host) {
		return errHost
	}
	safe := v.r.Method == http.MethodGet || v.r.Method == http.MethodHead
	if s.cfg.HTTPS && !s.cfg.Secure(v.r) {
		if !safe {
			return errInsecure
		}
		http.Redirect(v.w, v.r, "https://"+v.r.Host+v.r.URL.RequestURI(), http.StatusTemporaryRedirect)
		return nil
	}
	if !safe {
		if err := s.fromHere(v.r); err != nil {
			return err
		}
		most := int64(bodyMax)
		if route.Path == uploadPath {
			most += intake.UploadMax
		}
		v.r.Body = http.MaxBytesReader(v.w, v.r.Body, most)
	}
	if strings.HasPrefix(route.Path, "/static/") {
		return s.static(v)
	}
	if err := s.stand(v); err != nil {
		return err
	}
	if safe {
		if to, chosen := s.choose(v); chosen {
			http.Redirect(v.w, v.r, to, http.StatusSeeOther)
			return nil
		}
	}
	if route.Permit != staff.Public {
		if v.level == stranger || v.level != whole && !route.Half {
			return s.turnAway(v, safe)
		}
		if v.level == whole && !v.caller.May(route.Permit) {
			return s.noPermit(v, route.Permit)
		}
	}
	if !safe {
		if err := v.parse(route); err != nil {
			if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
				return errTooLarge
			}
			return errForm.Wrap(err)
		}
	}
	return route.handle(s, v)
}

// parse reads a form; a file in it beyond the first megabyte lies on disk until the
// visit ends.
func (v *visit) parse(route Route) error {
	if route.Path != uploadPath {
		return v.r.ParseForm()
	}
	_ = http.NewResponseController(v.w).SetReadDeadline(time.Now().Add(2 * time.Minute)) // a connection without deadlines needs none
	if err := v.r.ParseMultipartForm(1 << 20); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return err
	}
	return nil
}

// fromHere refuses what another site's page sends, and what does not say where it
// comes from: every browser that is still in use says so of a form.
func (s *Site) fromHere(r *http.Request) error {
	if r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "" {
		return errCross
	}
	if err := s.cross.Check(r); err != nil {
		return errCross.Wrap(err)
	}
	return nil
}

// turnAway sends somebody without a whole session to where they get one.
func (s *Site) turnAway(v *visit, safe bool) error {
	to := s.entrance(v)
	if !safe || v.r.URL.Query().Get("part") == "live" {
		return s.render(v, http.StatusUnauthorized, "error", map[string]any{"Title": v.word("signed_out"), "Status": "401",
			"Say": v.say(errSignIn), "To": to, "ToWord": v.word("sign_in")})
	}
	if next := v.r.URL.RequestURI(); next != "/" && v.level == stranger {
		to += "?next=" + url.QueryEscape(next)
	}
	http.Redirect(v.w, v.r, to, http.StatusSeeOther)
	return nil
}

// noPermit says what is missing and who has it.
func (s *Site) noPermit(v *visit, p staff.Permit) error {
	zh, en := p.Words()
	var holders []string
	for _, r := range staff.Roles() {
		if !r.Machine && r.May(p) {
			holders = append(holders, pair{r.ZH, r.EN}.in(v.lang))
		}
	}
	return s.render(v, http.StatusForbidden, "error", map[string]any{"Title": v.word("no_permit"), "Status": "403",
		"Say": v.fill("no_permit_say", pair{zh, en}.in(v.lang)), "More": v.fill("no_permit_who", strings.Join(holders, v.word("and"))),
		"To": "/", "ToWord": v.word("back")})
}

// guard lets a page load only what is ours.
func (s *Site) guard(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "+
		"frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if s.cfg.HTTPS {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

func local(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

const langCookie = "lang"

// language is what the visitor chose in this browser, else the person's own, else
// Chinese.
func language(r *http.Request, own string) string {
	if c, err := r.Cookie(langCookie); err == nil && (c.Value == "en" || c.Value == "zh") {
		return c.Value
	}
	if own == "en" {
		return "en"
	}
	return "zh"
}

func (s *Site) setLanguage(v *visit, lang string) {
	http.SetCookie(v.w, &http.Cookie{Name: langCookie, Value: lang, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: s.cfg.HTTPS, SameSite: http.SameSiteLaxMode})
	v.lang = lang
}

// render writes a page, or with ?part=live its live part alone. It is written only
// when it is whole.
func (s *Site) render(v *visit, status int, page string, data map[string]any) error {
	data["Lang"], data["Page"] = v.lang, page
	name := "layout.html"
	if v.r.URL.Query().Get("part") == "live" {
		name = "live"
	}
	s.head(v, data)
	var out bytes.Buffer
	if err := s.pages[v.lang+page].ExecuteTemplate(&out, name, data); err != nil {
		return fault.Of(err)
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.Header().Set("Content-Language", map[string]string{"zh": "zh-CN", "en": "en"}[v.lang])
	send(v.w, v.r, status, out.Bytes(), func() []byte { return squeeze(out.Bytes(), gzip.BestSpeed) })
	return nil
}

// head fills in what stands around every page: the menu by permit, who is signed in,
// the other language, how the page looks, and what was just done. A page that a browser
// is to keep says nothing of who looks at it.
func (s *Site) head(v *visit, data map[string]any) {
	data["Look"] = lookOf(v.r)
	data["Switch"] = v.with("lang", map[string]string{"zh": "en", "en": "zh"}[v.lang])
	data["Looks"] = v.looks()
	if v.level == stranger || data["Kept"] == true {
		return
	}
	data["Me"] = v.person.Name
	if v.level != whole {
		return
	}
	data["Whole"], data["Wings"], data["Toast"] = true, s.doors(v), v.toast()
	data["Asked"], data["MaySearch"] = v.r.URL.Query().Get("q"), v.caller.May(staff.OrderRead)
}

// say gives a fault's sentence in the visitor's language.
func (v *visit) say(f *fault.Fault) string { return pair{f.ZH, f.EN}.in(v.lang) }

// status is a fault's kind in the words of HTTP; 0 where we are to blame.
func statusOf(f *fault.Fault) int {
	switch f.Code {
	case staff.ErrWait.Code, staff.ErrGateFull.Code:
		return http.StatusTooManyRequests
	case errTooLarge.Code:
		return http.StatusRequestEntityTooLarge
	}
	return map[fault.Kind]int{fault.Missing: 404, fault.Invalid: 400, fault.Forbidden: 403, fault.Conflict: 409,
		fault.Busy: 503, fault.Transient: 503, fault.Unknown: 503}[f.Kind]
}

// later tells in seconds when to come again, where somebody is asked to.
func (v *visit) later(f *fault.Fault, status int) {
	if f.After > 0 || status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		v.w.Header().Set("Retry-After", strconv.Itoa(max(1, int((f.After+time.Second-1)/time.Second))))
	}
}

// fail shows what went wrong, what still works and, where we are to blame, the
// number under which the log knows the cause.
func (s *Site) fail(v *visit, err error) {
	f := fault.Of(err)
	status := statusOf(f)
	number := ""
	if status == 0 || status >= 500 {
		number = id.Text("R", s.cfg.DB.NextID())
		s.cfg.Log.Error("page failed", "request", number, "route", v.r.Pattern, "error", err)
	}
	if status == 0 {
		status = http.StatusInternalServerError
	}
	v.later(f, status)
	data := map[string]any{"Title": v.word("error"), "Say": v.say(f), "Code": f.Code, "Number": number,
		"Again": status >= 500, "Status": strconv.Itoa(status), "To": "/", "ToWord": v.word("back")}
	if err := s.render(v, status, "error", data); err != nil {
		http.Error(v.w, f.ZH+"\n"+f.EN, status)
	}
}
