package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/staff"
)

// Route is one line of a route table: who may use it, what it is called, what it
// takes and gives.
type Route struct {
	Method, Path string
	Permit       staff.Permit
	// Name is the operation's id in the description, ZH and EN what it does.
	Name, ZH, EN string
	handler
}

// handler is what a route does, with the types that describe it; nil types are
// absent.
type handler struct {
	query, in, out reflect.Type
	// or is another body that the route takes as well.
	or reflect.Type
	// status is that of a good answer.
	status int
	// keyed: a command, which needs an Idempotency-Key.
	keyed bool
	// matched: an edit of a document, which If-Match may name.
	matched bool
	// media is the kind of answer where it is not JSON, and bodies are the kinds of
	// bodies.
	media  string
	bodies []string
	serve  func(w http.ResponseWriter, c *call) error
}

// edits says that a route changes a document that has a version.
func (h handler) edits() handler {
	h.matched = true
	return h
}

// call is one request on its way through a route.
type call struct {
	api    *API
	r      *http.Request
	caller staff.Caller
	lang   string
}

// none is the query or body of a route that takes none.
type none struct{}

// plain wraps a route that writes its answer itself.
func plain(media string, serve func(a *API, w http.ResponseWriter, c *call) error) handler {
	return handler{status: http.StatusOK, media: media, serve: func(w http.ResponseWriter, c *call) error { return serve(c.api, w, c) }}
}

// reads wraps a question that is answered from one snapshot. A Q is the query, an O
// the answer; one that has a version is sent with its ETag.
func reads[Q, O any](do func(c *call, tx *db.Tx, q Q) (O, error)) handler {
	return handler{query: typeOf[Q](), out: typeOf[O](), status: http.StatusOK, serve: func(w http.ResponseWriter, c *call) error {
		var q Q
		if err := readQuery(c.r.URL.RawQuery, &q); err != nil {
			return err
		}
		leave, err := c.api.limits.Enter()
		if err != nil {
			return err
		}
		defer leave()
		var out O
		err = c.api.cfg.DB.Read(context.WithoutCancel(c.r.Context()), func(tx *db.Tx) (err error) {
			out, err = do(c, tx, q)
			return err
		})
		if err != nil {
			return err
		}
		if v, ok := any(out).(versioned); ok {
			w.Header().Set("ETag", fmt.Sprintf(`"%d"`, v.version()))
		}
		write(w, jsonAnswer(http.StatusOK, out))
		return nil
	}}
}

// commands wraps an act of one transaction: repeated under the same key it hears
// the same answer and does nothing.
func commands[I, O any](status int, do func(c *call, tx *db.Tx, in I) (O, error)) handler {
	return handler{in: typeOf[I](), out: typeOf[O](), status: status, keyed: true, serve: func(w http.ResponseWriter, c *call) error {
		in, key, sum, err := readCommand[I](w, c)
		if err != nil {
			return err
		}
		leave, err := c.api.limits.Enter() // not before the body is here: a slow sender takes no room
		if err != nil {
			return err
		}
		defer leave()
		given, err := c.api.once(c.r.Context(), c.caller.Actor, key, sum, func(tx *db.Tx) (answer, error) {
			out, err := do(c, tx, in)
			if err != nil {
				return answer{}, err
			}
			return goodAnswer(status, out), nil
		})
		if err != nil {
			return err
		}
		write(w, given)
		return nil
	}}
}

// errands wraps an act that takes its own time and its own transactions. It must
// bear to be done again: its answer is kept only after it, so a repeat under the
// same key may find it half done. While it lasts the same key is refused.
func errands[I, O any](status int, do func(c *call, in I) (O, error)) handler {
	return handler{in: typeOf[I](), out: typeOf[O](), status: status, keyed: true, serve: func(w http.ResponseWriter, c *call) error {
		in, key, sum, err := readCommand[I](w, c)
		if err != nil {
			return err
		}
		given, err := c.api.errand(c, key, sum, func() (answer, error) {
			leave, err := c.api.limits.Enter()
			if err != nil {
				return answer{}, err
			}
			defer leave()
			out, err := do(c, in)
			if err != nil {
				return answer{}, err
			}
			return goodAnswer(status, out), nil
		})
		if err != nil {
			return err
		}
		write(w, given)
		return nil
	}}
}

// readCommand reads the key and the body of a command.
func readCommand[I any](w http.ResponseWriter, c *call) (in I, key string, sum []byte, err error) {
	if key, err = keyOf(c.r); err != nil {
		return in, "", nil, err
	}
	in, sum, err = readBody[I](w, c)
	return in, key, sum, err
}

// readBody reads a body, and sums up what is asked. A route without a body takes
// none or {}; parameters are for questions.
func readBody[I any](w http.ResponseWriter, c *call) (in I, sum []byte, err error) {
	if err := readQuery(c.r.URL.RawQuery, &none{}); err != nil {
		return in, nil, err
	}
	body, release, err := c.api.read(w, c.r)
	if err != nil {
		return in, nil, err
	}
	defer release()
	sum = digestOf(c.r, body)
	if typeOf[I]() == nil && len(body) == 0 {
		return in, sum, nil
	}
	if f := decode(body, &in); f != nil {
		return in, nil, f
	}
	return in, sum, nil
}

// asks wraps a question that is asked with a body, because it names what must not
// stand in an address.
func asks[I, O any](do func(c *call, tx *db.Tx, in I) (O, error)) handler {
	return handler{in: typeOf[I](), out: typeOf[O](), status: http.StatusOK, serve: func(w http.ResponseWriter, c *call) error {
		in, _, err := readBody[I](w, c)
		if err != nil {
			return err
		}
		leave, err := c.api.limits.Enter()
		if err != nil {
			return err
		}
		defer leave()
		var out O
		err = c.api.cfg.DB.Read(context.WithoutCancel(c.r.Context()), func(tx *db.Tx) (err error) {
			out, err = do(c, tx, in)
			return err
		})
		if err != nil {
			return err
		}
		write(w, jsonAnswer(http.StatusOK, out))
		return nil
	}}
}

// secretive is an answer that holds a secret: shown gives what a repeat hears.
type secretive interface{ shown() any }

// goodAnswer makes the answer of a command. A secret in it is told once and never
// kept.
func goodAnswer(status int, out any) answer {
	a := jsonAnswer(status, out)
	if s, ok := out.(secretive); ok {
		a.kept = jsonAnswer(status, s.shown()).body
	}
	return a
}

func typeOf[T any]() reflect.Type {
	if t := reflect.TypeFor[T](); t != reflect.TypeFor[none]() {
		return t
	}
	return nil
}

// versioned is an answer about a document that If-Match can name.
type versioned interface{ version() int64 }

// ErrMatch says that an If-Match cannot be read.
var ErrMatch = fault.New(fault.Invalid, "if_match", `If-Match 应为读取时得到的 ETag,例如 "3"`, `If-Match is the ETag that reading gave, such as "3"`)

// match gives the version that the caller edits, 0 when they do not say.
func (c *call) match() (version int64, err error) {
	text := c.r.Header.Get("If-Match")
	if text == "" || text == "*" {
		return 0, nil
	}
	version, err = strconv.ParseInt(strings.Trim(text, `"`), 10, 64)
	if err != nil || version <= 0 || fmt.Sprintf(`"%d"`, version) != text {
		return 0, ErrMatch
	}
	return version, nil
}

// staleError is a fault about an edit of an old version: both sides are shown.
type staleError struct {
	*fault.Fault
	current, yours any
}

func (e *staleError) Unwrap() error { return e.Fault }

// need refuses a caller without a further permit, where one route serves several.
func (c *call) need(p staff.Permit) error { return c.caller.Need(p) }

// checkRoutes refuses a table with a route that nobody may judge: without a permit,
// a name or words.
func checkRoutes(routes []Route) error {
	names := map[string]bool{}
	for _, r := range routes {
		switch {
		case !r.Permit.Known():
			return fmt.Errorf("api: route %s %s names no permit", r.Method, r.Path)
		case r.serve == nil || r.Name == "" || r.ZH == "" || r.EN == "" || names[r.Name]:
			return fmt.Errorf("api: route %s %s lacks a name of its own or its words", r.Method, r.Path)
		case r.keyed && !slices.Contains([]string{"POST", "PUT", "PATCH", "DELETE"}, r.Method):
			return fmt.Errorf("api: route %s %s changes something by reading", r.Method, r.Path)
		}
		names[r.Name] = true
	}
	return nil
}
