package sheet

import (
	"bytes"
	"errors"
	"io"

	"baihuo/internal/fault"
)

// The lexer cuts bytes into records (RFC 4180) without knowing their encoding:
// in UTF-8 and in GB18030 no byte of a longer character looks like a separator,
// a quotation mark or a line end, so a broken character spoils its own cell only.
//
// It holds one record, never more than recordMax bytes, whatever the file says.
// encoding/csv could not serve: it collects an endless field before anybody can
// refuse it, and a quotation mark left open costs it the rest of the file.
//
// A record that begins on a line without any quotation mark is cut in place.
// Otherwise quoted fields are unquoted into scratch. When that fails (mend), the
// row where the mark was opened is reported and reading resumes as near behind
// it as is safe: on the next line, if the trouble shows on the same line or the
// next line makes a row by itself; otherwise behind what the field swallowed,
// lest the inside of a long quoted remark be taken for rows.
type lexer struct {
	src        io.Reader
	buf        []byte
	start, end int // the bytes read and not yet used up
	err        error

	delim, eol byte
	wide       int // cells of the header; 0 before it is known
	line       int // text line at start, from 1
	number     int // records so far

	data    []byte // the record: either in buf or in scratch
	spans   []span // its cells in data
	scratch []byte
}

type span struct{ from, to int }

const recordMax = 1 << 20

// next reads one record into data and spans. A flaw means that the record is
// spoilt and has been passed over.
func (l *lexer) next() (*flaw, error) {
	length, found := l.lineEnd(0)
	if length == 0 && !found {
		return nil, l.err
	}
	if !found && l.err != nil && !errors.Is(l.err, io.EOF) {
		return nil, l.err // a cut file: half a row must not pass for a whole one
	}
	l.number++
	text := l.buf[l.start : l.start+length]
	if bytes.IndexByte(text, '"') >= 0 {
		return l.quotedRecord()
	}
	if !found && l.err == nil {
		return l.endless()
	}
	l.cut(text)
	l.consume(length, found)
	for i, s := range l.spans {
		if s.to-s.from > FieldMax {
			return &flaw{column: i, value: string(text[s.from : s.from+4*valueRunes]), what: errLong}, nil
		}
	}
	return nil, nil
}

// cut finds the cells of a line without quotation marks.
func (l *lexer) cut(text []byte) {
	if n := len(text); n > 0 && text[n-1] == '\r' {
		text = text[:n-1]
	}
	l.data, l.spans = text, l.spans[:0]
	from := 0
	for i, b := range text {
		if b == l.delim {
			l.spans = append(l.spans, span{from, i})
			from = i + 1
		}
	}
	l.spans = append(l.spans, span{from, len(text)})
}

// endless passes over a line that does not fit into the buffer.
func (l *lexer) endless() (*flaw, error) {
	text := l.buf[l.start:l.end]
	f := &flaw{column: bytes.Count(text[:FieldMax], []byte{l.delim}), what: errLong}
	f.value = string(text[:4*valueRunes])
	l.skipLine()
	return f, nil
}

// quotedRecord reads a record that holds a quotation mark.
func (l *lexer) quotedRecord() (*flaw, error) {
	l.scratch, l.spans = l.scratch[:0], l.spans[:0]
	at := 0
	for {
		from, opened := len(l.scratch), at
		var what *fault.Fault
		if l.has(at) && l.at(at) == '"' {
			at, what = l.quotedField(at + 1)
		} else {
			at, what = l.bareField(at)
		}
		if l.err != nil && !errors.Is(l.err, io.EOF) && !l.has(at) {
			return nil, l.err
		}
		if what != nil {
			value := l.scratch[from:min(len(l.scratch), from+4*valueRunes)]
			f := &flaw{column: len(l.spans), value: string(value), what: what}
			l.mend(opened, at, f)
			return f, nil
		}
		l.spans = append(l.spans, span{from, len(l.scratch)})
		if !l.has(at) || l.at(at) == l.eol {
			l.data = l.scratch
			l.consume(at, l.has(at))
			return nil, nil
		}
		at++
	}
}

// quotedField unquotes from behind the opening mark and gives the place of the
// separator behind the closing one, or where the trouble was noticed.
func (l *lexer) quotedField(at int) (int, *fault.Fault) {
	from := len(l.scratch)
	for {
		if !l.has(at) {
			if l.err == nil {
				return at, errLong
			}
			return at, errOpenQuote
		}
		text := l.buf[l.start+at : l.end]
		i := bytes.IndexByte(text, '"')
		if i < 0 {
			i = len(text)
		}
		if len(l.scratch)-from+i > FieldMax {
			l.scratch = append(l.scratch, text[:min(i, 4*valueRunes)]...)
			return at + i, errLong
		}
		l.scratch = append(l.scratch, text[:i]...)
		if at += i; i == len(text) {
			continue
		}
		at++
		switch {
		case !l.has(at) || l.at(at) == l.delim || l.at(at) == l.eol:
			return at, nil
		case l.at(at) == '"':
			l.scratch = append(l.scratch, '"')
			at++
		case l.at(at) == '\r' && (!l.has(at+1) || l.at(at+1) == l.eol):
			return at + 1, nil
		default:
			return at, errStrayQuote
		}
	}
}

// bareField takes a field without an opening mark; marks inside are its own.
func (l *lexer) bareField(at int) (int, *fault.Fault) {
	from := len(l.scratch)
	for l.has(at) {
		text := l.buf[l.start+at : l.end]
		i := 0
		for i < len(text) && text[i] != l.delim && text[i] != l.eol {
			i++
		}
		if len(l.scratch)-from+i > FieldMax {
			return at, errLong
		}
		l.scratch = append(l.scratch, text[:i]...)
		if at += i; i < len(text) {
			break
		}
	}
	if !l.has(at) && l.err == nil {
		return at, errLong
	}
	if n := len(l.scratch); n > from && l.scratch[n-1] == '\r' && (!l.has(at) || l.at(at) == l.eol) {
		l.scratch = l.scratch[:n-1]
	}
	return at, nil
}

// mend puts start where reading can go on behind a spoilt record. The field was
// opened at one place and the trouble noticed at another, behind it.
func (l *lexer) mend(opened, noticed int, f *flaw) {
	first, found := l.lineEnd(opened)
	if found && noticed > first {
		second, whole := l.lineEnd(first + 1)
		alone := l.buf[l.start+first+1 : l.start+second]
		if (whole || l.err != nil) && l.columns(alone) == l.wide {
			if f.what == errLong {
				f.what = errOpenQuote
			}
			l.consume(first, true)
			return
		}
		if f.what == errLong {
			l.consume(noticed, false)
			l.discard(true)
			return
		}
	}
	switch {
	case f.what == errOpenQuote:
		l.consume(l.end-l.start, false)
	case f.what == errLong:
		quoted := l.at(opened) == '"'
		l.consume(noticed, false)
		l.discard(quoted)
	default:
		l.consume(noticed, false)
		l.skipLine()
	}
}

// columns counts the cells of a line that stands by itself; -1 when its
// quotation marks do not close.
func (l *lexer) columns(text []byte) int {
	count, quoted, fresh := 1, false, true
	text = bytes.TrimSuffix(text, []byte{'\r'})
	for i := 0; i < len(text); i++ {
		b := text[i]
		switch {
		case quoted && b == '"':
			if i+1 < len(text) && text[i+1] == '"' {
				i++
			} else if quoted = false; i+1 < len(text) && text[i+1] != l.delim {
				return -1
			}
		case quoted:
		case b == '"' && fresh:
			quoted = true
		case b == l.delim:
			count++
		}
		fresh = !quoted && b == l.delim
	}
	if quoted {
		return -1
	}
	return count
}

// discard drops the rest of a record, holding nothing of it.
func (l *lexer) discard(quoted bool) {
	fresh := false
	for l.has(0) {
		b := l.at(0)
		l.start++
		switch {
		case quoted && b == '"':
			if l.has(0) && l.at(0) == '"' {
				l.start++
			} else {
				quoted = false
			}
		case b == l.eol:
			if l.line++; !quoted {
				return
			}
		case b == '"' && fresh:
			quoted = true
		}
		fresh = b == l.delim && !quoted
	}
}

// skipLine drops what is left of the line at start.
func (l *lexer) skipLine() {
	for {
		length, found := l.lineEnd(0)
		l.consume(length, found)
		if found || l.err != nil {
			return
		}
	}
}

// lineEnd gives the place of the line end at or behind from, reading on as
// needed. When there is none in the file or in a full buffer, it gives the place
// behind the last byte held.
func (l *lexer) lineEnd(from int) (length int, found bool) {
	for {
		if i := bytes.IndexByte(l.buf[l.start+from:l.end], l.eol); i >= 0 {
			return from + i, true
		}
		from = l.end - l.start
		if !l.fill() {
			return from, false
		}
	}
}

// consume moves start over the first bytes and a line end behind them.
func (l *lexer) consume(length int, ended bool) {
	l.line += bytes.Count(l.buf[l.start:l.start+length], []byte{l.eol})
	if ended {
		length++
		l.line++
	}
	l.start += length
}

func (l *lexer) at(i int) byte { return l.buf[l.start+i] }

// has says whether there is a byte i behind start, reading on as needed.
func (l *lexer) has(i int) bool {
	for l.start+i >= l.end {
		if !l.fill() {
			return false
		}
	}
	return true
}

// hold fills the first buffer, so that the beginning of the file can be looked at.
func (l *lexer) hold() {
	for l.fill() && l.end < len(l.buf) {
	}
}

// fill reads more, making room by moving, then by growing. It gives false at
// the end of the file, after an error, and when the buffer holds recordMax.
// Moving makes places relative to start stay right, and data wrong: a record is
// copied out before the next is read.
func (l *lexer) fill() bool {
	if l.err != nil {
		return false
	}
	if l.end == len(l.buf) {
		if l.start > 0 {
			l.end = copy(l.buf, l.buf[l.start:l.end])
			l.start = 0
		} else if len(l.buf) < recordMax {
			l.buf = append(l.buf, make([]byte, max(len(l.buf), bufferSize))...)
		} else {
			return false
		}
	}
	n, err := l.src.Read(l.buf[l.end:])
	l.end += n
	l.err = err
	return n > 0 || err == nil
}
