package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Client speaks to one hub with one API key.
type Client struct {
	base, key string
	http      *http.Client
	lang      string
	attempts  int
	pause     func(ctx context.Context, d time.Duration) error
}

// Option changes how a Client works.
type Option func(*Client)

// WithHTTP uses another HTTP client, for proxies or certificates of your own.
func WithHTTP(h *http.Client) Option { return func(c *Client) { c.http = h } }

// WithLanguage asks for sentences in zh (the default) or en.
func WithLanguage(lang string) Option { return func(c *Client) { c.lang = lang } }

// WithAttempts bounds how often a request is sent before its error is given (default
// 5, at least 1).
func WithAttempts(n int) Option { return func(c *Client) { c.attempts = max(n, 1) } }

// WithPause is what the client does while it waits between attempts; for tests.
func WithPause(pause func(ctx context.Context, d time.Duration) error) Option {
	return func(c *Client) { c.pause = pause }
}

// New makes a client of the hub at base, such as https://hub.example, with an API key.
func New(base, key string, options ...Option) *Client {
	c := &Client{base: strings.TrimRight(base, "/"), key: key, http: &http.Client{Timeout: 60 * time.Second}, lang: "zh", attempts: 5, pause: sleep}
	for _, o := range options {
		o(c)
	}
	return c
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Error is a refusal by the hub.
type Error struct {
	Status int
	// Code is stable: compare this. ZH and EN are sentences for people.
	Code   string  `json:"code"`
	ZH     string  `json:"zh"`
	EN     string  `json:"en"`
	Fields []Field `json:"fields,omitempty"`
	// Current and Yours are both sides of a stale edit (409).
	Current json.RawMessage `json:"current,omitempty"`
	Yours   json.RawMessage `json:"yours,omitempty"`
	// Instance is the number in the hub's log, where the hub is to blame.
	Instance string `json:"instance,omitempty"`

	after time.Duration
}

// Field is a part of a request that is wrong.
type Field struct {
	Name string `json:"name"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

func (e *Error) Error() string {
	text := fmt.Sprintf("baihuo: %d %s: %s", e.Status, e.Code, e.EN)
	for _, f := range e.Fields {
		text += fmt.Sprintf("; %s: %s", f.Name, f.EN)
	}
	return text
}

// Is says whether an error is a refusal with a code, as in client.Is(err,
// "order_shipped").
func Is(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

type keyOf struct{}

// WithKey gives the command that is sent with ctx its Idempotency-Key. Without it the
// client makes one, which covers its own attempts but not a restart of the caller.
func WithKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, keyOf{}, key)
}

// request is what is sent: heads beside the usual ones, and a body of JSON or none.
type request struct {
	method, path string
	query        url.Values
	body         any
	match        string
}

// do sends a request as often as it takes and reads the answer into out; it gives the
// ETag of the answer.
func (c *Client) do(ctx context.Context, q request, out any) (etag string, err error) {
	var body []byte
	if q.body != nil {
		if body, err = json.Marshal(q.body); err != nil {
			return "", err
		}
	}
	key, _ := ctx.Value(keyOf{}).(string)
	if key == "" && q.method != http.MethodGet {
		key = rand.Text()
	}
	for attempt := 1; ; attempt++ {
		etag, err = c.once(ctx, q, body, key, out)
		wait, again := c.again(err, attempt)
		if !again || attempt >= c.attempts || ctx.Err() != nil {
			return etag, err
		}
		if e := c.pause(ctx, wait); e != nil {
			return "", errors.Join(err, e)
		}
	}
}

// again tells whether an error may go away, and when to come back.
func (c *Client) again(err error, attempt int) (time.Duration, bool) {
	usual := time.Duration(1<<min(attempt-1, 5)) * 200 * time.Millisecond
	var e *Error
	switch {
	case err == nil:
		return 0, false
	case !errors.As(err, &e): // the line broke: the same key makes a repeat harmless
		return usual, true
	case e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable:
		return max(usual, e.after), true
	}
	return 0, false
}

func (c *Client) once(ctx context.Context, q request, body []byte, key string, out any) (etag string, err error) {
	at := c.base + q.path
	if len(q.query) > 0 {
		at += "?" + q.query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, q.method, at, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Authorization", "Bearer "+c.key)
	r.Header.Set("Accept-Language", c.lang)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	if q.match != "" {
		r.Header.Set("If-Match", q.match)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 64<<20))
	if err != nil {
		return "", err
	}
	if answer.StatusCode >= 300 {
		return "", refusal(answer, text)
	}
	if out != nil {
		err = json.Unmarshal(text, out)
	}
	return answer.Header.Get("ETag"), err
}

func refusal(answer *http.Response, text []byte) *Error {
	e := &Error{}
	if json.Unmarshal(text, e) != nil || e.Code == "" {
		e.Code, e.EN = "http_"+strconv.Itoa(answer.StatusCode), strings.TrimSpace(string(text[:min(len(text), 200)])) // a proxy's answer
	}
	e.Status = answer.StatusCode
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil {
		e.after = time.Duration(seconds) * time.Second
	}
	return e
}
