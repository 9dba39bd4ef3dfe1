package replay

import (
	"cmp"
	"encoding/json"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/intake"
	"baihuo/internal/money"
)

// Day is a line of the table. Orders, Lines, Short, Units and Money are what was
// accepted that day; Held is how many orders stand held at its end.
type Day struct {
	Date     string       `json:"date"` // yyyy-mm-dd in the shop's zone
	Orders   int64        `json:"orders"`
	Lines    int64        `json:"lines"` // of goods
	Held     int64        `json:"held"`
	Short    int64        `json:"short"`    // lines that stock could not serve at once, wholly
	Shipped  int64        `json:"shipped"`  // packages that left
	Late     int64        `json:"late"`     // of those, how many after their deadline
	Returned int64        `json:"returned"` // pieces brought back
	Units    int64        `json:"units"`    // pieces of goods
	Money    money.Amount `json:"money"`    // what buyers owe, in minor units of the shop's currency
}

func (d *Day) add(o Day) {
	d.Orders += o.Orders
	d.Lines += o.Lines
	d.Short += o.Short
	d.Shipped += o.Shipped
	d.Late += o.Late
	d.Returned += o.Returned
	d.Units += o.Units
	d.Money += o.Money
}

// state is how far a run is. Each transaction of the run writes it together with
// what it did, so a run that is broken off at any moment goes on behind the last
// transaction that is on disk.
type state struct {
	Run     string         `json:"run"` // the file and the options
	Day     int            `json:"day"`
	Task    int            `json:"task"` // of the day
	Today   Day            `json:"today"`
	Total   Day            `json:"total"`
	Tallies []intake.Tally `json:"tallies"`
	Opened  int64          `json:"opened"` // exceptions
}

// The settings that keep the state, and the goods on their way.
const (
	settingState    = "replay"
	settingArriving = "replay.arriving"
)

// load gives the state of the replay in this database, the zero state for none.
func load(tx *db.Tx) (s state, err error) {
	text, err := db.Setting(tx, settingState)
	if err != nil || text == "" {
		return s, err
	}
	return s, json.Unmarshal([]byte(text), &s)
}

func (s *state) save(tx *db.Tx) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return db.SetSetting(tx, settingState, string(text))
}

// clone is a copy for a transaction to change, which may be undone.
func (s *state) clone() state {
	c := *s
	c.Tallies = slices.Clone(s.Tallies)
	return c
}

// count adds to a tally; they are kept by kind, outcome and currency.
func (s *state) count(t intake.Tally) {
	at, found := slices.BinarySearchFunc(s.Tallies, t, func(a, b intake.Tally) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Outcome, b.Outcome), cmp.Compare(a.Currency, b.Currency))
	})
	if !found {
		s.Tallies = slices.Insert(s.Tallies, at, intake.Tally{Kind: t.Kind, Outcome: t.Outcome, Currency: t.Currency})
	}
	s.Tallies[at].Lines += t.Lines
	s.Tallies[at].Units += t.Units
	s.Tallies[at].Money += t.Money
}

// arrival is goods on their way.
type arrival struct {
	Code string `json:"c"`
	Qty  int64  `json:"q"`
}

func loadArriving(tx *db.Tx) (list []arrival, err error) {
	text, err := db.Setting(tx, settingArriving)
	if err != nil || text == "" {
		return nil, err
	}
	return list, json.Unmarshal([]byte(text), &list)
}

func saveArriving(tx *db.Tx, list []arrival) error {
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return db.SetSetting(tx, settingArriving, string(text))
}
