package api

import (
	"encoding/json"
	"errors"
	"net/http"

	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// problem is an RFC 9457 answer. Detail is the sentence in the caller's language; zh
// and en hold both. Instance is the number under which the log knows the cause.
// Current and Yours are the two sides of an edit of an old version.
type problem struct {
	Type       string        `json:"type"`
	Title      string        `json:"title"`
	Status     int           `json:"status"`
	Detail     string        `json:"detail"`
	Instance   string        `json:"instance,omitempty"`
	Code       string        `json:"code"`
	ZH         string        `json:"zh"`
	EN         string        `json:"en"`
	Fields     []fault.Field `json:"fields,omitempty"`
	ExternalNo string        `json:"external_no,omitempty"`
	Current    any           `json:"current,omitempty"`
	Yours      any           `json:"yours,omitempty"`
}

func problemOf(f *fault.Fault) problem {
	status := statusOf(f)
	return problem{Type: "urn:baihuo:fault:" + f.Code, Title: http.StatusText(status), Status: status, Detail: f.ZH,
		Code: f.Code,
		ZH:   f.ZH, EN: f.EN, Fields: f.Fields}
}

// refuse answers with a fault. Its cause goes to the log alone.
func (a *API) refuse(w http.ResponseWriter, r *http.Request, err error) {
	f := fault.Of(err)
	p := problemOf(f)
	if stale, ok := asStale(err); ok {
		p.Current, p.Yours = stale.current, stale.yours
	}
	if language(r) == "en" {
		p.Detail = p.EN
	}
	if p.Status >= http.StatusInternalServerError {
		p.Instance = "urn:baihuo:request:" + id.Text("R", a.cfg.DB.NextID())
		a.cfg.Log.Error("request failed", "instance", p.Instance, "method", r.Method, "route", r.Pattern, "code",
			f.Code, "cause", errors.Unwrap(f))
	}
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="baihuo"`)
	}
	body, _ := json.Marshal(p) // strings, numbers and our own views only
	write(w, answer{status: p.Status, body: body})
}

// answer is what a command is told, now and whenever it is repeated.
type answer struct {
	status int
	body   []byte
	// anew: the answer is not kept, a repeat does the work again.
	anew bool
	// kept is what is kept in place of body, where body holds a secret.
	kept []byte
}

func jsonAnswer(status int, v any) answer {
	body, err := json.Marshal(v)
	if err != nil {
		panic("api: answer: " + err.Error())
	}
	return answer{status: status, body: body}
}

func write(w http.ResponseWriter, a answer) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	if a.status >= http.StatusBadRequest {
		h.Set("Content-Type", "application/problem+json")
	}
	if a.status == http.StatusTooManyRequests || a.status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "1")
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // who hung up needs no answer
}
