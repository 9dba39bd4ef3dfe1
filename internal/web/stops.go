package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"baihuo/internal/carrier"
	"baihuo/internal/customer/address"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/staff"
)

// stopRow is a stop region as the page shows it; Later says that it has not begun.
type stopRow struct {
	carrier.Stoppage
	Carrier, Place, From, Until string
	CarrierCode, FromDay        string
	Later                       bool
}

// stopsAtOnce bounds the regions that one form stops.
const stopsAtOnce = 200

var errStopRegions = fault.New(fault.Invalid, "stop_regions", "一次最多选 200 个地区,且须从列表选择", "Choose at most 200 regions at once, from the list")

// stops lists where no carrier, or one of them, delivers now or will not later.
func (s *Site) stops(v *visit) error { return s.showStops(v, http.StatusOK, nil) }

func (s *Site) showStops(v *visit, status int, c *complaint) error {
	var rows []stopRow
	var carriers []carrier.Carrier
	today := ""
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		today = tx.Now().Time().In(zone(houseZone)).Format(time.DateOnly)
		list, err := carrier.Ahead(tx, tx.Now())
		if err != nil {
			return err
		}
		carriers, err = carrier.All(tx)
		rows = v.stopRows(list, carriers, tx.Now())
		return err
	})
	if err != nil {
		return err
	}
	form := v.r.PostForm
	return s.render(v, status, "stops", map[string]any{"Title": v.word("stops"), "Rows": rows, "Carriers": carriers, "Complaint": c, "FormKey": formKey(),
		"Below": address.Below(""), "Chosen": form["region"], "Today": today, "Typed": fields(form, "carrier", "from", "until", "reason"),
		"May": v.caller.May(staff.RuleEdit) && v.everywhere()})
}

func (v *visit) stopRows(list []carrier.Stoppage, carriers []carrier.Carrier, now db.Instant) (rows []stopRow) {
	for _, one := range list {
		r := stopRow{Stoppage: one, Place: strings.TrimSpace(address.NameOf(one.Region) + " " + one.Region), Carrier: v.word("stop_all_carriers"),
			From: v.stampOf(one.From, now, houseZone).Short, Until: v.stampOf(one.Until, now, houseZone).Short,
			FromDay: strconv.FormatInt(int64(one.From), 10), Later: one.From > now}
		if one.Region == "" {
			r.Place = v.word("stop_everywhere")
		}
		for _, k := range carriers {
			if k.ID == one.Carrier {
				r.Carrier, r.CarrierCode = k.Name, k.Code
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// stopRegions gives the divisions below one, for the picker.
func (s *Site) stopRegions(v *visit) error {
	of := v.r.URL.Query().Get("of")
	return s.render(v, http.StatusOK, "stop_regions", map[string]any{"Title": strings.TrimSpace(v.word("stop_region") + " " + address.NameOf(of)),
		"Below": address.Below(of), "Chosen": []string(nil)})
}

// saveStop begins a stop in one region or several, or ends one that runs.
func (s *Site) saveStop(v *visit) error {
	if !v.everywhere() {
		return errEverywhere
	}
	err := s.act(v, func(tx *db.Tx) (string, error) {
		stop, err := v.stop(tx)
		if err != nil {
			return "", err
		}
		regions := slices.Compact(slices.Sorted(slices.Values(v.r.PostForm["region"])))
		if len(regions) == 0 {
			regions = []string{""}
		}
		if len(regions) > stopsAtOnce {
			return "", errStopRegions
		}
		for _, region := range regions {
			stop.Region = strings.TrimSpace(region)
			if stop.Region != "" && address.NameOf(stop.Region) == "" && v.r.PostFormValue("from_at") == "" {
				return "", errStopRegions
			}
			if err := carrier.Stop(tx, stop); err != nil {
				return "", err
			}
		}
		return did("/stops", "stop_saved", len(regions), ""), nil
	})
	if err == nil {
		return nil
	}
	c, status, err := v.complain(err)
	if err != nil {
		return err
	}
	for field, say := range c.Fields {
		c.Say += " " + field + ": " + say
	}
	return s.showStops(v, status, c)
}

// stop reads the form of a stop, but its regions.
func (v *visit) stop(tx *db.Tx) (stop carrier.Stoppage, err error) {
	form := v.r.PostFormValue
	stop = carrier.Stoppage{Service: form("service"), Reason: form("reason"), From: tx.Now()}
	if code := form("carrier"); code != "" {
		found, err := carrier.ByCode(tx, []string{code})
		if err != nil {
			return stop, err
		}
		one, there := found[code]
		if !there {
			return stop, carrier.ErrMissing
		}
		stop.Carrier = one.ID
	}
	if text := form("from_at"); text != "" { // one that runs is ended now; one that has not begun never does
		at, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return stop, errForm
		}
		stop.From, stop.Until = db.Instant(at), max(tx.Now(), db.Instant(at))
		return stop, nil
	}
	from, err := day(form("from"), 0)
	if err != nil {
		return stop, errForm
	}
	stop.From = max(from, tx.Now()) // what is past cannot be stopped any more
	stop.Until, err = day(form("until"), 1)
	if err != nil {
		return stop, errForm
	}
	return stop, nil
}
