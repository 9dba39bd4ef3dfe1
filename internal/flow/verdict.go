package flow

import (
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
	"baihuo/internal/staff"
)

// Verdict is one thing that a person may say of an order in review, and the permit
// that it takes.
type Verdict struct {
	Permit staff.Permit
	step   review.Step
	do     func(*db.Tx, []review.Decision) ([]fault.Outcome[order.Review], error)
}

// VerdictOf finds a verdict by its word.
func VerdictOf(word review.Verb) (v Verdict, known bool) {
	switch word {
	case review.VerbService:
		return Verdict{staff.ReviewService, review.Service, Pass}, true
	case review.VerbFinance:
		return Verdict{staff.ReviewFinance, review.Finance, Pass}, true
	case review.VerbReject:
		return Verdict{staff.ReviewService, "", Reject}, true
	case review.VerbTakeBack:
		return Verdict{staff.ReviewService, "", TakeBack}, true
	}
	return Verdict{}, false
}

// Say says the verdict of orders. Outcomes are in the order given.
func (v Verdict) Say(tx *db.Tx, orders []id.Order, reason string) ([]fault.Outcome[order.Review], error) {
	decisions := make([]review.Decision, len(orders))
	for i, n := range orders {
		decisions[i] = review.Decision{Order: n, Step: v.step, Reason: reason}
	}
	return v.do(tx, decisions)
}
