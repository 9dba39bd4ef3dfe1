package mcp_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"baihuo/internal/db"
	"baihuo/internal/dbtest"
	"baihuo/internal/staff"
)

// A call nested ten thousand levels deep, as its whole body, as the arguments of a tool
// or as one argument, is refused by one sentence and acts on nothing; the door goes on.
func TestDeepCalls(t *testing.T) {
	o := open(t, dbtest.Open(t, db.SQLite, db.Options{Clock: dbtest.NewClock().Now}), nil)
	key := o.key("key_full", staff.Everywhere())
	tools, err := o.full().ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	const levels = 10_000
	for name, deep := range map[string]string{"lists": strings.Repeat("[", levels) + strings.Repeat("]", levels),
		"objects": strings.Repeat(`{"a":`, levels) + "1" + strings.Repeat("}", levels), "cut off": strings.Repeat("[", levels),
		"a thousand levels": strings.Repeat("[", 1000) + strings.Repeat("]", 1000)} {
		bodies := map[string]string{"a body": deep}
		for _, tool := range tools.Tools {
			bodies["the arguments of "+tool.Name] = fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":%q,"arguments":%s}}`, tool.Name, deep)
			bodies["one argument of "+tool.Name] = fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":%q,"arguments":{"order":%s}}}`, tool.Name, deep)
		}
		for what, body := range bodies {
			r, err := http.NewRequest(http.MethodPost, o.url, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header = http.Header{"Authorization": {"Bearer " + key}, "Content-Type": {"application/json"}, "Accept": {"application/json, text/event-stream"}}
			got, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatalf("%s, %s: %v", what, name, err)
			}
			text, _ := io.ReadAll(got.Body)
			got.Body.Close()
			refused := got.StatusCode >= 400 && got.StatusCode < 500 || got.StatusCode == http.StatusOK && (strings.Contains(string(text), `"error"`) || strings.Contains(string(text), `"isError":true`))
			if !refused || len(text) > 4096 {
				t.Errorf("%s, %s: %d, %d bytes: %.300s", what, name, got.StatusCode, len(text), text)
			}
		}
	}
	if n := o.acts(); n != 0 {
		t.Errorf("%d acts are noted", n)
	}
}

// acts counts what tools have previewed or done.
func (o *door) acts() (n int64) {
	dbtest.Read(o.t, o.h.D, func(tx *db.Tx) (err error) { n, err = tx.Number(`SELECT COUNT(*) FROM mcp_acts`); return err })
	return n
}
