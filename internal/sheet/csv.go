package sheet

import (
	"bytes"
	"io"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

// csvTable turns the lexer's bytes into cells.
type csvTable struct {
	lex    lexer
	dec    decoder
	packed *meter
	size   int64
}

// newCSV looks at the first bytes for encoding, line ends and separator.
func newCSV(src io.Reader, o Options) (*csvTable, error) {
	t := &csvTable{dec: decoder{gb: simplifiedchinese.GB18030.NewDecoder()}}
	l := &t.lex
	l.src, l.line, l.eol = src, 1, '\n'
	l.hold()
	enc, mark, convert := byMark(l.buf[:l.end], o.Encoding)
	t.dec.enc, l.start = enc, mark
	if convert != nil {
		held := bytes.NewReader(bytes.Clone(l.buf[mark:l.end]))
		*l = lexer{src: transform.NewReader(io.MultiReader(held, src), convert), line: 1, eol: '\n'}
		l.hold()
	}
	sample := l.buf[l.start:l.end]
	if foreign(sample) {
		return nil, ErrKind
	}
	if bytes.IndexByte(sample, '\n') < 0 && bytes.IndexByte(sample, '\r') >= 0 {
		l.eol = '\r' // the "CSV (Macintosh)" of Excel
	}
	if l.delim = o.Delimiter; l.delim == 0 {
		l.delim = separator(firstRow(sample, l.eol, o.Skip))
	}
	return t, nil
}

// foreign says whether the bytes are of a known kind that is no table.
func foreign(sample []byte) bool {
	for _, magic := range []string{
		"\xd0\xcf\x11\xe0", "%PDF", "\x89PNG", "\xff\xd8\xff", "GIF8", "Rar!", "7z\xbc\xaf", "\x1f\x8b",
	} {
		if bytes.HasPrefix(sample, []byte(magic)) {
			return true
		}
	}
	return bytes.HasPrefix(bytes.TrimSpace(sample), []byte("<"))
}

// firstRow gives the first row that holds anything, below the skipped ones,
// with its quoted text taken out.
func firstRow(sample []byte, eol byte, skip int) []byte {
	for ; skip > 0; skip-- {
		_, sample, _ = bytes.Cut(sample, []byte{eol})
	}
	var row []byte
	quoted := false
	for _, b := range bytes.TrimLeft(sample, " \r\n") {
		if b == '"' {
			quoted = !quoted
		} else if !quoted && b == eol {
			break
		} else if !quoted {
			row = append(row, b)
		}
	}
	return row
}

// separator takes the candidate that stands most often; a comma when none does.
func separator(row []byte) byte {
	best, most := byte(','), 0
	for _, candidate := range []byte{',', '\t', ';'} {
		if n := bytes.Count(row, []byte{candidate}); n > most {
			best, most = candidate, n
		}
	}
	return best
}

func (t *csvTable) next(rec *record) error {
	l := &t.lex
	line := l.line
	f, err := l.next()
	if err != nil {
		return err
	}
	rec.number, rec.line, rec.cells = l.number, line, rec.cells[:0]
	if f == nil {
		f = t.cells(rec)
	}
	if f != nil {
		f.value = t.readable(f.value)
		rec.flaws = append(rec.flaws, *f)
	}
	return nil
}

// cells makes one string of the record and cuts the cells from it.
func (t *csvTable) cells(rec *record) *flaw {
	l := &t.lex
	data := l.data
	if t.dec.enc == "" && !ascii(data) {
		rest := l.buf[l.start:l.end]
		t.dec.enc = vote(append(append(bytes.Clone(data), l.eol), rest...), l.eol)
	}
	data, broken := t.dec.decode(data, l.spans)
	var f *flaw
	if broken >= 0 {
		f = &flaw{column: broken, what: errEncoding}
	} else if bytes.IndexByte(data, 0) >= 0 {
		hasNUL := func(s span) bool { return bytes.IndexByte(data[s.from:s.to], 0) >= 0 }
		f = &flaw{column: cell(l.spans, hasNUL), what: errNUL}
	}
	if f != nil {
		s := l.spans[f.column]
		f.value = string(data[s.from:min(s.to, s.from+4*valueRunes)])
		return f
	}
	text := string(data)
	for _, s := range l.spans {
		rec.cells = append(rec.cells, text[s.from:s.to])
	}
	return nil
}

// readable shows a value cut from the raw bytes in the file's encoding.
func (t *csvTable) readable(value string) string {
	if t.dec.enc != GB18030 || ascii([]byte(value)) {
		return value
	}
	if text, err := t.dec.gb.String(value); err == nil {
		return text
	}
	return value
}

func (t *csvTable) progress() (done, total int64) { return t.packed.n.Load(), t.size }
