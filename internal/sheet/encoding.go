package sheet

import (
	"bytes"
	"encoding/binary"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Encoding names how a CSV writes its characters.
type Encoding string

const (
	// UTF8 with or without a byte order mark.
	UTF8 Encoding = "utf-8"
	// GB18030 also covers GBK and GB2312, which Chinese Excel writes as "CSV".
	GB18030 Encoding = "gb18030"

	fromUTF16 Encoding = "utf-16" // converted on the way in; told by its byte order mark
)

var replacement = []byte(string(utf8.RuneError))

// byMark reads a byte order mark: the encoding it tells (wanted where there is
// none), its length, and for UTF-16 what converts the bytes behind it.
func byMark(sample []byte, wanted Encoding) (e Encoding, length int, convert transform.Transformer) {
	switch {
	case bytes.HasPrefix(sample, []byte("\xef\xbb\xbf")):
		return UTF8, 3, nil
	case bytes.HasPrefix(sample, []byte("\xff\xfe")):
		return fromUTF16, 2, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()
	case bytes.HasPrefix(sample, []byte("\xfe\xff")):
		return fromUTF16, 2, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder()
	}
	return wanted, 0, nil
}

// vote decides by the lines held when the first character beyond ASCII turns
// up. Chinese in GB18030 is hardly ever valid UTF-8, so a few broken rows do
// not make a UTF-8 file look like the other, nor the other way round.
func vote(lines []byte, eol byte) Encoding {
	lines = lines[:min(len(lines), bufferSize)]
	if last := bytes.LastIndexByte(lines, eol); last > 0 {
		lines = lines[:last] // the line cut off by the end of the sample has no vote
	}
	asUTF8, asGB := 0, 0
	decoder := simplifiedchinese.GB18030.NewDecoder()
	for line := range bytes.SplitSeq(lines, []byte{eol}) {
		switch {
		case ascii(line):
		case utf8.Valid(line):
			asUTF8++
		default:
			text, err := decoder.Bytes(line)
			if err == nil && !bytes.Contains(text, replacement) {
				asGB++
			}
		}
	}
	if asGB > asUTF8 {
		return GB18030
	}
	return UTF8
}

// decoder turns records of one encoding into UTF-8.
type decoder struct {
	enc  Encoding // empty until the first character beyond ASCII
	gb   *encoding.Decoder
	room []byte
}

// decode gives the text of the cells and moves the spans accordingly. It says
// which cell is broken, -1 when none is; data is as it came then. The text is
// valid until the next call.
func (d *decoder) decode(data []byte, spans []span) (text []byte, broken int) {
	switch {
	case d.enc == fromUTF16:
		if !bytes.Contains(data, replacement) {
			return data, -1
		}
		return data, cell(spans, func(s span) bool { return bytes.Contains(data[s.from:s.to], replacement) })
	case d.enc != GB18030:
		if utf8.Valid(data) {
			return data, -1
		}
		return data, cell(spans, func(s span) bool { return !utf8.Valid(data[s.from:s.to]) })
	case ascii(data):
		return data, -1
	}
	out, moved := d.room[:0], make([]span, len(spans))
	for i, s := range spans {
		from := len(out)
		if out = d.appendGB(out, data[s.from:s.to]); bytes.Contains(out[from:], replacement) {
			return data, i
		}
		moved[i] = span{from, len(out)}
	}
	if i := cell(spans, func(s span) bool { return chineseUTF8(data[s.from:s.to]) }); i >= 0 {
		return data, i
	}
	copy(spans, moved)
	d.room = out
	return out, -1
}

// cell gives the first cell that is bad, -1 when none is.
func cell(spans []span, bad func(span) bool) int { return slices.IndexFunc(spans, bad) }

// chineseUTF8 says whether a cell of a GB18030 file is really UTF-8: decoded as
// the file's encoding it would become other, wrong Chinese without an error.
// Three characters of three bytes each do not come out right by chance.
func chineseUTF8(cell []byte) bool {
	long := 0
	for i := 0; i < len(cell); {
		r, size := utf8.DecodeRune(cell[i:])
		if r == utf8.RuneError {
			return false
		}
		if i += size; size == 3 {
			long++
		}
	}
	return long >= 3
}

func (d *decoder) appendGB(out, cell []byte) []byte {
	if ascii(cell) {
		return append(out, cell...)
	}
	// Two bytes become at most three; a stray one becomes a replacement of three.
	room := 3*len(cell) + utf8.UTFMax
	out = slices.Grow(out, room)
	d.gb.Reset()
	n, _, err := d.gb.Transform(out[len(out):len(out)+room], cell, true)
	if err != nil {
		return append(out, replacement...)
	}
	return out[:len(out)+n]
}

func ascii(text []byte) bool {
	for ; len(text) >= 8; text = text[8:] {
		if binary.LittleEndian.Uint64(text)&0x8080808080808080 != 0 {
			return false
		}
	}
	for _, b := range text {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
