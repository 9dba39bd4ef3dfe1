package parcel

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"time"
)

// event is one line of news, in the carrier's own words.
type event struct {
	At    time.Time `json:"at"`
	Code  string    `json:"code"`
	Text  string    `json:"text"`
	Place string    `json:"place"`
}

// The shares of parcels, in per mille, that have a fate of their own.
const (
	refusedPerMille = 15
	latePerMille    = 40
	triedPerMille   = 30
	lockerPerMille  = 200
)

// way draws all that ever happens to a parcel.
func (s *server) way(number string, collected time.Time) []event {
	dice := s.draw("way", number)
	refused := dice.IntN(1000) < refusedPerMille
	late := dice.IntN(1000) < latePerMille
	tried := dice.IntN(1000) < triedPerMille
	locker := dice.IntN(1000) < lockerPerMille
	w := walk{at: collected, speed: s.Speed, dice: dice}
	hub := one(dice, []string{"嘉兴转运中心", "广州转运中心", "武汉转运中心", "天津转运中心", "郑州转运中心"})
	branch := one(dice, []string{"城东营业部", "滨江营业部", "大学城营业部", "开发区营业部", "老城营业部"})
	w.add("GOT", "快件已揽收", "始发营业部", 0, 1)
	w.add("DEPARTURE", "快件已发往"+hub, "始发转运中心", 2, 6)
	if late {
		w.add("TROUBLE", "因天气原因运输延误", hub, 12, 30)
	}
	w.add("ARRIVAL", "快件已到达"+hub, hub, 8, 20)
	w.add("ARRIVAL", "快件已到达"+branch, branch, 6, 20)
	w.add("DELIVERING", "快递员正在派件", branch, 1, 8)
	if tried {
		w.add("NOT_HOME", "派件不成功,收件人不在家,稍后再派", branch, 1, 4)
		w.add("DELIVERING", "快递员再次派件", branch, 12, 24)
	}
	switch {
	case refused:
		w.add("REJECT", "收件人拒收", branch, 1, 5)
		w.add("RETURNING", "快件开始退回", branch, 4, 12)
		w.add("RETURN_SIGN", "退回件已由发件人签收", "始发营业部", 24, 48)
	case locker:
		w.add("LOCKER", "快件已放入快递柜,请凭取件码领取", branch, 1, 5)
		w.add("SIGN", "已取件,签收人:本人", branch, 1, 30)
	default:
		w.add("SIGN", "已签收,签收人:本人", branch, 1, 6)
	}
	return w.events
}

type walk struct {
	at     time.Time
	speed  float64
	dice   *rand.Rand
	events []event
}

// add appends what happens between from and to hours later.
func (w *walk) add(code, text, place string, from, to int) {
	minutes := from*60 + w.dice.IntN((to-from)*60+1)
	w.at = w.at.Add(time.Duration(float64(minutes) / w.speed * float64(time.Minute)).Truncate(time.Second))
	w.events = append(w.events, event{At: w.at, Code: code, Text: text, Place: place})
}

// shown is what can be known by now: sometimes doubled, sometimes in a strange
// order.
func (s *server) shown(number string, collected time.Time) []event {
	known := []event{}
	now := s.Now()
	for _, e := range s.way(number, collected) {
		if !e.At.After(now) {
			known = append(known, e)
		}
	}
	mood := s.draw("shown", number, strconv.Itoa(len(known)))
	if len(known) > 0 && mood.IntN(8) == 0 {
		known = append(known, known[mood.IntN(len(known))])
	}
	if mood.IntN(8) == 0 {
		slices.Reverse(known)
	}
	return known
}

func one(dice *rand.Rand, list []string) string { return list[dice.IntN(len(list))] }
