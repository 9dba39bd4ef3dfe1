package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/staff"
)

// Config is what the door works with.
type Config struct {
	DB *db.DB
	// Log hears of what failed on our side; nil for silence.
	Log *slog.Logger
	// Wall is the real time, for caches (default time.Now). Times on pages are those
	// of the database's clock.
	Wall func() time.Time
	// LocalOnly refuses requests that name another host than this machine, as a
	// hostile page does that has its own name point here.
	LocalOnly bool
}

// Permit says who may use a route.
type Permit string

// Anybody may see a page of masks. Roles come with staff.
const Anybody Permit = "anybody"

// Route is one line of the route table.
type Route struct {
	Method, Path string
	Permit       Permit
	handle       func(s *Site, v *visit) error
}

// Routes is the one table of routes.
func Routes() []Route {
	return []Route{
		{"GET", "/{$}", Anybody, (*Site).home},
		{"GET", "/orders/{id}", Anybody, (*Site).order},
		{"GET", "/exceptions", Anybody, (*Site).exceptions},
		{"GET", "/static/{hash}/{file}", Anybody, (*Site).static},
		{"GET", "/", Anybody, (*Site).nothing},
	}
}

//go:embed templates static
var files embed.FS

// Site is the open door. It is safe for concurrent use.
type Site struct {
	cfg     Config
	pages   map[string]*template.Template // by language and name
	hash    string
	mux     *http.ServeMux
	summary *cache[summary]
	lows    *cache[[]low]
}

// ErrNothing says that a page does not exist.
var ErrNothing = fault.New(fault.Missing, "page_missing", "没有这个页面;请从首页进入,或检查地址",
	"There is no such page; start from the first one or look at the address")

// errHost refuses a request that names another host.
var errHost = fault.New(fault.Forbidden, "host_refused", "这个页面只供本机访问,请用 http://127.0.0.1 或 http://localhost 打开",
	"This page is for this machine only; open it as http://127.0.0.1 or http://localhost")

// New opens the door. It fails when a route names no permit or a template is broken.
func New(cfg Config) (*Site, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Wall == nil {
		cfg.Wall = time.Now
	}
	s := &Site{cfg: cfg, mux: http.NewServeMux(), summary: newCache[summary](cfg.Wall, time.Second),
		lows: newCache[[]low](cfg.Wall, 10*time.Second)}
	var err error
	if s.hash, err = hashOf(files); err != nil {
		return nil, err
	}
	if s.pages, err = parse(); err != nil {
		return nil, err
	}
	for _, r := range Routes() {
		if r.Permit != Anybody {
			return nil, fmt.Errorf("web: route %s %s names no permit", r.Method, r.Path)
		}
		s.mux.Handle(r.Method+" "+r.Path, s.serve(r))
	}
	return s, nil
}

// parse makes one set of templates for each page and language.
func parse() (map[string]*template.Template, error) {
	pages := map[string]*template.Template{}
	for _, lang := range []string{"zh", "en"} {
		for _, page := range []string{"home", "order", "exceptions", "error"} {
			v := &visit{lang: lang}
			t, err := template.New("layout.html").Funcs(v.funcs()).ParseFS(files, "templates/layout.html",
				"templates/"+page+".html")
			if err != nil {
				return nil, err
			}
			pages[lang+page] = t
		}
	}
	return pages, nil
}

// Handler serves every route of the table.
func (s *Site) Handler() http.Handler { return s.mux }

// visit is one request and its answer.
type visit struct {
	w      http.ResponseWriter
	r      *http.Request
	lang   string
	caller staff.Caller
}

// serve finds the language, sets the heads, calls the route and turns its error or
// panic into a page.
func (s *Site) serve(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{w: w, r: r, lang: language(r), caller: staff.Machine("web")}
		guard(w.Header())
		defer func() {
			if p := recover(); p != nil {
				s.fail(v, fault.Of(fmt.Errorf("panic: %v\n%s", p, debug.Stack())))
			}
		}()
		if s.cfg.LocalOnly && !local(r.Host) {
			s.fail(v, errHost)
			return
		}
		if to, chosen := choose(v); chosen {
			http.Redirect(w, r, to, http.StatusSeeOther)
			return
		}
		if err := route.handle(s, v); err != nil {
			s.fail(v, err)
		}
	})
}

// guard lets a page load only what is ours.
func guard(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "+
		"frame-ancestors 'none'; base-uri 'none'; form-action 'self'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
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

// language is English where the visitor chose so, else Chinese.
func language(r *http.Request) string {
	if c, err := r.Cookie(langCookie); err == nil && c.Value == "en" {
		return "en"
	}
	return "zh"
}

// choose remembers a language asked for by ?lang= and gives the same address
// without it.
func choose(v *visit) (to string, chosen bool) {
	query := v.r.URL.Query()
	lang := query.Get("lang")
	if lang != "zh" && lang != "en" {
		return "", false
	}
	http.SetCookie(v.w, &http.Cookie{Name: langCookie, Value: lang, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, SameSite: http.SameSiteLaxMode})
	query.Del("lang")
	u := *v.r.URL
	u.RawQuery = query.Encode()
	u.Host, u.Scheme = "", ""
	return "/" + strings.TrimLeft(u.RequestURI(), "/"), true
}

// render writes a page, or with ?part=live its live part alone. It is written only
// when it is whole.
func (s *Site) render(v *visit, status int, page string, data map[string]any) error {
	data["Lang"], data["Hash"], data["Page"] = v.lang, s.hash, page
	name := "layout.html"
	if v.r.URL.Query().Get("part") == "live" {
		name = "live"
	}
	data["Switch"] = switchTo(v)
	var out bytes.Buffer
	if err := s.pages[v.lang+page].ExecuteTemplate(&out, name, data); err != nil {
		return fault.Of(err)
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.Header().Set("Content-Language", map[string]string{"zh": "zh-CN", "en": "en"}[v.lang])
	v.w.WriteHeader(status)
	_, _ = v.w.Write(out.Bytes())
	return nil
}

// switchTo is this address in the other language.
func switchTo(v *visit) string {
	query := v.r.URL.Query()
	query.Set("lang", map[string]string{"zh": "en", "en": "zh"}[v.lang])
	return "?" + query.Encode()
}

// fail shows what went wrong, what still works and, where we are to blame, the
// number under which the log knows the cause.
func (s *Site) fail(v *visit, err error) {
	f := fault.Of(err)
	status := map[fault.Kind]int{fault.Missing: 404, fault.Invalid: 400, fault.Forbidden: 403, fault.Conflict: 409,
		fault.Busy: 503, fault.Transient: 503, fault.Unknown: 503}[f.Kind]
	number := ""
	if status == 0 || status >= 500 {
		number = id.Text("R", s.cfg.DB.NextID())
		s.cfg.Log.Error("page failed", "request", number, "route", v.r.Pattern, "error", err)
	}
	if status == 0 {
		status = http.StatusInternalServerError
	}
	say := f.ZH
	if v.lang == "en" {
		say = f.EN
	}
	data := map[string]any{"Title": v.word("error"), "Say": say, "Code": f.Code, "Number": number,
		"Again": status >= 500, "Status": strconv.Itoa(status)}
	if err := s.render(v, status, "error", data); err != nil {
		http.Error(v.w, f.ZH+"\n"+f.EN, status)
	}
}

func (s *Site) nothing(*visit) error { return ErrNothing }

// static serves our own style and script, under a name that changes with them.
func (s *Site) static(v *visit) error {
	name := v.r.PathValue("file")
	kinds := map[string]string{"baihuo.css": "text/css; charset=utf-8", "baihuo.js": "text/javascript; charset=utf-8",
		"icon.svg": "image/svg+xml"}
	if kinds[name] == "" || v.r.PathValue("hash") != s.hash {
		return ErrNothing
	}
	content, err := files.ReadFile("static/" + name)
	if err != nil {
		return fault.Of(err)
	}
	v.w.Header().Set("Content-Type", kinds[name])
	v.w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = v.w.Write(content)
	return nil
}

// hashOf names what the static files hold.
func hashOf(all fs.FS) (string, error) {
	h := sha256.New()
	err := fs.WalkDir(all, "static", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(all, path)
		h.Write(content)
		return err
	})
	return hex.EncodeToString(h.Sum(nil))[:12], err
}
