package sheet

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"sync/atomic"

	"baihuo/internal/fault"
)

const (
	defaultRows  = 5_000_000
	defaultBytes = 4 << 30
	defaultRatio = 100
	ratioFloor   = 16 << 20 // below this nothing is a bomb
	bufferSize   = 256 << 10
	packedMax    = 64 << 20 // an XLSX that must be held in memory to be read
)

// Open reads the table in a file. What it is (CSV, XLSX, gzipped or not) is
// seen from its content, not its name. Close the Reader.
//
// Faults: ErrNoFile, ErrKind, ErrEmpty, ErrHeader, ErrColumnMissing,
// ErrColumnTwice, ErrNoSheet, ErrDamaged, ErrTooLarge, ErrBomb.
func Open(path string, o Options) (*Reader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, ErrNoFile.Wrap(err)
	}
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = errors.New("a directory")
	}
	if err != nil {
		return nil, errors.Join(ErrNoFile.Wrap(err), file.Close())
	}
	o.Size = info.Size()
	r, err := read(file, o)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	r.close = file.Close
	return r, nil
}

// Read reads the table in src; name is only told in faults. Faults as Open.
func Read(src io.Reader, name string, o Options) (*Reader, error) {
	r, err := read(src, o)
	if err != nil {
		return nil, fault.Of(err).Field("file", shorten(name), shorten(name))
	}
	return r, nil
}

func read(src io.Reader, o Options) (*Reader, error) {
	o.Limits = o.Limits.filled()
	packed := &meter{src: src}
	plain := bufio.NewReaderSize(packed, bufferSize)
	if zipped(plain) {
		if file, ok := src.(*os.File); ok {
			return readXLSX(file, o.Size, o)
		}
	}
	if gzipped(plain) {
		inflate, err := gzip.NewReader(plain)
		if err != nil {
			return nil, damaged(err)
		}
		plain = bufio.NewReaderSize(inflate, bufferSize)
	}
	bounded := &bound{src: plain, packed: packed, limits: o.Limits}
	if zipped(plain) {
		bounded.limits.Bytes = min(bounded.limits.Bytes, packedMax)
		all, err := io.ReadAll(bounded)
		if err != nil {
			return nil, err
		}
		return readXLSX(bytes.NewReader(all), int64(len(all)), o)
	}
	t, err := newCSV(bounded, o)
	if err != nil {
		return nil, err
	}
	t.packed, t.size = packed, o.Size
	return newReader(t, true, o)
}

func (l Limits) filled() Limits {
	if l.Rows == 0 {
		l.Rows = defaultRows
	}
	if l.Bytes == 0 {
		l.Bytes = defaultBytes
	}
	if l.Ratio == 0 {
		l.Ratio = defaultRatio
	}
	return l
}

func zipped(r *bufio.Reader) bool  { return starts(r, "PK\x03\x04") }
func gzipped(r *bufio.Reader) bool { return starts(r, "\x1f\x8b") }

func starts(r *bufio.Reader, magic string) bool {
	// A file shorter than the magic number gives fewer bytes and an error, and does not match.
	got, _ := r.Peek(len(magic))
	return string(got) == magic
}

// meter counts the bytes that pass.
type meter struct {
	src io.Reader
	n   atomic.Int64
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.src.Read(p)
	m.n.Add(int64(n))
	return n, err
}

// bound refuses what grows beyond the limits, and turns what a broken file
// makes the readers below say into ErrDamaged.
type bound struct {
	src    io.Reader
	packed *meter
	limits Limits
	n      int64
}

func (b *bound) Read(p []byte) (int, error) {
	n, err := b.src.Read(p)
	b.n += int64(n)
	switch {
	case b.n > b.limits.Bytes:
		return 0, ErrTooLarge
	case b.n > ratioFloor && b.n > b.limits.Ratio*b.packed.n.Load():
		return 0, ErrBomb
	case err != nil && !errors.Is(err, io.EOF):
		return n, damaged(err)
	}
	return n, err
}
