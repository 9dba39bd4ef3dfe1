package web

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/staff"
	"baihuo/internal/webhook"
)

// Config is what the door works with.
type Config struct {
	DB *db.DB
	// Guard knows passwords, codes and links. It shares its clock with Wall.
	Guard *staff.Guard
	// Kit is what the stories work with; its Keys open what people may see.
	Kit flow.Kit
	// Gate says where webhooks may go; nil makes no exceptions.
	Gate *webhook.Gate
	// Log hears of what failed on our side; nil for silence.
	Log *slog.Logger
	// Wall is the real time, for caches and sessions (default time.Now). Times on pages
	// are those of the database's clock, except of what has to do with signing in.
	Wall func() time.Time
	// LocalOnly refuses requests that name another host than this machine, as a
	// hostile page does that has its own name point here.
	LocalOnly bool
	// HTTPS: people come by https, at our own end or at a proxy's. Cookies are Secure,
	// and Secure tells whether a request came so; one that did not is sent there.
	HTTPS  bool
	Secure func(*http.Request) bool
	// Address tells where a request comes from (default: the connection's own end).
	Address func(*http.Request) netip.Addr
	// SignOn is single sign-on; nil where it is not configured.
	SignOn SignOn
	// Check proves the books; nil where there is nobody to.
	Check func(context.Context) (flow.Report, error)
	// Demo is set in the demo alone.
	Demo *Demo
}

// Demo says who may enter the demo. Its people need no second factor, so that a
// visitor is in with a name and a password.
type Demo struct {
	Logins   []string
	Password string
}

// Route is one line of the route table. Half: somebody whose password was right and
// whose second factor is still missing may use it too.
type Route struct {
	Method, Path string
	Permit       staff.Permit
	Half         bool
	handle       func(s *Site, v *visit) error
}

// Routes is the one table of routes.
func Routes() []Route {
	return slices.Concat(entranceRoutes(), homeRoutes(), orderRoutes(), reviewRoutes(), exceptionRoutes(), stockRoutes(), productRoutes(),
		storeRoutes(), ruleRoutes(), boardRoutes(), fileRoutes(), jobRoutes(), officeRoutes(), settingRoutes(), systemRoutes(), webhookRoutes(), sealRoutes(),
		personsRoutes(), devRoutes())
}

// entranceRoutes are those of getting in and of one's own account.
func entranceRoutes() []Route {
	const public, in = staff.Public, staff.SignedIn
	return []Route{
		{"GET", "/static/{hash}/{file}", public, false, (*Site).static},
		{"GET", "/sign-in", public, false, (*Site).signInPage},
		{"POST", "/sign-in", public, false, (*Site).signIn},
		{"GET", "/sign-in/sso", public, false, (*Site).signOnBegin},
		{"GET", "/sign-in/back", public, false, (*Site).signOnBack},
		{"GET", "/set-up", public, false, (*Site).setUpPage},
		{"POST", "/set-up", public, false, (*Site).setUp},

		{"GET", "/sign-in/code", in, true, (*Site).codePage},
		{"POST", "/sign-in/code", in, true, (*Site).giveCode},
		{"POST", "/sign-out", in, true, (*Site).signOut},
		{"GET", "/account/code", in, true, (*Site).enrolPage},
		{"GET", "/account/code/qr.png", in, true, (*Site).enrolPicture},
		{"POST", "/account/code/offer", in, true, (*Site).enrolOffer},
		{"POST", "/account/code", in, true, (*Site).enrolBind},
		{"GET", "/account", in, false, (*Site).account},
		{"POST", "/account/password", in, false, (*Site).changePassword},
		{"POST", "/account/language", in, false, (*Site).changeLanguage},
		{"POST", "/account/sessions/end", in, false, (*Site).endOwnSession},
		{"POST", "/account/sessions/end-all", in, false, (*Site).endOwnSessions},
	}
}

// officeRoutes are those of people, keys and the audit trail.
func officeRoutes() []Route {
	return []Route{
		{"GET", "/people", staff.StaffRead, false, (*Site).people},
		{"GET", "/people/new", staff.StaffManage, false, (*Site).newPerson},
		{"POST", "/people", staff.StaffManage, false, (*Site).hire},
		{"GET", "/people/{id}", staff.StaffRead, false, (*Site).person},
		{"POST", "/people/{id}", staff.StaffManage, false, (*Site).changePerson},
		{"POST", "/people/{id}/invitation", staff.StaffManage, false, (*Site).invite},
		{"POST", "/people/{id}/disabling", staff.StaffManage, false, (*Site).disable},
		{"POST", "/people/{id}/enabling", staff.StaffManage, false, (*Site).enable},
		{"POST", "/people/{id}/code-drop", staff.StaffManage, false, (*Site).dropCode},
		{"POST", "/people/{id}/sessions/end", staff.StaffManage, false, (*Site).endSessions},
		{"GET", "/sessions", staff.StaffRead, false, (*Site).sessions},
		{"GET", "/roles", staff.StaffRead, false, (*Site).roles},

		{"GET", "/keys", staff.KeyManage, false, (*Site).keys},
		{"POST", "/keys", staff.KeyManage, false, (*Site).makeKey},
		{"POST", "/keys/{id}/revocation", staff.KeyManage, false, (*Site).revokeKey},

		{"GET", "/audit", staff.JournalRead, false, (*Site).audit},
	}
}

//go:embed templates static
var files embed.FS

// Site is the open door. It is safe for concurrent use.
type Site struct {
	cfg     Config
	pages   map[string]*template.Template // by language and name
	assets  assets
	paths   map[string]bool // addresses of pages that the menu may lead to
	mux     *http.ServeMux
	active  *scs.SessionManager // for what people do
	passive *scs.SessionManager // for pages that refresh themselves
	cross   *http.CrossOriginProtection
	summary *scoped[summary]
	lows    *scoped[[]low]
	counts  *scoped[map[string]int64]
	boards  *scoped[board]
	runs    *runs
	check   checking
	closing chan struct{} // closed when streams and imports are to end
	shut    sync.Once
}

// ErrNothing says that a page does not exist.
var ErrNothing = fault.New(fault.Missing, "page_missing", "没有这个页面;请从首页进入,或检查地址",
	"There is no such page; start from the first one or look at the address")

// New opens the door. It fails when a route names no permit or a template is broken.
func New(cfg Config) (*Site, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Wall == nil {
		cfg.Wall = time.Now
	}
	if cfg.Address == nil {
		cfg.Address = peer
	}
	if cfg.HTTPS && cfg.Secure == nil {
		cfg.Secure = func(r *http.Request) bool { return r.TLS != nil }
	}
	s := &Site{cfg: cfg, mux: http.NewServeMux(), cross: http.NewCrossOriginProtection(), active: manager(cfg, false),
		passive: manager(cfg, cfg.Demo == nil), summary: newScoped[summary](cfg.Wall, time.Second), lows: newScoped[[]low](cfg.Wall, 10*time.Second),
		counts: newScoped[map[string]int64](cfg.Wall, 5*time.Second), paths: map[string]bool{},
		boards: newScoped[board](cfg.Wall, boardKept), closing: make(chan struct{}),
		runs: &runs{wall: cfg.Wall, all: map[string]*run{}}}
	var err error
	if s.assets, err = gather(files); err != nil {
		return nil, err
	}
	if s.pages, err = parse(s.assets.hash); err != nil {
		return nil, err
	}
	for _, r := range Routes() {
		if !r.Permit.Known() {
			return nil, fmt.Errorf("web: route %s %s names no permit", r.Method, r.Path)
		}
		s.mux.Handle(r.Method+" "+r.Path, s.serve(r))
		s.paths[strings.TrimSuffix(r.Path, "{$}")] = r.Method == http.MethodGet || s.paths[r.Path]
	}
	s.mux.Handle("/", s.serve(Route{Permit: staff.Public, handle: (*Site).nothing}))
	return s, nil
}

func peer(r *http.Request) netip.Addr {
	p, _ := netip.ParseAddrPort(r.RemoteAddr)
	return p.Addr().Unmap()
}

// parse makes one set of templates for each page and language.
func parse(hash string) (map[string]*template.Template, error) {
	pages := map[string]*template.Template{}
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return nil, err
	}
	for _, lang := range []string{"zh", "en"} {
		for _, name := range names {
			page := strings.TrimSuffix(path.Base(name), ".html")
			if page == "layout" || strings.HasPrefix(page, "parts") {
				continue
			}
			v := &visit{lang: lang}
			funcs := v.funcs()
			funcs["asset"] = func(name string) string { return "/static/" + hash + "/" + name }
			t, err := template.New("layout.html").Funcs(funcs).ParseFS(files, "templates/layout.html", "templates/parts*.html", name)
			if err != nil {
				return nil, err
			}
			pages[lang+page] = t
		}
	}
	return pages, nil
}

// Close ends streams, so that the server's shutdown need not wait for those who look,
// and files that are being taken in; it returns when they have ended.
func (s *Site) Close() {
	s.shut.Do(func() { close(s.closing) })
	s.runs.work.Wait()
	s.check.work.Wait()
}

// Handler serves every route of the table. The guarding heads stand on every answer,
// also on those that the table itself gives: an address put right, a method refused.
func (s *Site) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.guard(w.Header())
		s.mux.ServeHTTP(w, r)
	})
}

func (s *Site) nothing(*visit) error { return ErrNothing }
