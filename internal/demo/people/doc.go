// Package people makes up the customers of the demo: who they are, how messily they write their address, when they
// order, what they put into the basket and what they say to the seller.
//
// Everything is drawn from the *rand.Rand that the caller hands in, so a seed gives the same crowd again. Names are
// drawn by the real frequency of surnames; phone numbers have 0000 in the middle, so that they belong to hardly anyone;
// provinces, cities and districts are real, streets and compounds are invented.
//
// Every recipient keeps the truth (Place) and the list of what was spoilt (Messes) beside what was typed, so that a
// parser can be judged by them.
package people
