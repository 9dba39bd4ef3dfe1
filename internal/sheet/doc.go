// Package sheet reads and writes tables that people make with spreadsheets:
// CSV and XLSX, plain or gzipped. It knows cells, rows and columns, no trade.
//
// Reading streams: a Reader holds one record at a time (an XLSX also its shared
// strings), however large the file. What is wrong with one row comes back from
// Next as a *RowError that names row, column, why and how to mend it, and the
// next call goes on behind it. Only what makes the rest unreadable or dangerous
// (a cut file, a zip bomb, a missing column) is a fault that ends the reading.
// No row is dropped in silence; rows with nothing in them are counted.
//
// A row's Number is the one a spreadsheet program shows: the header's row counts,
// blank rows count, and a cell with line breaks is still one row. Its Line is
// what a text editor shows.
//
// Files: reader.go the reader, columns.go from names to headers, source.go the
// bytes and their limits, lexer.go CSV records, encoding.go their characters,
// xlsx*.go workbooks, cell.go typed cells, writer.go the other direction.
package sheet
