package web

import (
	"net/url"
	"strconv"
	"strings"
)

// toast says on the next page what an act did, and offers to undo it for a while.
type toast struct {
	Say string
	// Undo is where a form takes it back, always below /undo/; "" where nothing can.
	Undo, Key string
}

// did gives the address to go to after an act: say is the key of a word done_..., n
// stands in it where it has room for a number, undo is a path below /undo/ or "".
func did(to, say string, n int, undo string) string {
	u, err := url.Parse(to)
	if err != nil {
		return to
	}
	query := u.Query()
	query.Set("did", say)
	query.Del("n")
	query.Del("undo")
	if n > 0 {
		query.Set("n", strconv.Itoa(n))
	}
	if undo != "" {
		query.Set("undo", undo)
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// toast reads what did wrote. What is no word of ours says nothing, and what lies
// outside /undo/ is not offered.
func (v *visit) toast() *toast {
	query := v.r.URL.Query()
	w, known := words["done_"+query.Get("did")]
	if !known {
		return nil
	}
	t := &toast{Say: w.in(v.lang)}
	if strings.Contains(t.Say, "%d") {
		n, _ := strconv.Atoi(query.Get("n")) // 0 says as much as what cannot be read
		t.Say = strings.ReplaceAll(t.Say, "%d", number(int64(n)))
	}
	if undo := query.Get("undo"); strings.HasPrefix(undo, "/undo/") && inHouse(undo) == undo {
		t.Undo, t.Key = undo, formKey()
	}
	return t
}
