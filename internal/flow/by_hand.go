package flow

import (
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/review"
)

// ErrFields names what is wrong in what somebody asks for; machines know its code from
// every door.
var ErrFields = fault.New(fault.Invalid, "fields_invalid", "请求内容有误,请按提示修改后重新提交",
	"The request cannot be read as it stands; mend the fields named and send it again")

// HandHold is a hold that somebody outside of the pages asks for, by a handle of their
// own. With a deadline it ends by itself, else a person looks at it.
type HandHold struct {
	Handle, Reason string
	Deadline       db.Instant
	// Source is the door that it came through.
	Source string
}

// HoldByHand places it on an order. Faults: ErrFields, order.ErrMissing.
func HoldByHand(tx *db.Tx, n id.Order, h HandHold) error {
	bad, reason := ErrFields, strings.TrimSpace(h.Reason)
	if h.Handle == "" || len(h.Handle) > 60 || strings.ContainsAny(h.Handle, " /?#%\t\n\\") {
		bad = bad.Field("handle", "请填写标识,1 到 60 个字符,不含空格和 / ? # %", "is 1 to 60 characters without blanks or / ? # %")
	}
	if reason == "" || len(reason) > 500 {
		bad = bad.Field("reason", "请写明挂起原因(最多 500 字节)", "say why it is held (at most 500 bytes)")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	draft := review.HoldDraft{Kind: "by_hand", Handle: asHandle(h.Handle), ReasonZH: reason, ReasonEN: reason, Source: h.Source,
		Blocks: review.BlocksRelease, ReleaseHow: review.ByPerson, NeedsPerson: true}
	if h.Deadline != 0 {
		draft.ReleaseHow, draft.Deadline, draft.NeedsPerson = review.ByDeadline, h.Deadline, false
	}
	return Hold(tx, n, draft)
}

// UnholdNamed releases the live holds of an order that bear a handle, which may be one
// of HoldByHand, and gives their number. None is a no-op.
func UnholdNamed(tx *db.Tx, n id.Order, handle, how string) (int, error) {
	known, err := review.Live(tx, []id.Order{n})
	if err != nil {
		return 0, err
	}
	var ends []review.HoldEnd
	for _, h := range known[n] {
		if h.Handle == handle || h.Handle == asHandle(handle) {
			ends = append(ends, review.HoldEnd{Order: n, Handle: h.Handle, Kind: h.Kind, How: how})
		}
	}
	if len(ends) == 0 {
		return 0, nil
	}
	return len(ends), Unhold(tx, ends)
}

// asHandle keeps handles from outside apart from those of rules and stories.
func asHandle(handle string) string { return "hand:" + handle }
