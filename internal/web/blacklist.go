package web

import (
	"net/http"
	"strings"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/staff"
)

// blackRow is a buyer on the black list, as a mask.
type blackRow struct {
	Buyer, Name, Platform, Why, Until string
	Since                             stamp
}

// blackShown is how many buyers one page of the black list has.
const blackShown = 100

var errBlackWhy = fault.New(fault.Invalid, "black_why", "请写明加入黑名单的原因", "Say why the buyer goes on the black list")

// blacklist takes the phone of a buyer or the number of an order of theirs and puts the
// buyer on the black list, or off it: a buyer is sealed and has no other name here.
func (s *Site) blacklist(v *visit) error { return s.showBlacklist(v, http.StatusOK, nil) }

func (s *Site) showBlacklist(v *visit, status int, c *complaint) error {
	after, err := blackMark(v.r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	var rows []blackRow
	next := ""
	err = s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		list, err := customer.Blacklisted(tx, after, blackShown+1)
		rows, next = nil, ""
		if len(list) > blackShown {
			list = list[:blackShown]
			last := list[len(list)-1]
			next = "/blacklist?after=" + dotted(int64(last.BlacklistedAt), int64(last.ID))
		}
		for _, b := range list {
			rows = append(rows, blackRow{Buyer: id.Text("B", int64(b.ID)), Name: b.Name.Mask, Platform: b.Platform, Why: b.Why,
				Until: v.stampOf(b.Until, tx.Now(), houseZone).Short, Since: v.stampOf(b.BlacklistedAt, tx.Now(), houseZone)})
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.render(v, status, "blacklist", map[string]any{"Title": v.word("blacklist"), "Rows": rows, "Complaint": c, "FormKey": formKey(),
		"Next": next, "Paged": after != customer.BlackMark{}, "May": v.caller.May(staff.RuleEdit) && v.everywhere()})
}

// blackMark reads where a page of the black list begins.
func blackMark(text string) (m customer.BlackMark, err error) {
	if text == "" {
		return m, nil
	}
	n, ok := readDotted(text, 2)
	if !ok || n[0] <= 0 {
		return m, errFilter
	}
	return customer.BlackMark{At: db.Instant(n[0]), Buyer: id.Buyer(n[1])}, nil
}

func (s *Site) saveBlacklist(v *visit) error {
	if !v.everywhere() {
		return errEverywhere
	}
	err := s.act(v, func(tx *db.Tx) (string, error) {
		if n, ok := id.Parse("B", v.r.PostFormValue("buyer")); ok {
			return did("/blacklist", "black_off", 0, ""), customer.Blacklist(tx, id.Buyer(n), "", 0)
		}
		n, err := s.blacken(tx, v)
		return did("/blacklist", "black_on", n, ""), err
	})
	if err == nil {
		return nil
	}
	c, status, err := v.complain(err)
	if err != nil {
		return err
	}
	return s.showBlacklist(v, status, c)
}

// blacken puts the buyers that a form names on the list and gives how many.
func (s *Site) blacken(tx *db.Tx, v *visit) (int, error) {
	form := func(name string) string { return strings.TrimSpace(v.r.PostFormValue(name)) }
	why := form("why")
	if why == "" {
		return 0, errBlackWhy
	}
	until, err := day(form("until"), 1)
	if err != nil {
		return 0, err
	}
	var buyers []id.Buyer
	if phone := form("phone"); phone != "" {
		if buyers, err = flow.BuyersOfPhone(tx, s.cfg.Kit, phone); err != nil {
			return 0, err
		}
	} else {
		buyer, err := flow.BuyerOf(tx, v.caller.Scope, form("number"))
		if err != nil {
			return 0, err
		}
		buyers = []id.Buyer{buyer}
	}
	for _, b := range buyers {
		if err := customer.Blacklist(tx, b, why, until); err != nil {
			return 0, err
		}
	}
	return len(buyers), nil
}
