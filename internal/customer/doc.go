// Package customer holds who bought and where it goes, all of it sealed.
//
// Owns: buyers, recipients, the black list, the reading of addresses and phones
// (address). Does not own: what a person bought.
//
// A Contact or BuyerDraft is plaintext, lives in memory only and prints as a
// mask. Prepare seals it outside any transaction; Place writes it. What the
// rooms carry afterwards is seal.Text, which cannot hold plaintext; Reveal opens
// one for a reason, and leaves a journal row.
//
// Marketplace data that arrives masked with an opaque receiver id is kept as it
// is; the opaque id then says who is the same recipient.
package customer
