package staff_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"baihuo/internal/id"
	"baihuo/internal/staff"
)

// What each role may do was read by a person: a permit that slips into a role is seen
// here. Each cell of role x permit stands in the file, so one that is left out shows.
func TestPermitsOfRoles(t *testing.T) {
	var b strings.Builder
	for _, r := range staff.Roles() {
		kind := "person"
		if r.Machine {
			kind = "key"
		}
		if r.Careful {
			kind += ", careful"
		}
		fmt.Fprintf(&b, "%s (%s)\n", r.Code, kind)
		for _, p := range staff.Permits() {
			mark := "-"
			if r.May(p) {
				mark = "may"
			}
			fmt.Fprintf(&b, "  %-16s %s\n", p, mark)
		}
	}
	want, err := os.ReadFile(filepath.Join("testdata", "permits.golden"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("the roles differ from the reviewed table (testdata/permits.golden):\n%s", diff)
	}
}

func TestRolesAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range staff.Roles() {
		if seen[r.Code] || r.Code == "" || r.ZH == "" || r.EN == "" || len(r.Permits) == 0 || strings.HasPrefix(r.Code, "key_") != r.Machine {
			t.Errorf("role %+v", r)
		}
		seen[r.Code] = true
		for _, p := range r.Permits {
			if !p.Known() || p == staff.Public || p == staff.SignedIn {
				t.Errorf("role %s holds %q", r.Code, p)
			}
		}
		// Who can give rights, hand out personal data or see money proves who they are twice.
		for _, p := range []staff.Permit{staff.StaffManage, staff.KeyManage, staff.PersonExport, staff.FileExport, staff.ReviewFinance} {
			if r.May(p) && !r.Careful {
				t.Errorf("role %s holds %s and is not careful", r.Code, p)
			}
		}
		if r.Machine && (r.May(staff.StaffManage) || r.May(staff.KeyManage) || r.May(staff.PersonReveal) || r.May(staff.PersonExport)) {
			t.Errorf("a key of kind %s reaches people", r.Code)
		}
	}
	for _, p := range append(staff.Permits(), staff.Public, staff.SignedIn) {
		if zh, en := p.Words(); zh == "" || en == "" {
			t.Errorf("permit %s has no words", p)
		}
	}
	if staff.Permit("order.burn").Known() {
		t.Error("a permit that does not exist is known")
	}
}

func TestCaller(t *testing.T) {
	stranger := staff.Caller{}
	if !stranger.May(staff.Public) || stranger.May(staff.SignedIn) || stranger.May(staff.OrderRead) || len(stranger.Permits()) != 0 {
		t.Error("a stranger may do more than what is public")
	}
	if got := says(stranger.Need(staff.OrderRead)); got != "not_permitted" {
		t.Errorf("need says %q", got)
	}
	two := staff.Person{ID: 7, Roles: []string{"picker", "packer"}}.Caller()
	if !two.May(staff.SignedIn) || !two.May(staff.PackagePick) || !two.May(staff.PackagePack) || two.May(staff.PackageShip) {
		t.Errorf("two roles hold %v", two.Permits())
	}
	list := two.Permits()
	list[0] = staff.StaffManage
	if two.May(staff.StaffManage) {
		t.Error("a caller's permits can be written to")
	}
	if key := (staff.Person{ID: 7, Roles: []string{"nonsense"}}).Caller(); len(key.Permits()) != 0 {
		t.Errorf("an unknown role holds %v", key.Permits())
	}
}

func TestScope(t *testing.T) {
	one := in([]id.Shop{1, 2}, []id.Warehouse{8})
	for name, c := range map[string]struct {
		inner, outer staff.Scope
		within       bool
	}{
		"all in all":              {staff.Everywhere(), staff.Everywhere(), true},
		"some in all":             {one, staff.Everywhere(), true},
		"all in some":             {staff.Everywhere(), one, false},
		"all shops in some":       {staff.Scope{AllShops: true}, one, false},
		"all warehouses in some":  {staff.Scope{AllWarehouses: true}, one, false},
		"itself":                  {one, one, true},
		"one shop":                {in([]id.Shop{2}, nil), one, true},
		"another shop":            {in([]id.Shop{3}, nil), one, false},
		"another warehouse":       {in(nil, []id.Warehouse{9}), one, false},
		"nowhere in nowhere":      {staff.Scope{}, staff.Scope{}, true},
		"somewhere in nowhere":    {one, staff.Scope{}, false},
		"nowhere in somewhere":    {staff.Scope{}, one, true},
		"one of each and another": {in([]id.Shop{1, 3}, []id.Warehouse{8}), one, false},
	} {
		if got := c.inner.Within(c.outer); got != c.within {
			t.Errorf("%s: within is %v", name, got)
		}
	}
	if !one.HasShop(2) || one.HasShop(3) || !one.HasWarehouse(8) || one.HasWarehouse(1) || (staff.Scope{}).HasShop(0) {
		t.Error("a scope holds where it does not, or not where it does")
	}
}
