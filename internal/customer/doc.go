// Package customer holds who bought and where it goes, all of it sealed.
//
// Owns: buyers, recipients, the black list, the reading of addresses and phones
// (address), the quota of looking, the register of erasures, which master keys the
// database needs. Does not own: what a person bought.
//
// A Contact or BuyerDraft is plaintext, lives in memory only and prints as a
// mask. Prepare seals it outside any transaction; Buyers and Recipients write it.
// What the rooms carry afterwards is seal.Text, which cannot hold plaintext. Reveal
// opens one for a person, for a reason, within the actor's quota of the day (HouseDay,
// Beijing time); OpenFor opens one for an errand. Both leave a journal row, and WhoSaw
// reads those rows back by phone number.
//
// An erased recipient or buyer keeps its id and nothing else (Erase). Digests are made
// anew when the master key changes (reseal.go); until then every look-up asks under
// each key held.
//
// Times: a recipient's CreatedAt is ours; ErasedAt says since when it is empty.
//
// Marketplace data that arrives masked with an opaque receiver id is kept as it
// is; the opaque id then says who is the same recipient.
package customer
