package carrier

import (
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// Stop takes a place out of use for a while. A stop of the same place, carrier,
// service and From is changed instead: an Until in the past or at Tx.Now ends
// it. Faults: ErrStop with all wrong fields, ErrMissing for an unknown carrier.
func Stop(tx *db.Tx, s Stoppage) error {
	s.Service, s.Reason = Fold(s.Service), strings.TrimSpace(s.Reason)
	if f := s.check(); f != nil {
		return f
	}
	if s.Carrier != 0 {
		if found, err := ByID(tx, []id.Carrier{s.Carrier}); err != nil {
			return err
		} else if len(found) == 0 {
			return ErrMissing
		}
	}
	what, version, stop := "stop_changed", int64(0), int64(0)
	var old Stoppage
	found, err := tx.One(`/* carrier.Stop */ SELECT stop_id, version, `+stopColumns+` FROM carrier_stops
		WHERE region = $1 AND carrier_id = $2 AND service = $3 AND from_at = $4 FOR UPDATE`,
		[]any{&stop, &version, &old.Region, &old.Carrier, &old.Service, &old.Reason, &old.From, &old.Until},
		s.Region, int64(s.Carrier), s.Service, int64(s.From))
	if err != nil || found && old == s {
		return err
	}
	var n int64
	if version++; found {
		n, err = tx.Exec(`/* carrier.Stop */ UPDATE carrier_stops SET reason = $1, until_at = $2, version = $3
			WHERE stop_id = $4`, s.Reason, int64(s.Until), version, stop)
	} else {
		what, stop = "stop_set", tx.NewID()
		n, err = tx.Exec(`/* carrier.Stop */ INSERT INTO carrier_stops (stop_id, `+stopColumns+`, version, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`, stop, s.Region, int64(s.Carrier), s.Service,
			s.Reason, int64(s.From), int64(s.Until), version, int64(tx.Now()))
	}
	if err != nil {
		return err
	}
	if n == 0 {
		return db.ErrAgain // another node set the same stop meanwhile
	}
	journal.Write(tx, journal.Entry{Kind: "stop", ID: stop, Version: version, What: what,
		Payload: journal.JSON(map[string]any{"region": s.Region, "carrier": s.Carrier, "service": s.Service,
			"reason": s.Reason, "from": s.From, "until": s.Until})})
	return nil
}

func (s Stoppage) check() *fault.Fault {
	bad := ErrStop
	if s.Region != "" && !isPlace(s.Region) {
		bad = bad.Field("region", errPlace.ZH, errPlace.EN)
	}
	if s.Service != "" && (s.Carrier == 0 || !fits(s.Service)) {
		bad = bad.Field("service", "只停一个产品时要写明是哪家快递", "to stop one service, name its carrier")
	}
	if !fits(s.Reason) {
		bad = bad.Field("reason", "必须写明原因，最多 200 个字，客服要用它答复顾客",
			"give the reason, at most 200 characters: it is what customers are told")
	}
	if s.From <= 0 || s.Until < 0 || s.Until != 0 && s.Until < s.From {
		bad = bad.Field("until", "停发的结束不能早于开始", "a stop cannot end before it begins")
	}
	return fieldsOrNil(bad)
}
