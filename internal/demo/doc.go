// Package demo is the believable shop: it fills a fresh database with the
// assortment of demo/goods and then lives in it, turn by turn of ten simulated
// minutes. Buyers of demo/people order, pay late, repeat themselves, change their
// mind and cancel; customer service reads what is held, telephones, releases and
// rejects; the warehouses plan, pick, pack and hand over in their working hours;
// suppliers deliver weekly and sometimes fail to; parcels are followed.
//
// Owns: the story. Does not own: any rule of trade. All it does, it does through
// flow, as people and machines would.
//
// Words: a turn is one step of the simulated clock. The story of an order is all
// that its buyer and its platform will ever say of it: a function of the seed, the
// order's number in the story and the moment it was placed. So nothing personal has
// to be kept, and a message can be told again at any time. A fate is what a draw
// says of one thing.
//
// What must survive a restart (the simulated time, how many orders there were, what
// is still to be said of which, the tally) is kept in one setting, written at the end
// of a turn. A turn that was cut short is played again: its receipts carry papers, its
// messages are known, its cancellations refused.
//
// Every draw comes from the seed and a name, never from a shared stream, so one
// decision more or less somewhere does not shift all others. Some draws are named by
// ids; a database whose Options.Wall is the demo's clock therefore gives the same
// story twice.
package demo
