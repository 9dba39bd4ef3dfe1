package parcel

import (
	"encoding/json"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// Options say how the carrier behaves.
type Options struct {
	// Seed: the same seed gives the same carrier.
	Seed uint64
	// Now is the time of the story.
	Now func() time.Time
	// Speed shortens the ways: 2 brings everything in half the time. 0 means 1.
	Speed float64
	// Slow is how long a slow answer takes, in real time; 0 for never slow.
	Slow time.Duration
}

// Handler gives the server. It is safe for concurrent use.
func Handler(o Options) http.Handler {
	if o.Speed <= 0 {
		o.Speed = 1
	}
	s := &server{o}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /waybills", s.give)
	mux.HandleFunc("GET /waybills", s.look)
	mux.HandleFunc("GET /track", s.track)
	return mux
}

type server struct{ Options }

const (
	bodyMax = 1 << 16
	keyMax  = 100
	// moodFor is how long the server has one and the same trouble with a key.
	moodFor = 3 * time.Minute
)

// Shares of calls, in per mille, that go wrong in each way.
const (
	busyPerMille     = 20
	lostPerMille     = 10 // 500: the number was given and the answer was not
	notGivenPerMille = 10 // 502: neither
	slowPerMille     = 10
)

type asking struct {
	Key     string `json:"key"`
	Service string `json:"service"`
}

type numbered struct {
	Number string `json:"number"`
}

// give answers the wish for a number. What goes wrong depends on key and time, so
// that trying again helps.
func (s *server) give(w http.ResponseWriter, r *http.Request) {
	var a asking
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, bodyMax)).Decode(&a)
	if err != nil || a.Key == "" || len(a.Key) > keyMax {
		refuse(w, http.StatusBadRequest, "key: 1 to 100 characters")
		return
	}
	mood := s.draw("mood", a.Key, strconv.FormatInt(s.Now().Unix()/int64(moodFor/time.Second), 10))
	s.dawdle(r, mood)
	switch n := mood.IntN(1000); {
	case n < busyPerMille:
		refuse(w, http.StatusServiceUnavailable, "too many requests, come back later")
	case n < busyPerMille+lostPerMille:
		refuse(w, http.StatusInternalServerError, "internal error")
	case n < busyPerMille+lostPerMille+notGivenPerMille:
		refuse(w, http.StatusBadGateway, "bad gateway")
	default:
		answer(w, numbered{s.number(a.Key)})
	}
}

// look says which number a key has. Without a store it cannot know whether the key
// was ever used; a share of keys is always denied, which is right too: whoever asks
// for them again gets the same number.
func (s *server) look(w http.ResponseWriter, r *http.Request) {
	key := r.URL.Query().Get("key")
	if key == "" || len(key) > keyMax {
		refuse(w, http.StatusBadRequest, "key: 1 to 100 characters")
		return
	}
	if s.draw("look", key).IntN(4) == 0 {
		refuse(w, http.StatusNotFound, "no number under this key")
		return
	}
	answer(w, numbered{s.number(key)})
}

// number is a function of seed and key alone.
func (s *server) number(key string) string {
	digits := strconv.FormatUint(s.draw("number", key).Uint64()%1e16+1e16, 10)
	return "PX" + digits
}

type news struct {
	Number string  `json:"number"`
	Events []event `json:"events"`
}

func (s *server) track(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	number := q.Get("number")
	if len(number) < 4 || number[:2] != "PX" {
		refuse(w, http.StatusNotFound, "no such number")
		return
	}
	collected, err := time.Parse(time.RFC3339, q.Get("collected_at"))
	if q.Get("collected_at") != "" && err != nil {
		refuse(w, http.StatusBadRequest, "collected_at: RFC 3339")
		return
	}
	n := news{Number: number, Events: []event{}}
	if err == nil {
		n.Events = s.shown(number, collected)
	}
	s.dawdle(r, s.draw("track", number, strconv.Itoa(len(n.Events))))
	answer(w, n)
}

// dawdle keeps a share of the calls waiting.
func (s *server) dawdle(r *http.Request, mood *rand.Rand) {
	if slow := mood.IntN(1000) < slowPerMille; !slow || s.Slow <= 0 {
		return
	}
	wait := time.NewTimer(s.Slow)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-r.Context().Done():
	}
}

// draw starts the dice of one purpose and thing.
func (s *server) draw(purpose string, of ...string) *rand.Rand {
	h := fnv.New64a()
	for _, part := range append([]string{purpose}, of...) {
		_, _ = h.Write([]byte(part))
		_, _ = h.Write([]byte{0})
	}
	return rand.New(rand.NewPCG(s.Seed, h.Sum64()))
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func refuse(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": why})
}
