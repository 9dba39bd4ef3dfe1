package web

import (
	"encoding/json"
	"net/http"

	"baihuo/internal/customer"
	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/staff"
)

// personsRoutes are those of one person's data. A phone number stands in no address: all
// of them are asked by a form.
func personsRoutes() []Route {
	return []Route{
		{"GET", "/persons", staff.PersonExport, false, (*Site).persons},
		{"POST", "/persons/sightings", staff.PersonExport, false, (*Site).whoSaw},
		{"POST", "/persons/export", staff.PersonExport, false, (*Site).exportPerson},
		{"POST", "/persons/erasure", staff.PersonExport, false, (*Site).erasePerson},
	}
}

// sightRow is somebody who saw a person's data.
type sightRow struct {
	At                       stamp
	What, Who, Reason, Order string
}

// sightsShown bounds the answer to who saw a number.
const sightsShown = 500

func (s *Site) persons(v *visit) error {
	if !v.everywhere() {
		return errEverywhere
	}
	return s.showPersons(v, http.StatusOK, map[string]any{})
}

func (s *Site) showPersons(v *visit, status int, data map[string]any) error {
	data["Title"], data["FormKey"] = v.word("persons"), formKey()
	return s.render(v, status, "persons", data)
}

// personsRefused shows the forms again with what is wrong.
func (s *Site) personsRefused(v *visit, refusal error) error {
	c, status, err := v.complain(refusal)
	if err != nil {
		return err
	}
	return s.showPersons(v, status, map[string]any{"Complaint": c})
}

// whoSaw tells who saw the data of a number.
func (s *Site) whoSaw(v *visit) error {
	if !v.everywhere() {
		return errEverywhere
	}
	rows := []sightRow{}
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		list, err := customer.WhoSaw(tx, s.cfg.Kit.Keys, v.r.PostForm.Get("phone"), sightsShown)
		if err != nil {
			return err
		}
		var actors []string
		for _, one := range list {
			actors = append(actors, one.Actor)
		}
		names, err := staff.Names(tx, actors)
		rows = rows[:0]
		for _, one := range list {
			r := sightRow{At: v.stampOf(one.At, tx.Now(), houseZone), What: v.wordOr("did_recipient_", one.What), Who: names[one.Actor], Reason: one.Reason}
			if r.Who == "" {
				r.Who = v.actor(one.Actor)
			}
			if one.Order != 0 {
				r.Order = one.Order.String()
			}
			rows = append(rows, r)
		}
		return err
	})
	if err != nil {
		return s.personsRefused(v, err)
	}
	return s.showPersons(v, http.StatusOK, map[string]any{"Sights": rows, "None": len(rows) == 0})
}

// exportPerson hands out all that is held of a person, as a file that is kept nowhere.
func (s *Site) exportPerson(v *visit) error {
	if !v.everywhere() {
		return errEverywhere
	}
	who := flow.Subject{Phone: v.r.PostForm.Get("phone")}
	data, err := flow.PersonData(v.ctx, s.cfg.DB, db.By{Actor: v.caller.Actor, Cause: "person export"}, s.cfg.Kit, who, v.r.PostForm.Get("reason"))
	if err != nil {
		return s.personsRefused(v, err)
	}
	text, err := json.MarshalIndent(data, "", "  ")
	if err != nil {
		return err
	}
	head := v.w.Header()
	head.Set("Content-Type", "application/json; charset=utf-8")
	head.Set("Content-Disposition", `attachment; filename="person-`+id.Text("N", s.cfg.DB.NextID())+`.json"`)
	_, _ = v.w.Write(text) // whoever hung up has it not, and asks again
	return nil
}

// erasePerson deletes what is held of a person. It bears to be sent twice.
func (s *Site) erasePerson(v *visit) error {
	if !v.everywhere() {
		return errEverywhere
	}
	if v.r.PostForm.Get("sure") != "1" {
		return errForm
	}
	who := flow.Subject{Phone: v.r.PostForm.Get("phone")}
	gone, err := flow.Erase(v.ctx, s.cfg.DB, db.By{Actor: v.caller.Actor, Cause: "person erasure"}, s.cfg.Kit, who, v.r.PostForm.Get("reason"))
	if err != nil {
		return s.personsRefused(v, err)
	}
	done := v.fill("person_gone", gone.Orders, gone.Recipients, gone.Buyers, gone.Messages)
	if n := len(gone.Shared); n > 0 {
		done += " " + v.fill("person_shared", n)
	}
	return s.showPersons(v, http.StatusOK, map[string]any{"Done": done})
}
