package review

import (
	"fmt"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
)

// Blocks says what a hold stops.
type Blocks string

// What can be stopped.
const (
	BlocksRelease Blocks = "release" // no package goes to the warehouse
	BlocksPass    Blocks = "pass"    // the review does not pass by itself
)

// ReleaseHow says how a hold ends.
type ReleaseHow string

// The ways a hold ends.
const (
	ByPerson   ReleaseHow = "person"
	ByDeadline ReleaseHow = "deadline"     // by itself, at its deadline
	ByFacts    ReleaseHow = "facts"        // when its rule no longer hits, or by a person
	ByService  ReleaseHow = "pass_service" // with the pass of customer service
	ByFinance  ReleaseHow = "pass_finance" // with the pass of finance
)

// The kinds of hold that the program itself knows; the others stand in rules.
const (
	HoldService    = "service_review"
	HoldFinance    = "finance_review"
	HoldRuleBroken = "rule_broken"
	HoldForbidden  = "platform_forbids"
	HoldShortage   = "shortage"
	HoldBalance    = "balance_due" // a person changed lines and the buyer owes more
)

// KindRefundDue is the kind of exception that asks to give back what a buyer paid too
// much after a person changed lines.
const KindRefundDue = "refund_due"

// HoldDraft is a hold before it is placed. Line and Package are 0 where it stops the
// whole order. Handle tells holds of an order apart; while one lives, the same handle
// is the same hold. The reasons are sentences for staff.
type HoldDraft struct {
	Kind     string
	Handle   string
	Line     id.Line
	Package  id.Package
	ReasonZH string
	ReasonEN string
	// Source is the rule and version, or the story, that asked for it.
	Source string
	// Facts is JSON of what was looked at, without personal text.
	Facts      string
	Blocks     Blocks
	ReleaseHow ReleaseHow
	// Deadline is when it ends by itself (ByDeadline) or should have been looked at;
	// 0 for none.
	Deadline db.Instant
	// NeedsPerson: an exception is opened with it and closed with it.
	NeedsPerson bool
}

// Hold stops an order, one of its lines or one of its packages. It is live until it
// is released, and never lives again.
type Hold struct {
	ID    id.Hold
	Order id.Order
	// Shop is the order's, for lists within a scope.
	Shop id.Shop
	HoldDraft
	PlacedAt    db.Instant
	PlacedBy    string
	ReleasedAt  db.Instant
	ReleasedBy  string
	ReleasedWhy string
	Version     int64
}

const handleMax = 100

// check fills what may be left out and refuses what cannot stand.
func (h *Hold) check() *fault.Fault {
	if h.Blocks == "" {
		h.Blocks = BlocksRelease
	}
	if h.ReleaseHow == "" {
		h.ReleaseHow = ByPerson
	}
	if h.Facts == "" {
		h.Facts = "{}"
	}
	switch {
	case h.Order == 0:
		return ErrHold.With("order")
	case !plainWord(h.Kind):
		return ErrHold.With(fmt.Sprintf("kind %q", h.Kind))
	case h.Handle == "" || !storable(h.Handle, handleMax):
		return ErrHold.With(fmt.Sprintf("handle %q", h.Handle))
	case !sentences(h.ReasonZH, h.ReasonEN) || !storable(h.ReasonZH+h.ReasonEN, 2*reasonMax):
		return ErrHold.With("reason")
	case h.ReleaseHow == ByDeadline && h.Deadline == 0:
		return ErrHold.With("deadline")
	case !storable(h.Source, reasonMax) || !storable(h.Facts, factsMax):
		return ErrHold.With("facts")
	}
	return nil
}

const factsMax = 20_000

func storable(s string, limit int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= limit && !hasNUL(s)
}

func hasNUL(s string) bool {
	for i := range len(s) {
		if s[i] == 0 {
			return true
		}
	}
	return false
}
