package staff_test

import (
	"encoding/json"
	"testing"

	"baihuo/internal/staff"
)

func TestWithoutCosts(t *testing.T) {
	const raw = `{"order":915453746912165888,"lines":[{"sku":"PAN","cost":4000,"price":9900}]}`
	for _, c := range []struct {
		name   string
		caller staff.Caller
		want   string
	}{
		{"who_may_not_sees_no_cost_and_every_digit_of_an_id", staff.Caller{Actor: "S-1"}, `{"lines":[{"price":9900,"sku":"PAN"}],"order":915453746912165888}`},
		{"who_may_sees_it_as_it_is", staff.Machine("test"), raw},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(c.caller.WithoutCosts(json.RawMessage(raw))); got != c.want {
				t.Errorf("got %s", got)
			}
		})
	}
}
