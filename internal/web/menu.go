package web

import (
	"strings"

	"baihuo/internal/staff"
)

// entry is one line of the menu: where it leads, under which icon and word, by which
// keys after g, who may go there, and which figure stands behind it.
type entry struct {
	path, word, icon, key string
	permit                staff.Permit
	// count names a figure of counts.go that stands behind the word; "" for none.
	count string
}

// group is a heading of the menu with its entries.
type group struct {
	word    string
	entries []entry
}

// menu is what leads to every page that is no detail of another. An entry is shown
// to whoever holds its permit.
var menu = []group{
	{"menu_day", []entry{
		{"/", "workbench", "home", "h", staff.SignedIn, ""},
		{"/orders", "orders", "list-details", "o", staff.OrderRead, "in_hand"},
		{"/review", "review", "clipboard-check", "r", staff.OrderRead, "review"},
		{"/exceptions", "exceptions", "alert-triangle", "e", staff.ExceptionRead, "exceptions"},
		{"/orders/new", "order_new", "plus", "n", staff.OrderPlace, ""},
	}},
	{"menu_stock", []entry{
		{"/stock", "stock", "building-warehouse", "s", staff.StockRead, ""},
		{"/waiting", "waiting", "hourglass", "w", staff.StockRead, ""},
		{"/stock/receive", "receive", "inbox", "", staff.StockReceive, ""},
		{"/stock/count", "stock_count", "clipboard-list", "c", staff.StockCount, ""},
		{"/stock/move", "stock_move", "arrows-exchange", "", staff.StockAdjust, ""},
		{"/products", "products", "tags", "p", staff.CatalogRead, ""},
	}},
	{"menu_store", []entry{
		{"/store/new", "store_new", "basket", "t", staff.OrderPlace, ""},
		{"/store/pickup", "pickup", "package", "", staff.PackageShip, ""},
		{"/store/shift", "shift", "cash", "", staff.OrderPlace, ""},
	}},
	{"menu_rules", []entry{
		{"/rules", "rules", "adjustments", "", staff.RuleRead, ""},
		{"/stops", "stops", "map-pin-off", "", staff.RuleRead, ""},
		{"/blacklist", "blacklist", "ban", "", staff.RuleRead, ""},
	}},
	{"menu_look", []entry{
		{"/dashboard", "dashboard", "chart-bar", "d", staff.OrderRead, ""},
		{"/big", "big", "device-tv", "", staff.OrderRead, ""},
		{"/m", "phone_page", "device-mobile", "", staff.OrderRead, ""},
	}},
	{"menu_work", []entry{
		{"/files", "files", "files", "f", staff.SignedIn, ""},
		{"/jobs", "jobs", "refresh", "j", staff.JobRead, "dead"},
		{"/webhooks", "webhooks", "webhook", "", staff.WebhookManage, ""},
	}},
	{"office", []entry{
		{"/people", "people", "users", "", staff.StaffRead, ""},
		{"/roles", "roles", "shield-lock", "", staff.StaffRead, ""},
		{"/sessions", "sessions", "link", "", staff.StaffRead, ""},
		{"/keys", "keys", "key", "", staff.KeyManage, ""},
		{"/seals", "seals", "lock", "", staff.SystemOperate, ""},
		{"/persons", "persons", "user", "", staff.PersonExport, ""},
		{"/audit", "audit", "history", "a", staff.JournalRead, ""},
		{"/settings", "settings", "settings", "", staff.RuleRead, ""},
		{"/health", "health", "heartbeat", "", staff.SystemOperate, ""},
	}},
}

// door is an entry as a page shows it.
type door struct {
	Path, Word, Icon, Key string
	Here                  bool
	Count                 int64
	Over                  bool // more than Count
}

// wing is a group as a page shows it.
type wing struct {
	Word  string
	Doors []door
}

// doors gives the menu of a visitor, on a page. Of two entries that both fit the
// page's address the longer is where one is.
func (s *Site) doors(v *visit) (wings []wing) {
	here := ""
	for _, g := range menu {
		for _, e := range g.entries {
			if fits(v.r.URL.Path, e.path) && len(e.path) > len(here) {
				here = e.path
			}
		}
	}
	counts := s.menuCounts(v)
	for _, g := range menu {
		w := wing{Word: v.word(g.word)}
		for _, e := range g.entries {
			if !s.paths[e.path] || !v.caller.May(e.permit) {
				continue
			}
			n := counts[e.count]
			w.Doors = append(w.Doors, door{Path: e.path, Word: v.word(e.word), Icon: e.icon, Key: e.key, Here: e.path == here,
				Count: min(n, countMax), Over: n > countMax})
		}
		if len(w.Doors) > 0 {
			wings = append(wings, w)
		}
	}
	return wings
}

// fits says that a page lies at or below an address of the menu.
func fits(page, path string) bool {
	return page == path || path != "/" && strings.HasPrefix(page, path+"/")
}
