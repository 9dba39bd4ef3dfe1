// Package intake takes files in and writes files out: orders, SKUs, stock, the
// journal.
//
// Owns: imports and what became of each line of a file, saved column maps.
// Does not own: how a table is read (sheet), what an order is (order), how it is
// accepted (flow), what a SKU must be (catalog).
//
// An import of orders reads its file twice. The first reading (survey.go) looks
// at every row, reports each that cannot be used, and counts the rows of each
// order number, because the rows of one order may stand anywhere. The second
// gathers rows until an order is whole (gather.go), makes a draft of it
// (draft.go) and hands batches to flow.Accept (accept.go). An order with a bad
// row is refused as a whole: half an order must not ship, and once the file is
// mended a second import brings in just what was refused.
//
// History is an order completed elsewhere: it moves no stock. Only history knows
// lines that are no part of an order (loose.go): cancellations take back what an
// earlier sale of the file delivered (match.go), as quantities returned and
// refunded on that order's line; what cannot be taken back, and each bad debt, is
// an exception for a person; stock adjustments move nothing and are recorded. All
// of them stand, with what each took from which line, in the journal of the import.
//
// Nothing is taken twice. An order is known by shop and number, a number whose
// lines are no order by the table import_documents, a whole file by its digest.
// A broken import goes on where it was when it is started again.
//
// Undo takes an import back that nothing has touched since: every order still
// has the version that the import left (import_items). Live orders are cancelled
// like any other; of history, the quantities go back to none and the order is
// cancelled with the reason 导入撤销. Nothing is deleted: the journal is
// append-only, the numbers stay used, and SKUs that were created remain.
//
// Words: a line kind is the word a file uses for a line, its role what it means
// to us; a document is a number whose lines are no order; an outcome is what
// became of a line. Units and money of a report carry the signs of the file.
//
// Times: ordered_at of a file without a zone is read in the shop's zone.
package intake
