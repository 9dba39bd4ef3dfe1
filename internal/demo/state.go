package demo

import (
	"encoding/json"
	"fmt"

	"baihuo/internal/db"
	"baihuo/internal/fulfilment"
)

const setting = "demo"

// state is what a restart goes on from. It holds numbers and times only.
type state struct {
	Seed   uint64     `json:"seed"`
	At     db.Instant `json:"at"`
	Turn   int64      `json:"turn"`
	Orders int64      `json:"orders"`
	// Pending are orders of which something is still to be said.
	Pending []pending `json:"pending"`
	// Followed is how far the round of asking for news has come.
	Followed followed `json:"followed"`
	Tally    Tally    `json:"tally"`
}

// pending is an order and when its next message is due.
type pending struct {
	K   int64      `json:"k"`
	At  db.Instant `json:"at"`
	Due db.Instant `json:"due"`
	// Mended: the buyer corrected the address on the platform.
	Mended bool `json:"mended,omitempty"`
}

type followed struct {
	Round int               `json:"round"`
	After fulfilment.Cursor `json:"after"`
}

// Tally counts what happened since the story began.
type Tally struct {
	Orders    int64 `json:"orders"`
	Lines     int64 `json:"lines"`
	Repeats   int64 `json:"repeats"`
	Amended   int64 `json:"amended"`
	Refusals  int64 `json:"refusals"` // messages the house did not take
	Held      int64 `json:"held"`     // orders held at their acceptance
	Short     int64 `json:"short"`    // orders short at their acceptance
	Mended    int64 `json:"mended"`
	Released  int64 `json:"released"`
	Rejected  int64 `json:"rejected"`
	Cancelled int64 `json:"cancelled"`
	// CancelledPacked are orders taken back when they stood packed at the gate.
	CancelledPacked int64 `json:"cancelled_packed"`
	HandedOver      int64 `json:"handed_over"`
	Delivered       int64 `json:"delivered"`
	Refused         int64 `json:"refused"`
	Returned        int64 `json:"returned"`
	Receipts        int64 `json:"receipts"`
}

func load(tx *db.Tx) (s state, found bool, err error) {
	text, err := db.Setting(tx, setting)
	if err != nil || text == "" {
		return s, false, err
	}
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return s, false, fmt.Errorf("demo: the setting %q cannot be read: %w", setting, err)
	}
	return s, true, nil
}

func (s state) save(tx *db.Tx) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return db.SetSetting(tx, setting, string(text))
}

// clone gives a copy that a turn may change; the old one stands if the turn fails.
func (s state) clone() state {
	s.Pending = append([]pending(nil), s.Pending...)
	return s
}
