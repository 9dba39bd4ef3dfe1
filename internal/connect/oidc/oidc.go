// Package oidc signs people on at an OpenID Connect provider.
//
// The provider is discovered at its first use and again after a failure, so that one
// that is down keeps nobody's house from starting. The browser's way is the
// authorization code flow with PKCE (RFC 7636); the ID token's signature, issuer,
// audience, end and nonce are checked. Who it is is told as "issuer subject", as the
// page of a person holds it.
package oidc

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Options name the provider and who we are there.
type Options struct {
	// Issuer is the provider's address, such as https://login.example.
	Issuer string
	// Client and Secret were given by the provider.
	Client, Secret string
	// Back is where the provider sends the browser: https://hub.example/sign-in/back.
	Back string
	// HTTP is the client to speak with; nil for the usual one with a limit of time.
	HTTP *http.Client
	// Now is the time by which a token has ended; nil for time.Now.
	Now func() time.Time
}

// SignOn is the connection to a provider. It is safe for concurrent use.
type SignOn struct {
	o Options

	mu       sync.Mutex
	config   *oauth2.Config
	verifier *oidc.IDTokenVerifier
}

// New makes a connection. It does not speak yet.
func New(o Options) *SignOn {
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 10 * time.Second}
	}
	return &SignOn{o: o}
}

var (
	errNoToken = errors.New("oidc: the answer holds no ID token")
	errNonce   = errors.New("oidc: the ID token was made for another sign-in")
)

// ready gives what discovery found; what failed is tried again at the next call.
func (s *SignOn) ready(ctx context.Context) (*oauth2.Config, *oidc.IDTokenVerifier, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.config != nil {
		return s.config, s.verifier, nil
	}
	// The provider keeps its context for fetching keys later: that must not end with
	// this visit.
	provider, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), s.o.HTTP), s.o.Issuer)
	if err != nil {
		return nil, nil, err
	}
	s.config = &oauth2.Config{ClientID: s.o.Client, ClientSecret: s.o.Secret, Endpoint: provider.Endpoint(), RedirectURL: s.o.Back, Scopes: []string{oidc.ScopeOpenID}}
	s.verifier = provider.Verifier(&oidc.Config{ClientID: s.o.Client, Now: s.o.Now})
	return s.config, s.verifier, nil
}

// Begin gives the provider's address to which the browser is sent.
func (s *SignOn) Begin(ctx context.Context, state, nonce, verifier string) (string, error) {
	config, _, err := s.ready(ctx)
	if err != nil {
		return "", err
	}
	return config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), nil
}

// Finish exchanges the code that came back for who it is.
func (s *SignOn) Finish(ctx context.Context, code, nonce, verifier string) (subject string, err error) {
	config, check, err := s.ready(ctx)
	if err != nil {
		return "", err
	}
	ctx = oidc.ClientContext(ctx, s.o.HTTP)
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return "", err
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return "", errNoToken
	}
	claims, err := check.Verify(ctx, raw)
	if err != nil {
		return "", err
	}
	if subtle.ConstantTimeCompare([]byte(claims.Nonce), []byte(nonce)) != 1 {
		return "", errNonce
	}
	return claims.Issuer + " " + claims.Subject, nil
}
