package sheet

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// cellText gathers the text of a cell or a shared string: <v>, <t> and the runs
// of rich text, without formulas and the phonetic hints (rPh) of East Asian ones.
type cellText struct {
	buf      []byte
	open     bool
	phonetic bool
}

func (c *cellText) reset() { c.buf, c.open, c.phonetic = c.buf[:0], false, false }

func (c *cellText) start(name string) {
	switch name {
	case "v", "t":
		c.open = !c.phonetic
	case "rPh":
		c.phonetic = true
	}
}

func (c *cellText) end(name string) {
	switch name {
	case "v", "t":
		c.open = false
	case "rPh":
		c.phonetic = false
	}
}

func (c *cellText) add(text []byte) {
	if c.open && len(c.buf) <= FieldMax {
		c.buf = append(c.buf, text...)
	}
}

// string gives the text with its _xHHHH_ escapes (ECMA-376 22.4.2.4) resolved;
// Excel writes so what XML cannot hold. Of a text over FieldMax it keeps enough
// to be refused.
func (c *cellText) string() string {
	text := string(c.buf[:min(len(c.buf), FieldMax+1)])
	if !strings.Contains(text, "_x") {
		return text
	}
	var out strings.Builder
	for {
		before, after, found := strings.Cut(text, "_x")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		code, err := strconv.ParseUint(after[:min(4, len(after))], 16, 16)
		if err == nil && len(after) > 4 && after[4] == '_' {
			out.WriteRune(rune(code))
			text = after[5:]
		} else {
			out.WriteString("_x")
			text = after
		}
	}
}

// shortener passes XML through and drops what a run of text has beyond runMax,
// because encoding/xml collects a whole run before anybody can refuse it. The
// cell is refused afterwards, being still longer than FieldMax.
type shortener struct {
	src    io.Reader
	run    int // bytes since the last <
	cut    bool
	entity bool // inside &...;, which must not be cut in two; known near the limit only
}

const (
	runMax    = 8 * FieldMax // room for a text of FieldMax with most characters written as entities
	entityMax = 16           // the longest is &#x10FFFF;
)

func (s *shortener) Read(p []byte) (int, error) {
	for {
		n, err := s.src.Read(p)
		kept := s.keep(p[:n])
		if kept > 0 || err != nil || n == 0 {
			return kept, err
		}
	}
}

// keep moves what is to stay to the front and gives its length.
func (s *shortener) keep(p []byte) int {
	kept := 0
	for i := 0; i < len(p); i++ {
		text := p[i:]
		if next := bytes.IndexByte(text, '<'); next >= 0 {
			text = text[:next]
		}
		if s.run+len(text) <= runMax-entityMax {
			kept += copy(p[kept:], text)
			s.run += len(text)
		} else {
			for _, b := range text {
				if s.passes(b) {
					p[kept] = b
					kept++
				}
			}
		}
		if i += len(text); i < len(p) {
			p[kept] = '<'
			kept++
			s.run, s.cut, s.entity = 0, false, false
		}
	}
	return kept
}

func (s *shortener) passes(b byte) bool {
	s.run++
	whole := !s.entity || s.run > runMax+entityMax
	if s.cut = s.cut || s.run > runMax && whole && utf8.RuneStart(b); s.cut {
		return false
	}
	s.entity = b == '&' || s.entity && b != ';'
	return true
}
