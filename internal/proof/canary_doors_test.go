package proof

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/demo"
	"baihuo/internal/insight"
	"baihuo/internal/journal"
	"baihuo/internal/mcp"
	"baihuo/internal/notice"
	"baihuo/internal/web"
	"baihuo/internal/webhook"
)

// hook opens an endpoint that asks for everything, before anything happens.
func (b *birds) hook() {
	b.t.Helper()
	v := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		b.heard <- r.URL.String() + " " + string(body)
	}))
	b.t.Cleanup(v.Close)
	gate, err := webhook.NewGate([]string{"127.0.0.0/8"})
	if err != nil {
		b.t.Fatal(err)
	}
	b.hooks = webhook.Kit{Keys: b.h.Kit.Keys, Gate: gate}
	dbtest.Write(b.t, b.d, func(tx *db.Tx) error {
		_, _, err := webhook.Open(tx, b.hooks, webhook.Draft{URL: v.URL, Kinds: []string{"*"}}, "")
		return err
	})
}

// carrier takes messages to customers; what they say beside the address is looked at.
type carrier struct{ b *birds }

func (c carrier) Send(_ context.Context, key string, m notice.Message) error {
	c.b.heard <- key + " " + m.Shop + " " + m.OrderNo + " " + m.ZH + " " + m.EN
	return nil
}

// follow has the journal's readers, webhooks and messages do their work, and gives how
// much was told to others.
func (b *birds) follow() (told int) {
	b.t.Helper()
	for _, r := range []journal.Reader{notice.Reader(), insight.Reader(), webhook.Reader()} {
		for n := 1; n > 0; {
			var err error
			if n, err = r.Turn(b.t.Context(), b.d); err != nil {
				b.t.Fatal(err)
			}
		}
	}
	hooks, err := webhook.NewSender(b.d, b.hooks, webhook.Options{}).Send(b.t.Context())
	if err != nil || hooks == 0 {
		b.t.Fatalf("%d webhooks: %v", hooks, err)
	}
	messages, err := notice.Send(b.t.Context(), b.d, b.h.Kit.Keys, carrier{b}, 100)
	if err != nil || messages == 0 {
		b.t.Fatalf("%d messages: %v", messages, err)
	}
	for told = 0; len(b.heard) > 0; told++ {
		b.clean("told to others", <-b.heard)
	}
	if told < hooks+messages {
		b.t.Errorf("%d webhooks and %d messages, %d heard", hooks, messages, told)
	}
	return told
}

// part is a piece of a path that stands for something.
var part = regexp.MustCompile(`\{[^}]+\}`)

// browse has one person of every role look at every page, and the owner at what these
// lead to. It gives the number of pages.
func (b *birds) browse(orders []string) (pages int) {
	b.t.Helper()
	logins, err := demo.Staff(b.t.Context(), b.d, b.guard)
	if err != nil {
		b.t.Fatal(err)
	}
	site, err := web.New(web.Config{DB: b.d, Guard: b.guard, Kit: b.h.Kit, LocalOnly: true, Log: slog.New(slog.NewTextHandler(&b.log, nil)),
		Demo: &web.Demo{Logins: logins, Password: demo.Password}})
	if err != nil {
		b.t.Fatal(err)
	}
	server := httptest.NewServer(site.Handler())
	b.t.Cleanup(func() { site.Close(); server.Close() })
	var paths []string
	for _, r := range web.Routes() {
		if r.Method != http.MethodGet || r.Path == "/board/stream" || strings.HasPrefix(r.Path, "/static/") { // the one never ends
			continue
		}
		path := strings.TrimSuffix(r.Path, "{$}")
		path = strings.NewReplacer("{sku}", "PASTE", "{what}", "orders").Replace(path)
		for _, o := range orders[:figure(1, len(orders))] {
			paths = append(paths, part.ReplaceAllString(path, o))
		}
	}
	paths = slices.Compact(paths)
	for _, login := range logins {
		v := &tab{b: b, base: server.URL}
		v.signIn(login)
		links := map[string]bool{}
		for _, path := range paths {
			v.look(path, links)
			pages++
		}
		if login != "owner" {
			continue
		}
		for path := range links {
			if !slices.Contains(paths, path) {
				v.look(path, map[string]bool{})
				pages++
			}
		}
		for _, typed := range canaries[:2] { // typed into the box of every page; the answer shows it in the box alone
			got := v.post("/search", url.Values{"q": {typed}})
			text, _ := io.ReadAll(got.Body)
			got.Body.Close()
			b.clean("a search", strings.ReplaceAll(string(text), ">"+typed+"</textarea>", ""))
		}
	}
	if b.shown < len(logins)/2 {
		b.t.Errorf("the person's orders stand on %d pages alone", b.shown)
	}
	return pages
}

// tab is a browser in which somebody of the demo is signed in.
type tab struct {
	b      *birds
	base   string
	client *http.Client
}

func (v *tab) signIn(login string) {
	v.b.t.Helper()
	jar, _ := cookiejar.New(nil)
	v.client = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	got := v.post("/sign-in", url.Values{"login": {login}, "password": {demo.Password}})
	got.Body.Close()
	if got.StatusCode != http.StatusSeeOther || strings.HasPrefix(got.Header.Get("Location"), "/sign-in") {
		v.b.t.Fatalf("%s does not get in: %d", login, got.StatusCode)
	}
}

func (v *tab) post(path string, form url.Values) *http.Response {
	v.b.t.Helper()
	r, err := http.NewRequest(http.MethodPost, v.base+path, strings.NewReader(form.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", v.base)
	}
	return v.send(r, err)
}

func (v *tab) send(r *http.Request, err error) *http.Response {
	v.b.t.Helper()
	if err != nil {
		v.b.t.Fatal(err)
	}
	got, err := v.client.Do(r)
	if err != nil {
		v.b.t.Fatal(err)
	}
	v.b.clean("redirect of "+r.URL.Path, got.Header.Get("Location"))
	return got
}

var link = regexp.MustCompile(`(?:href|src|action)="(/[^"]*)"`)

// look looks at a page and remembers where it leads.
func (v *tab) look(path string, links map[string]bool) {
	v.b.t.Helper()
	got := v.send(http.NewRequest(http.MethodGet, v.base+path, nil))
	if got.StatusCode >= 500 {
		v.b.t.Errorf("GET %s: %d", path, got.StatusCode)
	}
	page := v.b.read("GET "+path, got)
	if strings.Contains(page, "CAN-1") {
		v.b.shown++
	}
	for _, found := range link.FindAllStringSubmatch(page, -1) {
		if to := strings.ReplaceAll(found[1], "&amp;", "&"); !strings.HasPrefix(to, "/static/") && !strings.HasPrefix(to, "/board/stream") {
			links[to] = true
		}
	}
}

type bearer string

func (k bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(k))
	return http.DefaultTransport.RoundTrip(r)
}

// ask has an assistant ask all it can.
func (b *birds) ask(orders []string) {
	b.t.Helper()
	door := httptest.NewServer(mcp.New(mcp.Config{DB: b.d, Kit: b.h.Kit, Guard: b.guard, Rate: -1, Log: slog.New(slog.NewTextHandler(&b.log, nil)),
		Address: func(*http.Request) netip.Addr { return netip.MustParseAddr("127.0.0.1") }}).Handler())
	b.t.Cleanup(door.Close)
	client := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil)
	s, err := client.Connect(b.t.Context(), &sdk.StreamableClientTransport{Endpoint: door.URL, DisableStandaloneSSE: true,
		HTTPClient: &http.Client{Transport: bearer(b.key)}}, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	defer s.Close()
	call := func(tool string, in map[string]any) {
		b.t.Helper()
		r, err := s.CallTool(b.t.Context(), &sdk.CallToolParams{Name: tool, Arguments: in})
		if err != nil || r.IsError {
			b.t.Fatalf("%s: %v %v", tool, err, r)
		}
		for _, c := range r.Content {
			b.clean("tool "+tool, c.(*sdk.TextContent).Text)
		}
	}
	call("search_orders", map[string]any{})
	call("search_orders", map[string]any{"phone": canaries[1]})
	call("stock_of_sku", map[string]any{"sku": "PASTE"})
	call("list_exceptions", map[string]any{})
	call("report", map[string]any{})
	for _, o := range orders {
		call("explain_order", map[string]any{"order_id": o})
		call("cancel_order", map[string]any{"order_id": o, "why": "买家不要了"}) // its preview
	}
}
