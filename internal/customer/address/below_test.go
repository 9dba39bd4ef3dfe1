package address

import "testing"

// Provinces hold cities, cities districts, and the four municipalities districts at once.
func TestBelow(t *testing.T) {
	has := func(of, code, name string, more bool) {
		t.Helper()
		for _, d := range Below(of) {
			if d.Code == code {
				if d.Name != name || d.More != more {
					t.Errorf("%s: %+v", code, d)
				}
				return
			}
		}
		t.Errorf("%s is not below %q", code, of)
	}
	has("", "33", "浙江省", true)
	has("33", "3301", "杭州市", true)
	has("3301", "330110", "余杭区", false)
	has("11", "110105", "朝阳区", false)
	if n := len(Below("")); n != len(Provinces()) {
		t.Errorf("%d provinces", n)
	}
	if Below("99") != nil || Below("330110") != nil || NameOf("99") != "" || NameOf("330110") != "浙江省杭州市余杭区" || NameOf("33") != "浙江省" {
		t.Error(NameOf("330110"))
	}
}
