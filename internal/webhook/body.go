package webhook

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// message is what a receiver reads. It names the object and what happened; whoever
// needs more asks the API, under their own permits.
type message struct {
	Type string `json:"type"`
	// Timestamp is when it happened, not when it was sent.
	Timestamp string `json:"timestamp"`
	Data      struct {
		Object  string `json:"object"`
		ID      string `json:"id"`
		Version int64  `json:"version"`
		What    string `json:"what"`
		Payload any    `json:"payload"`
	} `json:"data"`
}

// bodyOf makes the body of an event. It depends on the row alone, so that every
// attempt sends the same.
func bodyOf(r journal.Row) ([]byte, error) {
	m := message{Type: eventOf(r.Kind, r.What), Timestamp: r.At.Time().Format(time.RFC3339Nano)}
	m.Data.Object, m.Data.ID, m.Data.Version, m.Data.What = r.Kind, shown(r.Kind, r.ID), r.Version, r.What
	var payload any = map[string]any{}
	if r.Payload != "" {
		d := json.NewDecoder(strings.NewReader(r.Payload))
		d.UseNumber()
		if err := d.Decode(&payload); err != nil {
			return nil, errEvent.Wrap(err)
		}
	}
	m.Data.Payload = outward("", payload)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(m)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// kept are the members of payloads that stay in the house: what people wrote in
// their own words, and what tells persons apart.
var kept = map[string]bool{"why": true, "note": true, "reason": true, "error": true, "facts": true, "digest": true,
	"recipient_digest": true, "recipient_id": true, "buyer_id": true}

// marks are the prefixes of ids by the name of their member.
var marks = map[string]string{"order": "O", "orders": "O", "line": "L", "lines": "L", "package": "P", "packages": "P",
	"waybill": "W", "hold": "H"}

// exact is the largest number that every reader of JSON keeps exactly.
const exact = 1<<53 - 1

// outward gives a value as it leaves the house. Ids are text, as everywhere outside:
// as a number they lose their last digits in many a receiver.
func outward(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for member, value := range v {
			if kept[member] {
				delete(v, member)
			} else {
				v[member] = outward(member, value)
			}
		}
	case []any:
		for i := range v {
			v[i] = outward(name, v[i])
		}
	case json.Number:
		n, err := v.Int64()
		if mark := marks[strings.TrimSuffix(name, "_id")]; err == nil && mark != "" && n > exact {
			return id.Text(mark, n)
		}
		if err == nil && (n > exact || n < -exact) || strings.HasSuffix(name, "_id") {
			return v.String()
		}
	}
	return v
}
