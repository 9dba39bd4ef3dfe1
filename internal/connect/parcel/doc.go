// Package parcel speaks with the parcel carrier of the demo: it fills
// shipping.Carrier over the small HTTP wire that sim/parcel serves.
//
// Every call has a time limit and a bound on the answer. What went wrong is told as
// a fault whose kind says whether anything may have been done: a call that never left
// and an answer that says "busy" did nothing (Transient); a call without an answer and
// any other trouble of the server may have (Unknown), so shipping looks the key up
// before it asks again.
package parcel
