package web

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"

	"baihuo/internal/db"
	"baihuo/internal/finance"
	"baihuo/internal/seal"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// tillWords are what the till's script says.
var tillWords = []string{"till_unknown", "till_empty", "till_paid_less", "till_change", "till_done", "till_need_customer", "till_offline_customer", "till_held", "till_refused",
	"till_retry", "till_mend", "till_unsent", "till_signed_out", "till_full", "till_nothing", "till_free", "till_new_customer", "till_no_held", "till_not_empty",
	"till_none_yet", "till_remove", "till_price_off", "till_stale", "till_qty", "till_ready", "till_sent", "till_slow", "till_lost", "till_since", "till_late", "till_offline",
	"till_new_offline", "till_insecure", "till_waits", "till_kept", "slip_print", "slip_waits"}

// till is the screen at the counter. All that is sold on it is done by its script; the
// page brings the words and what the person may do. With kept=1 it is the page that a
// browser keeps for when there is no network: it names nobody.
func (s *Site) till(v *visit) error {
	var here shop.Shop
	var all []shop.Shop
	var mine *finance.Shift
	var now db.Instant
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		now = tx.Now()
		here, all, mine, err = v.storeOf(tx, v.r.URL.Query().Get("shop"))
		return err
	})
	if err != nil {
		return err
	}
	kept := v.r.URL.Query().Get("kept") == "1"
	setup, err := s.tillSetup(v, here, now, kept)
	if err != nil {
		return err
	}
	if kept {
		all = nil // there is no way to another shop's
	}
	return s.render(v, http.StatusOK, "store_new", map[string]any{"Title": v.word("store_new"), "FormKey": formKey(), "Shop": here, "Shops": storeChoices(all, here.ID),
		"Shift": mine, "Elsewhere": mine != nil && mine.Shop != here.ID, "Setup": setup, "MayPrice": v.caller.May(staff.OrderEdit), "Today": here.Day(now),
		"Delivers": !here.Kind.Contactless(), "Methods": finance.Methods(), "Kept": kept, "Slip": slip{Shop: shopName(here),
			Cashier: seal.MaskName(v.person.Name), Lines: make([]slipLine, 1), Tenders: make([]slipTender, 1)}})
}

// tillSetup is what the script needs to know. The slot is what it seals a customer to
// who is taken down without network; ahead is by how many milliseconds the house's clock
// is before the real one, which in a demo is a lot.
func (s *Site) tillSetup(v *visit, here shop.Shop, now db.Instant, kept bool) (string, error) {
	say := map[string]string{}
	for _, w := range tillWords {
		say[w] = v.word(w)
	}
	pays := map[string]string{}
	for _, m := range finance.Methods() {
		pays[string(m)] = v.word("pay_" + string(m))
	}
	text, err := json.Marshal(map[string]any{"words": say, "pays": pays, "shop": here.Code, "who": v.caller.Staff.String(), "price": v.caller.May(staff.OrderEdit),
		"kept": kept, "ahead": now.Time().Sub(s.cfg.Wall()).Milliseconds(), "purpose": purposeCustomer, "slot": base64.RawURLEncoding.EncodeToString(s.cfg.Kit.Keys.Slot(purposeCustomer))})
	return string(text), err
}

// tillFiles are what the till's page is made of.
var tillFiles = []string{"icon.svg", "sprite.svg", "tabler.css", "baihuo.css", "htmx.js", "baihuo.js", "scan.js", "till-away.js", "till.js"}

// tillWorker serves the script that keeps the till's page in a browser. It names the
// version of the files, so each new one is a new worker, and nobody needs to be signed in
// to take it in.
func (s *Site) tillWorker(v *visit) error {
	paths := make([]string, len(tillFiles))
	for i, name := range tillFiles {
		paths[i] = "/static/" + s.assets.hash + "/" + name
	}
	head, err := json.Marshal(map[string]any{"version": s.assets.hash, "files": paths})
	if err != nil {
		return err
	}
	code := bytes.Join([][]byte{[]byte("var kept = "), head, []byte(";\n"), s.assets.files["till-worker.js"].plain}, nil)
	v.w.Header().Set("Content-Type", kinds[".js"])
	send(v.w, v.r, http.StatusOK, code, func() []byte { return squeeze(code, 1) })
	return nil
}
