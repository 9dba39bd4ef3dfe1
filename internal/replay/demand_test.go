package replay

import (
	"testing"
	"time"
)

func TestCover(t *testing.T) {
	sold := make([]int64, 120)
	for day := range sold {
		switch {
		case day < 56:
			sold[day] = 2
		case day < 112:
			sold[day] = 4
		}
	}
	d := &demand{sold: [][]int64{sold, {1}, {-3}}}
	for name, c := range map[string]struct {
		sku, day, days int
		want           int64
	}{
		"the first 56 days open":                  {0, 0, openingDays, 56},
		"they stand for the weeks not yet passed": {0, 28, upToDays, 70},
		"then the 56 days before count":           {0, 84, upToDays, 105},
		"all of them later":                       {0, 112, upToDays, 140},
		"a fraction is a piece":                   {1, 0, upToDays, 1},
		"nothing is nothing":                      {2, 0, upToDays, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := d.cover(c.sku, c.day, c.days); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

// Days are counted across the change to summer time, which has a day of 23 hours.
func TestCalendarCountsDaysOfAnyLength(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	c := &calendar{from: time.Date(2011, 3, 1, 0, 0, 0, 0, london), days: 60}
	for day := range 60 {
		for _, hour := range []int{0, 12, 23} {
			if got := c.of(c.at(day, hour).UTC()); got != day {
				t.Errorf("day %d, %d o'clock is counted as %d", day, hour, got)
			}
		}
	}
	if got := c.of(c.at(0, 0).Add(-time.Second)); got != -1 || c.has(got) {
		t.Errorf("the second before is counted as day %d", got)
	}
}
