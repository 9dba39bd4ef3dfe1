package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// Wherever an address asks to be led to after signing in, it is a page of this house, as
// a browser reads it after the redirect; and being asked again leads to the same.
func FuzzNext(f *testing.F) {
	for _, seed := range []string{"", "/", "/orders?word=reviewed", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "javascript:alert(1)", "/%2f%2fevil.example",
		"/%2Fevil.example/", "/./sign-out", "/../../evil", "/..//evil.example", "/.//evil.example", "/\t/evil.example", "/\n/evil.example", "/@evil.example", "/;@evil.example", "/#//evil.example",
		"/?next=//evil.example", "/%5cevil.example", "/%", "/\x00", "/\xff", "/订单?标签=急", "/sign-in?next=/sign-in", "/set-up", "/" + strings.Repeat("长", 160), "/" + strings.Repeat("a", 600),
		"/%09/evil.example", "/x:y@z", "/%0d%0aSet-Cookie:a=b", "/\u2028//evil.example", "/orders/../..//evil.example/"} {
		f.Add(seed)
	}
	const house = "baihuo.example"
	f.Fuzz(func(t *testing.T, next string) {
		to := inHouse(next)
		if again := inHouse(to); again != to {
			t.Errorf("%q leads to %q, and that to %q", next, to, again)
		}
		r := httptest.NewRequest(http.MethodPost, "https://"+house+"/sign-in", nil)
		w := httptest.NewRecorder()
		if err := (&visit{w: w, r: r}).lead(to); err != nil {
			t.Fatal(err)
		}
		at := w.Header().Get("Location")
		if strings.ContainsAny(at, "\\\r\n\t\x00") || !strings.HasPrefix(at, "/") || strings.HasPrefix(at, "//") {
			t.Fatalf("%q leads to %q", next, at)
		}
		base, _ := url.Parse("https://" + house + "/sign-in")
		u, err := base.Parse(at)
		if err != nil || u.Host != house || u.Scheme != "https" || u.User != nil {
			t.Errorf("%q leads to %v: %v", next, u, err)
		}
	})
}

// A filter is the same after it was written into an address and read again, and holds
// only what the list knows.
func FuzzWishes(f *testing.F) {
	for _, seed := range []string{"", "word=reviewed&word=reviewed", "tag=%20x%20", "tag=%00", "x=1&view=all", "sku=%ff", "from=2026-11-30&to=", "a=%zz", "word=a;b", "flag=1&flag=2&after=1.O-7"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := url.ParseQuery(text)
		if err != nil {
			return
		}
		clean := wishes(q)
		again, err := url.ParseQuery(clean.Encode())
		if err != nil || wishes(again).Encode() != clean.Encode() || narrows(again) != narrows(q) {
			t.Errorf("%q is kept as %q, which reads as %q: %v", text, clean.Encode(), wishes(again).Encode(), err)
		}
		link, err := url.Parse(orderView{Key: "V-1", Query: clean.Encode()}.Link())
		if err != nil || link.Path != "/orders" || wishes(link.Query()).Encode() != clean.Encode() {
			t.Errorf("%q: the view leads to %v: %v", text, link, err)
		}
	})
}
