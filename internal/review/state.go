package review

import (
	"slices"

	"baihuo/internal/order"
)

// Move is one allowed change of the review axis, for the verbs and for
// docs/states.md.
type Move struct {
	Axis   string
	From   order.Review
	To     order.Review
	Verb   Verb
	ZH, EN string
}

// Verb is what a person or a rule does to the axis.
type Verb string

// The verbs of the axis.
const (
	VerbService  Verb = "pass_service"
	VerbFinance  Verb = "pass_finance"
	VerbReject   Verb = "reject"
	VerbTakeBack Verb = "take_back"
	VerbDelay    Verb = "delay"
)

// moves is the table. An order begins where Judge puts it. A pass is taken back, or
// delayed, only until its first package is released to the warehouse.
var moves = []Move{
	{From: order.Pending, To: order.Passed, Verb: VerbService, ZH: "客审通过", EN: "service passes it"},
	{From: order.Pending, To: order.PassedService, Verb: VerbService, ZH: "客审通过,还需财审",
		EN: "service passes it; finance must look too"},
	{From: order.PassedService, To: order.Passed, Verb: VerbFinance, ZH: "财审通过", EN: "finance passes it"},
	{From: order.Pending, To: order.Rejected, Verb: VerbReject, ZH: "驳回", EN: "rejected"},
	{From: order.PassedService, To: order.Rejected, Verb: VerbReject, ZH: "财审驳回", EN: "rejected by finance"},
	{From: order.Passed, To: order.Pending, Verb: VerbTakeBack, ZH: "反审核", EN: "the pass is taken back"},
	{From: order.PassedService, To: order.Pending, Verb: VerbTakeBack, ZH: "反审核", EN: "the pass is taken back"},
	{From: order.Rejected, To: order.Pending, Verb: VerbTakeBack, ZH: "撤销驳回", EN: "the rejection is taken back"},
	{From: order.Pending, To: order.Pending, Verb: VerbDelay, ZH: "延时审核", EN: "delayed"},
	{From: order.PassedService, To: order.Pending, Verb: VerbDelay, ZH: "延时审核", EN: "delayed"},
	{From: order.Passed, To: order.Pending, Verb: VerbDelay, ZH: "延时审核", EN: "delayed"},
}

// States gives the table of allowed moves.
func States() []Move {
	list := slices.Clone(moves)
	for i := range list {
		list[i].Axis = "review"
	}
	return list
}

// next says where a verb leads; ok is false when the table does not list the move.
// finance says that finance must look too.
func next(from order.Review, verb Verb, finance bool) (to order.Review, ok bool) {
	for _, m := range moves {
		if m.From == from && m.Verb == verb && (verb != VerbService || finance == (m.To == order.PassedService)) {
			return m.To, true
		}
	}
	return from, false
}
