package sheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"baihuo/internal/fault"
)

// A workbook is read straight from its zip, part by part, because what is asked
// here cannot be had from excelize, which writes our workbooks: it takes broken
// XML for the end of the table and so drops rows in silence, holds the whole
// file, and gives either raw numbers or displayed text, where the displayed
// text rounds prices and shortens barcodes and the raw one turns days into
// serial numbers.

const (
	unpackedMax = 200 << 20 // all parts together
	partsMax    = 1000
	sharedMax   = 64 << 20 // bytes of shared strings, the one thing that must be held
	sharedCount = 2 << 20
	columnsMax  = 16384
	workRowsMax = 1 << 20
)

// workbook is an opened XLSX with what its cells refer to.
type workbook struct {
	zip    *zip.Reader
	shared []string
	dates  []bool // by cell style: shows a number as date or time
	mac    bool   // days count from 1904
}

// readXLSX opens the wanted worksheet.
func readXLSX(at io.ReaderAt, size int64, o Options) (*Reader, error) {
	archive, err := zip.NewReader(at, size)
	if err != nil {
		return nil, damaged(err)
	}
	if err := affordable(archive.File, o.Limits); err != nil {
		return nil, err
	}
	b := &workbook{zip: archive}
	sheet, err := b.open(o.Sheet)
	if err != nil {
		return nil, err
	}
	body, err := sheet.Open()
	if err != nil {
		return nil, damaged(err)
	}
	counted := &meter{src: body}
	t := &xlsxTable{book: b, size: int64(sheet.UncompressedSize64), done: &counted.n}
	t.xml = xml.NewDecoder(&shortener{src: counted})
	return newReader(t, false, o)
}

// affordable refuses a bomb before anything is unpacked. The sizes are those
// that the archive states; archive/zip refuses to unpack more.
func affordable(parts []*zip.File, limits Limits) error {
	var total, packed uint64
	for _, p := range parts {
		if p.UncompressedSize64 > unpackedMax {
			return ErrTooLarge
		}
		total += p.UncompressedSize64
		packed += p.CompressedSize64
		if p.UncompressedSize64 > ratioFloor && p.UncompressedSize64 > uint64(limits.Ratio)*p.CompressedSize64 {
			return ErrBomb
		}
	}
	switch {
	case len(parts) > partsMax:
		return ErrTooLarge
	case total > ratioFloor && total > uint64(limits.Ratio)*packed:
		return ErrBomb
	case total > min(unpackedMax, uint64(limits.Bytes)):
		return ErrTooLarge
	}
	return nil
}

// open reads what the workbook says of itself and finds the worksheet.
func (b *workbook) open(wanted string) (*zip.File, error) {
	home := b.relations("")["officeDocument"]
	if home == "" {
		return nil, ErrKind
	}
	sheetID := ""
	err := b.each(home, func(parent string, el xml.StartElement) {
		switch el.Name.Local {
		case "workbookPr":
			b.mac = attribute(el, "date1904") == "1" || attribute(el, "date1904") == "true"
		case "sheet":
			fits := attribute(el, "name") == wanted
			if wanted == "" {
				state := attribute(el, "state")
				fits = state != "hidden" && state != "veryHidden"
			}
			if fits && sheetID == "" {
				sheetID = attribute(el, "id")
			}
		}
	})
	if err != nil {
		return nil, err
	}
	related := b.relations(home)
	sheet := b.part(related[sheetID])
	if sheetID == "" || sheet == nil {
		return nil, ErrNoSheet.Field("sheet", shorten(wanted), shorten(wanted))
	}
	if err := b.readStyles(related["styles"]); err != nil {
		return nil, err
	}
	return sheet, b.readShared(related["sharedStrings"])
}

// relations gives the parts that a part refers to, by id and by last word of
// the kind. A workbook has one of each kind asked for here.
func (b *workbook) relations(of string) map[string]string {
	out := map[string]string{}
	dir, file := path.Split(of)
	// A part without relations has none; what is missing shows when it is looked for.
	_ = b.each(dir+"_rels/"+file+".rels", func(_ string, el xml.StartElement) {
		target := strings.ReplaceAll(attribute(el, "Target"), `\`, "/")
		if !strings.HasPrefix(target, "/") {
			target = path.Join(dir, target)
		}
		out[attribute(el, "Id")] = target
		out[path.Base(attribute(el, "Type"))] = target
	})
	return out
}

// readStyles finds the cell styles that show a number as a date.
func (b *workbook) readStyles(name string) error {
	if b.part(name) == nil {
		return nil
	}
	own := map[string]bool{}
	return b.each(name, func(parent string, el xml.StartElement) {
		id := attribute(el, "numFmtId")
		switch {
		case el.Name.Local == "numFmt":
			own[id] = showsDate(attribute(el, "formatCode"))
		case el.Name.Local == "xf" && parent == "cellXfs":
			n, err := strconv.Atoi(id)
			date, known := own[id]
			b.dates = append(b.dates, date || !known && err == nil && builtInDate(n))
		}
	})
}

// builtInDate knows the number formats that a workbook need not spell out
// (ECMA-376 18.8.30, with those of East Asian languages).
func builtInDate(id int) bool {
	return id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58
}

// showsDate says whether a number format has a year, day, hour, minute or
// second outside of quoted text, brackets and escapes. Elapsed hours, [h], count
// as a number.
func showsDate(format string) bool {
	for i := 0; i < len(format); i++ {
		closing := byte(0)
		switch format[i] {
		case '\\', '_', '*':
			i++
		case '"':
			closing = '"'
		case '[':
			closing = ']'
		case 'y', 'Y', 'd', 'D', 'h', 'H', 's', 'S', 'm', 'M':
			return true
		}
		if closing != 0 {
			for i++; i < len(format) && format[i] != closing; i++ {
			}
		}
	}
	return false
}

// readShared holds the strings that cells name by number.
func (b *workbook) readShared(name string) error {
	part := b.part(name)
	if part == nil {
		return nil
	}
	body, err := part.Open()
	if err != nil {
		return damaged(err)
	}
	d := xml.NewDecoder(&shortener{src: body})
	var text cellText
	held := 0
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return damaged(err)
		}
		switch el := token.(type) {
		case xml.StartElement:
			if el.Name.Local == "si" {
				text.reset()
			}
			text.start(el.Name.Local)
		case xml.CharData:
			text.add(el)
		case xml.EndElement:
			if text.end(el.Name.Local); el.Name.Local == "si" {
				b.shared = append(b.shared, text.string())
				held += len(b.shared[len(b.shared)-1])
			}
		}
		if held > sharedMax || len(b.shared) > sharedCount {
			return ErrTooLarge
		}
	}
}

// each walks the elements of a small part.
func (b *workbook) each(name string, see func(parent string, el xml.StartElement)) error {
	part := b.part(name)
	if part == nil {
		return ErrDamaged.Wrap(fault.New(fault.Missing, "sheet_part", "缺少部件", "part missing: "+shorten(name)))
	}
	body, err := part.Open()
	if err != nil {
		return damaged(err)
	}
	d := xml.NewDecoder(&shortener{src: body})
	parents := []string{""}
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return damaged(err)
		}
		switch el := token.(type) {
		case xml.StartElement:
			see(parents[len(parents)-1], el)
			parents = append(parents, el.Name.Local)
		case xml.EndElement:
			parents = parents[:max(1, len(parents)-1)]
		}
	}
}

// part finds a part of the archive; some writers differ in case and slashes.
func (b *workbook) part(name string) *zip.File {
	name = strings.TrimPrefix(name, "/")
	i := slices.IndexFunc(b.zip.File, func(f *zip.File) bool {
		return name != "" && strings.EqualFold(strings.ReplaceAll(f.Name, `\`, "/"), name)
	})
	if i < 0 {
		return nil
	}
	return b.zip.File[i]
}

func attribute(el xml.StartElement, name string) string {
	for _, a := range el.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// xlsxTable streams the rows of one worksheet.
type xlsxTable struct {
	book *workbook
	xml  *xml.Decoder
	size int64
	done *atomic.Int64
	last int // number of the latest row
	cell xlsxCell
	over bool
}

func (t *xlsxTable) progress() (done, total int64) { return t.done.Load(), t.size }
