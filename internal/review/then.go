package review

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/rule"
)

// The kinds of rule that this room obeys.
const (
	KindReview   = "review"
	KindShortage = "shortage"
)

// Kinds are the room's kinds of rule, for rule.NewKinds.
func Kinds() []rule.Kind {
	return []rule.Kind{
		{Name: KindReview, Facts: Facts{}, Verdict: readThen},
		{Name: KindShortage, Facts: Shortage{}, Verdict: readShortThen},
	}
}

// Then is what a review rule asks for. At least one of Hold, Pending, Finance, Reject
// and DelayMinutes is there, and all but a delay need sentences in both languages.
// The sentences may hold {issue}, {reach} and {blacklisted}.
type Then struct {
	// Hold is the kind of a hold that stops the release.
	Hold string `json:"hold,omitempty"`
	ZH   string `json:"zh,omitempty"`
	EN   string `json:"en,omitempty"`
	// Release is how the hold ends: "person" (if not set), "deadline", or "facts"
	// once the rule no longer hits.
	Release         ReleaseHow `json:"release,omitempty"`
	DeadlineMinutes int64      `json:"deadline_minutes,omitempty"`
	// Person: the hold is work for somebody and opens an exception.
	Person bool `json:"person,omitempty"`

	// Pending: customer service must pass it. Finance: finance must, after service.
	Pending bool `json:"pending,omitempty"`
	Finance bool `json:"finance,omitempty"`
	// Reject ends the review with a no.
	Reject bool `json:"reject,omitempty"`
	// DelayMinutes: the review waits so long, and then passes by itself.
	DelayMinutes int64 `json:"delay_minutes,omitempty"`
}

const (
	minutesMax = 60 * 24 * 366
	wordMax    = 40
	reasonMax  = 500
)

// readThen is the kind's Verdict. Fault: ErrThen.
func readThen(text json.RawMessage) (any, error) {
	t := &Then{}
	if err := strict(text, t); err != nil {
		return nil, err
	}
	if t.Release == "" {
		t.Release = ByPerson
	}
	switch {
	case t.Hold == "" && !t.Pending && !t.Finance && !t.Reject && t.DelayMinutes == 0:
		return nil, ErrThen.Field("then", "没有写结论,请写 hold、pending、finance、reject 或 delay_minutes 之一",
			"it asks for nothing; write one of hold, pending, finance, reject, delay_minutes")
	case t.Hold != "" && !plainWord(t.Hold):
		return nil, ErrThen.Field("hold", "种类只能用小写字母、数字和下划线", "the kind has lower-case letters, digits and _ only")
	case (t.Hold != "" || t.Pending || t.Finance || t.Reject) && !sentences(t.ZH, t.EN):
		return nil, ErrThen.Field("zh", fmt.Sprintf("中英文原因 zh、en 都要写,最多 %d 个字", reasonMax),
			fmt.Sprintf("the reason is needed in both zh and en, at most %d characters", reasonMax))
	case outside(t.DelayMinutes) || outside(t.DeadlineMinutes):
		return nil, ErrThen.Field("minutes", "分钟数要在 0 到一年之间", "the minutes lie between 0 and a year")
	case t.Release != ByPerson && t.Release != ByDeadline && t.Release != ByFacts:
		return nil, ErrThen.Field("release", "release 只能是 person、deadline 或 facts",
			"release is person, deadline or facts")
	case t.Release == ByDeadline && t.DeadlineMinutes == 0:
		return nil, ErrThen.Field("deadline_minutes", "到期自动解除要写 deadline_minutes",
			"a release by deadline needs deadline_minutes")
	case t.Hold == "" && (t.Person || t.DeadlineMinutes > 0):
		return nil, ErrThen.Field("hold", "person 和 deadline_minutes 要和 hold 一起用",
			"person and deadline_minutes go with hold")
	}
	return t, nil
}

func strict(text json.RawMessage, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return ErrThen.Field("then", "不是能识别的 JSON,请检查字段名、引号和逗号",
			"this JSON is not understood; see the names, quotes and commas").Wrap(err)
	}
	return nil
}

func plainWord(s string) bool {
	return s != "" && len(s) <= wordMax && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

func sentences(zh, en string) bool {
	return strings.TrimSpace(zh) != "" && strings.TrimSpace(en) != "" &&
		len([]rune(zh)) <= reasonMax && len([]rune(en)) <= reasonMax
}

func outside(minutes int64) bool { return minutes < 0 || minutes > minutesMax }

func after(now db.Instant, minutes int64) db.Instant {
	if minutes == 0 {
		return 0
	}
	return now.Add(time.Duration(minutes) * time.Minute)
}
