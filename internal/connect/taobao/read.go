package taobao

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/money"
)

// ErrMessage refuses a message that cannot become an order; its fields say why.
var ErrMessage = fault.New(fault.Invalid, "taobao_message_invalid", "淘宝订单报文无法读取,请核对所列字段后重新拉取",
	"The Taobao order message cannot be read; check the fields named and pull it again")

// Doubt is something in a message that a person should look at. The order goes
// on without an answer. Code is stable; Field is the platform's name.
type Doubt struct {
	Code  string
	Field string
	ZH    string
	EN    string
}

// gmt8 is the clock of the platform.
var gmt8 = time.FixedZone("GMT+8", 8*3600)

// epoch: the platform's empty dates (0001, 1970) lie before it, every sale after.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// reader reads values and collects what is wrong and what is doubtful, so that
// a person hears everything at once.
type reader struct {
	fault  *fault.Fault
	doubts []Doubt
}

func (r *reader) bad(field, zh, en string) {
	if r.fault == nil {
		r.fault = ErrMessage
	}
	if len(r.fault.Fields) < 50 {
		r.fault = r.fault.Field(field, zh, en)
	}
}

func (r *reader) doubt(code, field, zh, en string) {
	if len(r.doubts) < 50 {
		r.doubts = append(r.doubts, Doubt{code, field, zh, en})
	}
}

func (r *reader) need(field string, t text) text {
	if strings.TrimSpace(string(t)) == "" {
		r.bad(field, "缺少该字段,请在拉取的 fields 中加上", "is missing; add it to the fields that are pulled")
	}
	return t
}

// id takes the string twin of a number where there is one. Both are digits.
func (r *reader) id(field string, str, num text) string {
	got := str
	if got == "" {
		got = r.need(field, num)
	} else if num != "" && num != str {
		r.doubt("id_differs", field, fmt.Sprintf("数字与字符串两种写法不一致,已取 %.40q", str),
			fmt.Sprintf("the number and its string twin differ; %.40q was taken", str))
	}
	if got != "" && (strings.Trim(string(got), "0123456789") != "" || len(got) > 32) {
		r.bad(field, "编号应全为数字,可能在转存时被改成了科学计数法", "is not all digits; something on the way may have made it scientific")
	}
	return string(got)
}

// signed reads yuan of either sign; nothing is 0.
func (r *reader) signed(field string, t text) money.Amount {
	if t == "" {
		return 0
	}
	a, err := money.Parse(string(t), money.CNY)
	if err != nil {
		f := fault.Of(err)
		r.bad(field, f.ZH, f.EN)
	}
	return a
}

// yuan reads an amount that is not negative; nothing is 0.
func (r *reader) yuan(field string, t text) money.Amount {
	a := r.signed(field, t)
	if a < 0 {
		r.bad(field, "金额不能为负", "must not be negative")
		return 0
	}
	return a
}

func (r *reader) count(field string, t text) int64 {
	n, err := strconv.ParseInt(string(r.need(field, t)), 10, 64)
	if t != "" && (err != nil || n <= 0) {
		r.bad(field, "数量应为正整数", "must be a whole number above 0")
		return 0
	}
	return n
}

// when reads a time of the platform; nothing and the empty dates are 0.
func (r *reader) when(field string, t text) db.Instant {
	at, ok := moment(t)
	if !ok {
		r.bad(field, "时间应为 yyyy-MM-dd HH:mm:ss", "must be a time as yyyy-MM-dd HH:mm:ss")
	}
	return at
}

// earliest reads deadlines and gives the first one to pass. An unreadable one
// is a doubt: no order is refused for a deadline.
func (r *reader) earliest(field string, texts ...text) (first db.Instant) {
	for _, t := range texts {
		at, ok := moment(t)
		if !ok {
			r.doubt("deadline_unreadable", field, fmt.Sprintf("时限 %.40q 无法识别", t),
				fmt.Sprintf("the deadline %.40q cannot be read", t))
		}
		if at > 0 && (first == 0 || at < first) {
			first = at
		}
	}
	return first
}

// moment reads a time, or a day, which lasts until its end.
func moment(t text) (at db.Instant, ok bool) {
	s := strings.TrimSpace(string(t))
	if s == "" {
		return 0, true
	}
	when, err := time.ParseInLocation(time.DateTime, s, gmt8)
	if err != nil {
		if when, err = time.ParseInLocation(time.DateOnly, s, gmt8); err != nil {
			return 0, false
		}
		when = when.Add(24*time.Hour - time.Second)
	}
	if when.Before(epoch) {
		return 0, true
	}
	return db.At(when), true
}
