package flow

import (
	"slices"
	"strings"
	"unicode/utf8"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/order"
	"baihuo/internal/review"
)

// ActVerb is what can be done to many orders at once.
type ActVerb string

// The acts on many orders.
const (
	ActPassService ActVerb = "pass_service"
	ActPassFinance ActVerb = "pass_finance"
	ActTakeBack    ActVerb = "take_back"
	ActHold        ActVerb = "hold"
	ActUnhold      ActVerb = "unhold"
	ActCancel      ActVerb = "cancel"
	ActTag         ActVerb = "tag"
	ActUntag       ActVerb = "untag"
	ActFlag        ActVerb = "flag"
	ActMemo        ActVerb = "memo"
	ActNote        ActVerb = "note"
	// ActReflag gives each order back the flag and label it had: the undo of ActFlag.
	ActReflag ActVerb = "reflag"
)

// Act is one thing that a person does to many orders. Try tells beforehand what Do
// would refuse, by the same decisions.
type Act struct {
	Verb ActVerb `json:"verb"`
	// Reason is in words, for the passes, holds and cancellations.
	Reason string `json:"reason,omitempty"`
	Flag   int    `json:"flag,omitempty"`
	Label  string `json:"label,omitempty"`
	Tag    string `json:"tag,omitempty"`
	// Text is the memo or note, which people may write names into.
	Text string `json:"-"`
	// Former is what an undo goes back to, by order.
	Former map[id.Order]string `json:"-"`
}

// Did is what became of one order: the fault that refused it, or what an undo needs.
type Did struct {
	Fault  *fault.Fault
	Former string
}

// The faults of acts.
var (
	ErrActHeld    = fault.New(fault.Conflict, "act_held", "订单挂起中,先处理:%s", "The order is held; first deal with: %s")
	ErrActDone    = fault.New(fault.Conflict, "act_done", "已经是这样,没有可做的", "It is so already; nothing to do")
	ErrActNotHeld = fault.New(fault.Conflict, "act_not_held", "订单没有可由人解除的挂起", "Nothing holds the order that a person may release")
	ErrActWords   = fault.New(fault.Invalid, "act_words", "请填写原因或内容(最多 500 字)", "Say why, or what (at most 500 characters)")
	ErrActTag     = fault.New(fault.Invalid, "act_tag", "标签为 1 到 20 个字,不含空格", "A tag has 1 to 20 characters and no blank")
	ErrActFlag    = fault.New(fault.Invalid, "act_flag", "旗帜是 0 到 5,标签最多 3 个字", "A flag is 0 to 5, its label at most 3 characters")
	ErrActKind    = fault.New(fault.Invalid, "act_unknown", "没有这种操作", "There is no such act")
)

const actWordsMax = 500

// Check says whether the act itself is whole.
func (a Act) Check() *fault.Fault {
	words := func(text string) bool {
		text = strings.TrimSpace(text)
		return text != "" && utf8.RuneCountInString(text) <= actWordsMax && utf8.ValidString(text) && !strings.ContainsRune(text, 0)
	}
	switch a.Verb {
	case ActPassService, ActPassFinance, ActTakeBack, ActHold, ActUnhold, ActCancel:
		if !words(a.Reason) {
			return ErrActWords.Field("reason", ErrActWords.ZH, ErrActWords.EN)
		}
	case ActMemo, ActNote:
		if !words(a.Text) {
			return ErrActWords.Field("text", ErrActWords.ZH, ErrActWords.EN)
		}
	case ActTag, ActUntag:
		if !words(a.Tag) || strings.ContainsAny(a.Tag, " \t\r\n") || utf8.RuneCountInString(a.Tag) > 20 {
			return ErrActTag.Field("tag", ErrActTag.ZH, ErrActTag.EN)
		}
	case ActFlag:
		if a.Flag < 0 || a.Flag > 5 || utf8.RuneCountInString(a.Label) > 3 {
			return ErrActFlag.Field("flag", ErrActFlag.ZH, ErrActFlag.EN)
		}
	case ActReflag:
	default:
		return ErrActKind
	}
	return nil
}

// Try says of each order what would refuse the act, nil where nothing would.
func (a Act) Try(tx *db.Tx, ids []id.Order) ([]*fault.Fault, error) {
	orders, err := order.Get(tx, ids)
	if err != nil {
		return nil, err
	}
	return a.judge(tx, ids, orders)
}

// Do does the act to each order that nothing refuses.
func (a Act) Do(tx *db.Tx, kit Kit, ids []id.Order) ([]Did, error) {
	if f := a.Check(); f != nil {
		return nil, f
	}
	orders, err := order.Lock(tx, ids)
	if err != nil {
		return nil, err
	}
	refused, err := a.judge(tx, ids, orders)
	if err != nil {
		return nil, err
	}
	did := make([]Did, len(ids))
	at := map[id.Order]*Did{}
	var may []id.Order
	for i, n := range ids {
		if did[i].Fault = refused[i]; refused[i] == nil {
			at[n], may = &did[i], append(may, n)
		}
	}
	if len(may) == 0 {
		return did, nil
	}
	byID := map[id.Order]*order.Order{}
	for _, o := range orders {
		byID[o.ID] = o
	}
	return did, a.do(tx, kit, may, byID, at)
}

// judge is the one decision: it looks at orders, locked or not, and their live holds.
func (a Act) judge(tx *db.Tx, ids []id.Order, orders []*order.Order) ([]*fault.Fault, error) {
	live, err := review.Live(tx, ids)
	if err != nil {
		return nil, err
	}
	byID := map[id.Order]*order.Order{}
	for _, o := range orders {
		byID[o.ID] = o
	}
	refused := make([]*fault.Fault, len(ids))
	for i, n := range ids {
		if o := byID[n]; o == nil {
			refused[i] = order.ErrMissing
		} else {
			refused[i] = a.refuses(o, live[n])
		}
	}
	return refused, nil
}

func (a Act) refuses(o *order.Order, live []review.Hold) *fault.Fault {
	switch a.Verb {
	case ActPassService, ActPassFinance:
		return a.refusesPass(o, live)
	case ActTakeBack:
		if o.Review == order.Pending {
			return ErrActDone
		}
		return review.MayTakeBack(o, live)
	case ActCancel:
		return order.Cancellation{Order: o}.May()
	case ActNote:
		return nil // also on orders that have ended
	}
	if o.Ended() {
		return order.ErrEnded
	}
	tagged := slices.Contains(strings.Fields(o.Tags), a.Tag)
	switch {
	case a.Verb == ActHold && slices.ContainsFunc(live, func(h review.Hold) bool { return h.Handle == HandleByHand }):
		return ErrActDone
	case a.Verb == ActUnhold && len(byHand(live)) == 0:
		return ErrActNotHeld
	case a.Verb == ActTag && tagged, a.Verb == ActUntag && !tagged, a.Verb == ActFlag && o.Flag == a.Flag && o.Label == a.Label,
		a.Verb == ActMemo && o.SellerMemo == strings.TrimSpace(a.Text):
		return ErrActDone
	}
	return nil
}

// refusesPass: many at once pass only where nothing else keeps the order back. One
// that is held is looked at by itself.
func (a Act) refusesPass(o *order.Order, live []review.Hold) *fault.Fault {
	step := review.Service
	if a.Verb == ActPassFinance {
		step = review.Finance
	}
	if o.Review == order.Passed || step == review.Service && o.Review == order.PassedService {
		return ErrActDone
	}
	if f := review.MayPass(o, live, step); f != nil {
		return f
	}
	for _, h := range live {
		if h.Blocks == review.BlocksRelease && h.ReleaseHow != review.ByDeadline {
			f := *ErrActHeld
			f.ZH, f.EN = strings.Replace(f.ZH, "%s", h.ReasonZH, 1), strings.Replace(f.EN, "%s", h.ReasonEN, 1)
			return &f
		}
	}
	return nil
}

// byHand are the holds that a person may release by saying so.
func byHand(live []review.Hold) (list []review.Hold) {
	for _, h := range live {
		if h.Blocks == review.BlocksRelease && (h.ReleaseHow == review.ByPerson || h.ReleaseHow == review.ByFacts) {
			list = append(list, h)
		}
	}
	return list
}
