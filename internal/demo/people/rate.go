package people

import "time"

// Rate is how many orders arrive at t, in times of the average of a week (so the mean over a week is 1). It knows the
// night, the lunch break and the evening on the sofa, and the small hump of the weekend; t must be in the zone in which
// the buyers live. Between full hours it runs straight.
func Rate(t time.Time) float64 {
	// Per cent of the average hour, at the beginning of each hour; the sum is 2400.
	hours := [24]float64{
		72, 38, 20, 12, 9, 11, 24, 52, 88, 124, 148, 142, 126, 128, 134, 138, 136, 124, 116, 134, 166, 184, 168, 106,
	}
	// Sunday first; the sum is 7.
	days := [7]float64{1.05, 1.02, 0.99, 0.98, 0.97, 0.96, 1.03}
	here, next := hours[t.Hour()], hours[(t.Hour()+1)%24]
	part := (float64(t.Minute()) + float64(t.Second())/60) / 60
	// The conversion keeps machines that fuse multiply and add from giving another last digit.
	return (here + float64((next-here)*part)) / 100 * days[t.Weekday()]
}
