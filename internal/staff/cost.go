package staff

import (
	"bytes"
	"encoding/json"
)

// WithoutCosts takes every member named cost out of JSON for callers without the
// permit CostRead. Facts of rules and journal rows hold costs under this name.
func (c Caller) WithoutCosts(raw json.RawMessage) json.RawMessage {
	if raw == nil || c.May(CostRead) {
		return raw
	}
	var value any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // an id has more digits than a float holds
	if err := d.Decode(&value); err != nil {
		return nil
	}
	if !dropCosts(value) {
		return raw
	}
	bare, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	return bare
}

func dropCosts(value any) (dropped bool) {
	switch v := value.(type) {
	case map[string]any:
		if _, has := v["cost"]; has {
			delete(v, "cost")
			dropped = true
		}
		for _, inner := range v {
			dropped = dropCosts(inner) || dropped
		}
	case []any:
		for _, inner := range v {
			dropped = dropCosts(inner) || dropped
		}
	}
	return dropped
}
