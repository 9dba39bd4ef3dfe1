// Package notice tells customers what became of their orders.
//
// Owns: messages to customers, from the moment one is due to the moment it was
// handed to whoever carries it. Does not own: who the customer is (customer), what
// happened (order), when to tell (the reader of the journal, below).
//
// How a message comes to be: a reader of the journal sees that an order was
// accepted, or taken back with an apology, and queues one notice under a key that
// names both. A key is one message for ever, however often the journal is read.
//
// How it leaves: Send takes what is due, opens the recipient's data, calls the
// port outside of any transaction with the key, and writes down how it went. A
// call may be repeated after a crash; the port promises that a key has one effect.
// No name, phone or address is stored here.
//
// Times: QueuedAt is when the message was due first, DueAt when it is tried next,
// EndedAt when it was sent or given up.
package notice
