package oidc_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"baihuo/internal/connect/oidc"
)

// issuer is a provider inside the test, with a key of its own; claims may be bent.
type issuer struct {
	*httptest.Server
	key    *rsa.PrivateKey
	down   atomic.Bool
	bend   func(claims map[string]any)
	wrong  *rsa.PrivateKey // signs instead, where set
	nonces map[string]string
	proofs map[string]string // code -> PKCE challenge
}

func provider(t *testing.T) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &issuer{key: key, nonces: map[string]string{}, proofs: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		if p.down.Load() {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/auth", "token_endpoint": p.URL + "/token",
			"jwks_uri": p.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": []any{map[string]any{"kty": "RSA", "kid": "1", "alg": "RS256", "use": "sig",
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		code := r.PostFormValue("code")
		sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		if p.proofs[code] == "" || base64.RawURLEncoding.EncodeToString(sum[:]) != p.proofs[code] {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":"invalid_grant"}`)
			return
		}
		delete(p.proofs, code) // a code counts once
		claims := map[string]any{"iss": p.URL, "sub": "u-77", "aud": "baihuo", "exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(), "nonce": p.nonces[code]}
		if p.bend != nil {
			p.bend(claims)
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": p.sign(t, claims)})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *issuer) sign(t *testing.T, claims map[string]any) string {
	part := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Error(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	body := part(map[string]any{"alg": "RS256", "kid": "1", "typ": "JWT"}) + "." + part(claims)
	sum := sha256.Sum256([]byte(body))
	key := p.key
	if p.wrong != nil {
		key = p.wrong
	}
	mark, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Error(err)
	}
	return body + "." + base64.RawURLEncoding.EncodeToString(mark)
}

// visit is what a browser does at the provider: it gets a code for what the address
// asks.
func (p *issuer) visit(t *testing.T, at, code string) {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if q.Get("client_id") != "baihuo" || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || !strings.Contains(q.Get("scope"), "openid") ||
		q.Get("redirect_uri") != "https://hub.example/sign-in/back" || q.Get("state") != "state" {
		t.Errorf("the browser is sent to %s", at)
	}
	p.nonces[code], p.proofs[code] = q.Get("nonce"), q.Get("code_challenge")
}

const verifier = "a-verifier-that-is-long-enough-to-be-one-0123456789"

func TestSignOn(t *testing.T) {
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		bend     func(map[string]any)
		wrong    *rsa.PrivateKey
		nonce    string
		verifier string
		ok       bool
	}{
		"right":               {ok: true},
		"another nonce":       {nonce: "stolen"},
		"another audience":    {bend: func(c map[string]any) { c["aud"] = "shop" }},
		"another issuer":      {bend: func(c map[string]any) { c["iss"] = "https://evil.example" }},
		"ended":               {bend: func(c map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() }},
		"another's signature": {wrong: other},
		"no proof of PKCE":    {verifier: "another"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := provider(t)
			p.bend, p.wrong = c.bend, c.wrong
			s := oidc.New(oidc.Options{Issuer: p.URL, Client: "baihuo", Secret: "s", Back: "https://hub.example/sign-in/back"})
			at, err := s.Begin(context.Background(), "state", "nonce", verifier)
			if err != nil {
				t.Fatal(err)
			}
			p.visit(t, at, "code-1")
			nonce, proof := "nonce", verifier
			if c.nonce != "" {
				nonce = c.nonce
			}
			if c.verifier != "" {
				proof = c.verifier
			}
			who, err := s.Finish(context.Background(), "code-1", nonce, proof)
			if (err == nil) != c.ok || c.ok && who != p.URL+" u-77" {
				t.Errorf("%q %v", who, err)
			}
			if _, err := s.Finish(context.Background(), "code-1", "nonce", verifier); err == nil && c.ok {
				t.Error("a code counts twice")
			}
		})
	}
}

// A provider that is down fails this sign-in and not the next one.
func TestProviderDown(t *testing.T) {
	p := provider(t)
	p.down.Store(true)
	s := oidc.New(oidc.Options{Issuer: p.URL, Client: "baihuo", Back: "https://hub.example/sign-in/back"})
	if _, err := s.Begin(context.Background(), "state", "nonce", verifier); err == nil {
		t.Error("it begins at a provider that is down")
	}
	p.down.Store(false)
	if _, err := s.Begin(context.Background(), "state", "nonce", verifier); err != nil {
		t.Error(err)
	}
}
