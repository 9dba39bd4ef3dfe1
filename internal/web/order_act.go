package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/staff"
)

// orderOf reads which order an address names. Fault: order.ErrMissing.
func (v *visit) orderOf() (id.Order, error) {
	n, ok := id.Parse("O", v.r.PathValue("id"))
	if !ok {
		return 0, order.ErrMissing
	}
	return id.Order(n), nil
}

// orderLink is the page of an order within the list it was reached from.
func (v *visit) orderLink(n id.Order) string {
	to := "/orders/" + n.String()
	if from := inHouse(v.r.FormValue("from")); strings.HasPrefix(from, "/orders?") {
		to += "?from=" + url.QueryEscape(from)
	}
	return to
}

// onOrder does what a form of an order's page asks for, and shows the page again with
// what was refused.
func (s *Site) onOrder(v *visit, say string, do func(tx *db.Tx, n id.Order) (undo string, err error)) error {
	n, err := v.orderOf()
	if err != nil {
		return err
	}
	err = s.act(v, func(tx *db.Tx) (string, error) {
		if err := flow.Within(tx, v.caller.Scope, n); err != nil {
			return "", err
		}
		undo, err := do(tx, n)
		return did(v.orderLink(n), say, 1, undo), err
	})
	if c, status, rest := v.complainOf(err); c != nil {
		return s.showOrder(v, status, orderShow{complaint: c, stale: errors.Is(err, order.ErrVersion)})
	} else if rest != nil {
		return rest
	}
	return nil
}

// actOnOrder does one of the acts on many to this order alone, so that it is decided,
// told and undone in the same way.
func (s *Site) actOnOrder(v *visit) error {
	verb := flow.ActVerb(v.r.PostFormValue("act"))
	permit, known := permitOf(verb)
	if !known {
		return flow.ErrActKind
	}
	if err := v.caller.Need(permit); err != nil {
		return err
	}
	return s.onOrder(v, "act_"+string(verb), func(tx *db.Tx, n id.Order) (string, error) {
		b := batch{Actor: v.caller.Actor, Verb: string(verb), Act: v.actOf(batch{Act: flow.Act{Verb: verb}}), Away: v.orderLink(n)}
		if f := b.Act.Check(); f != nil {
			return "", f
		}
		refused, err := b.Act.Try(tx, []id.Order{n})
		if err != nil {
			return "", err
		}
		if refused[0] != nil {
			return "", refused[0]
		}
		b, err = addBatch(tx, b, []id.Order{n}, nil)
		if err != nil {
			return "", err
		}
		b.Act = v.actOf(batch{Act: flow.Act{Verb: verb}})
		if _, err := s.workBatch(tx, v, b); err != nil {
			return "", err
		}
		if _, ok := b.undoOf(); !ok {
			return "", nil
		}
		return "/undo/orders/" + b.name(), nil
	})
}

// version reads which version of the order a form was made from.
func (v *visit) version() (int64, error) {
	n, err := strconv.ParseInt(v.r.PostFormValue("version"), 10, 64)
	if err != nil || n <= 0 {
		return 0, errForm
	}
	return n, nil
}

// editOrder changes memo, flag, label and tags as they stood when the page was made.
func (s *Site) editOrder(v *visit) error {
	version, err := v.version()
	if err != nil {
		return err
	}
	return s.onOrder(v, "order_edited", func(tx *db.Tx, n id.Order) (string, error) {
		f := v.r.PostForm
		memo, label, tags := strings.TrimSpace(f.Get("memo")), strings.TrimSpace(f.Get("label")), strings.Join(strings.Fields(f.Get("tags")), " ")
		flag, err := strconv.Atoi(f.Get("flag"))
		if err != nil {
			return "", errForm
		}
		_, err = flow.Edit(tx, n, version, order.Edit{SellerMemo: &memo, Flag: &flag, Label: &label, Tags: &tags})
		return "", err
	})
}

// sendOrderTo gives the order another recipient, typed anew: what is sealed is not
// shown in a form.
func (s *Site) sendOrderTo(v *visit) error {
	version, err := v.version()
	if err != nil {
		return err
	}
	contact := customer.Contact{Name: strings.TrimSpace(v.r.PostFormValue("name")), Phone: strings.TrimSpace(v.r.PostFormValue("phone")),
		Detail: strings.TrimSpace(v.r.PostFormValue("address"))}
	return s.onOrder(v, "order_sent_to", func(tx *db.Tx, n id.Order) (string, error) {
		bad := order.ErrInvalid
		for name, value := range map[string]string{"name": contact.Name, "phone": contact.Phone, "address": contact.Detail} {
			if value == "" || len(value) > 500 || strings.ContainsRune(value, 0) {
				bad = bad.Field(name, "请填写,最多 500 字节", "is needed, at most 500 bytes")
			}
		}
		if len(bad.Fields) > 0 {
			return "", bad
		}
		k, err := flow.Look(tx, v.caller.Scope, n)
		if err != nil {
			return "", err
		}
		return "", flow.SendTo(tx, s.cfg.Kit, n, version, customer.Prepare(s.cfg.Kit.Keys, k.Shop.Platform, customer.BuyerDraft{}, contact))
	})
}

// cancelLines takes pieces of lines back.
func (s *Site) cancelLines(v *visit) error {
	version, err := v.version()
	if err != nil {
		return err
	}
	return s.onOrder(v, "lines_cancelled", func(tx *db.Tx, n id.Order) (string, error) {
		locked, err := order.Lock(tx, []id.Order{n})
		if err != nil {
			return "", err
		}
		if len(locked) == 0 || locked[0].Version != version {
			return "", order.ErrVersion
		}
		c := flow.Cancellation{Order: n, Why: strings.TrimSpace(v.r.PostFormValue("reason")), Lines: map[id.Line]int64{}}
		if c.Why == "" || len(c.Why) > 500 {
			return "", flow.ErrActWords.Field("reason", flow.ErrActWords.ZH, flow.ErrActWords.EN)
		}
		for _, l := range locked[0].Lines {
			text := strings.TrimSpace(v.r.PostFormValue("cancel_" + l.ID.String()))
			qty, err := strconv.ParseInt(text, 10, 64)
			if text == "" || text == "0" {
				continue
			}
			if err != nil || qty < 0 || qty > l.Open() {
				return "", errLineQty.With(l.Name, l.Open())
			}
			c.Lines[l.ID] = qty
		}
		if len(c.Lines) == 0 {
			return "", errLinesNone
		}
		outcomes, err := flow.Cancel(tx, []flow.Cancellation{c})
		if err == nil && outcomes[0].Fault != nil {
			err = outcomes[0].Fault
		}
		return "", err
	})
}

var (
	errLineQty   = fault.New(fault.Invalid, "line_qty", "%s 最多还能取消 %d 件", "Of %s at most %d pieces can be cancelled")
	errLinesNone = fault.New(fault.Invalid, "lines_none", "请填写要取消的件数", "Say how many pieces to cancel")
)

// noteOrder leaves a note for colleagues.
func (s *Site) noteOrder(v *visit) error {
	return s.onOrder(v, "order_noted", func(tx *db.Tx, n id.Order) (string, error) {
		_, err := order.AddNote(tx, s.cfg.Kit.Keys, n, v.r.PostFormValue("text"))
		return "", err
	})
}

// revealSeconds is how long a page shows somebody's data.
const revealSeconds = 60

// revealOrder shows the recipient in the clear on this one answer. A form that is sent
// again opens nothing anew and shows nothing.
func (s *Site) revealOrder(v *visit) error {
	n, err := v.orderOf()
	if err != nil {
		return err
	}
	var c customer.Contact
	went, fresh, err := s.once(v, func(tx *db.Tx) (string, error) {
		k, err := flow.Look(tx, v.caller.Scope, n)
		if err != nil {
			return "", err
		}
		c, err = customer.Reveal(tx, s.cfg.Kit.Keys, k.Order.Recipient, strings.TrimSpace(v.reason()))
		return v.orderLink(n), err
	})
	if refusal, status, rest := v.complainOf(err); refusal != nil {
		return s.showOrder(v, status, orderShow{complaint: refusal})
	} else if rest != nil {
		return rest
	}
	if !fresh {
		return v.lead(went)
	}
	v.w.Header().Set("Refresh", fmt.Sprintf("%d; url=%s", revealSeconds, v.orderLink(n)))
	return s.showOrder(v, http.StatusOK, orderShow{plain: &c})
}

// reason is one of the usual reasons, or the words typed beside them.
func (v *visit) reason() string {
	if text := strings.TrimSpace(v.r.PostFormValue("why")); text != "" {
		return text
	}
	return v.r.PostFormValue("reason")
}

// orderActRoutes are those of the order page.
func orderActRoutes() []Route {
	return []Route{
		{Method: "GET", Path: "/orders/{id}", Permit: staff.OrderRead, handle: (*Site).order},
		{Method: "POST", Path: "/orders/{id}/act", Permit: staff.OrderRead, handle: (*Site).actOnOrder},
		{Method: "POST", Path: "/orders/{id}/edit", Permit: staff.OrderEdit, handle: (*Site).editOrder},
		{Method: "POST", Path: "/orders/{id}/recipient", Permit: staff.OrderEdit, handle: (*Site).sendOrderTo},
		{Method: "POST", Path: "/orders/{id}/lines", Permit: staff.OrderCancel, handle: (*Site).cancelLines},
		{Method: "POST", Path: "/orders/{id}/notes", Permit: staff.OrderEdit, handle: (*Site).noteOrder},
		{Method: "POST", Path: "/orders/{id}/reveal", Permit: staff.PersonReveal, handle: (*Site).revealOrder},
	}
}
