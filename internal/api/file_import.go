package api

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"baihuo/internal/fault"
	"baihuo/internal/intake"
)

// A file is taken in within its request: the answer is the report, and whoever hangs
// up finds it in the list of imports. Meanwhile GET /api/v1/imports/{id} tells how far
// it is. The file lies on the hub's disk while it is read, for its owner alone.

const (
	uploadMax = intake.UploadMax
	// filesAtOnce bounds the files that come or go at the same time.
	filesAtOnce = 4
	importWait  = 30 * time.Minute
)

// The faults of an upload.
var (
	ErrUpload = fault.New(fault.Invalid, "upload_too_large", "文件超过 20 MiB;请分成几个文件", "The file is larger than 20 MiB; split it")
	ErrForm   = fault.New(fault.Invalid, "upload_form", "表单里应当正好有一个文件,字段名 file", "The form holds exactly one file, in the field file")
	ErrNoFile = fault.New(fault.Invalid, "upload_empty", "没有收到文件内容", "No file came")
	errMixed  = fault.New(fault.Invalid, "media_type", "请直接发送文件,或用 multipart/form-data", "Send the file itself, or multipart/form-data")
)

type importQuery struct {
	What           string `query:"what" enum:"orders,catalog,stock,warehouses,shops,carriers,tariffs" default:"orders"`
	File           string `query:"file" max:"100" doc:"Name of the file, for the list of imports." zh:"文件名,用于导入列表"`
	Profile        string `query:"profile" max:"60" doc:"Column map; none for our own layout." zh:"列映射方案"`
	Shop           string `query:"shop" doc:"Orders: the shop of rows that name none." zh:"订单:未写店铺的行属于哪个店铺"`
	History        bool   `query:"history" doc:"Orders completed elsewhere: they move no stock." zh:"历史订单,不动库存"`
	CreateSKUs     bool   `query:"create_skus" doc:"Orders: create SKUs for unknown codes; needs catalog.edit." zh:"为未知编码建商品,需要 catalog.edit"`
	DropDuplicates bool   `query:"drop_duplicates" doc:"Orders: leave out rows that are equal in all but the line number." zh:"去掉疑似重复行"`
	Counts         bool   `query:"counts" doc:"Stock: the file says what was found, not what arrived; needs stock.count." zh:"库存:文件是盘点结果,需要 stock.count"`
	DryRun         bool   `query:"dry_run" doc:"Tell what would happen and change nothing." zh:"只试算,不改动"`
}

// taking is the file as intake takes it.
func (q importQuery) taking(c *call, file string) intake.Taking {
	return intake.Taking{What: q.What, File: file, Profile: q.Profile, Shop: q.Shop, History: q.History, CreateSKUs: q.CreateSKUs,
		DropDuplicates: q.DropDuplicates, Counts: q.Counts, DryRun: q.DryRun, Caller: c.caller}
}

// uploads is the handler of an upload.
func uploads() handler {
	return handler{query: typeOf[importQuery](), out: typeOf[importView](), status: http.StatusCreated, keyed: true,
		bodies: []string{"application/octet-stream", "text/csv", "multipart/form-data"}, serve: takeFile}
}

func takeFile(w http.ResponseWriter, c *call) error {
	key, err := keyOf(c.r)
	if err != nil {
		return err
	}
	var q importQuery
	if err := readQuery(c.r.URL.RawQuery, &q); err != nil {
		return err
	}
	want := q.taking(c, "")
	for _, p := range want.Permits() {
		if err := c.need(p); err != nil {
			return err
		}
	}
	if want.HouseWide() {
		if err := c.everywhere(); err != nil {
			return err
		}
	}
	select {
	case c.api.files <- struct{}{}:
		defer func() { <-c.api.files }()
	default:
		return ErrBusy
	}
	file, sum, err := c.receive(w, q.File)
	if err != nil {
		return err
	}
	defer os.RemoveAll(filepath.Dir(file))
	given, err := c.api.errand(c, key, sum, func() (answer, error) {
		if _, err := intake.LookThrough(c.r.Context(), file); err != nil {
			return answer{}, err
		}
		report, err := c.importFile(file, q)
		if err != nil {
			return answer{}, err
		}
		return jsonAnswer(http.StatusCreated, viewReport(report, problemsShort)), nil
	})
	if err != nil {
		return err
	}
	write(w, given)
	return nil
}

// receive writes the body to a file of its own folder, and sums up what is asked.
func (c *call) receive(w http.ResponseWriter, name string) (file string, sum []byte, err error) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(c.api.cfg.Waits.Upload)) // a connection that has no deadlines has no need of them
	_ = control.SetWriteDeadline(time.Now().Add(importWait))
	if c.r.ContentLength > uploadMax+(64<<10) {
		return "", nil, ErrUpload
	}
	body, sent, err := c.upload(http.MaxBytesReader(w, c.r.Body, uploadMax+(64<<10)))
	if err != nil {
		return "", nil, err
	}
	folder, err := os.MkdirTemp(c.api.cfg.Uploads, uploadFolder)
	if err != nil {
		return "", nil, err
	}
	if name == "" {
		name = sent
	}
	file = filepath.Join(folder, intake.FileName(name))
	if sum, err = c.spool(body, file); err != nil {
		_ = os.RemoveAll(folder)
		return "", nil, err
	}
	return file, sum, nil
}

const uploadFolder = "baihuo-upload-"

// upload finds the file in a body.
func (c *call) upload(body io.Reader) (file io.Reader, name string, err error) {
	media, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	switch {
	case c.r.Header.Get("Content-Type") == "":
		return body, "", nil
	case err != nil || strings.HasPrefix(media, "application/json"):
		return nil, "", errMixed
	case media != "multipart/form-data":
		return body, "", nil
	}
	c.r.Body = io.NopCloser(body)
	parts, err := c.r.MultipartReader()
	if err != nil {
		return nil, "", ErrForm.Wrap(err)
	}
	part, err := parts.NextPart()
	if err != nil || part.FormName() != "file" {
		return nil, "", ErrForm.Wrap(err)
	}
	return &onlyPart{part: part, after: parts.NextPart}, part.FileName(), nil
}

// onlyPart reads one part of a form and refuses another behind it.
type onlyPart struct {
	part  io.Reader
	after func() (*mimePart, error)
}

func (p *onlyPart) Read(b []byte) (int, error) {
	n, err := p.part.Read(b)
	if !errors.Is(err, io.EOF) {
		return n, err
	}
	if _, next := p.after(); !errors.Is(next, io.EOF) {
		return n, ErrForm.Wrap(next)
	}
	return n, io.EOF
}

func (c *call) spool(body io.Reader, path string) (sum []byte, err error) {
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	_, _ = h.Write([]byte(askedOf(c.r)))
	n, err := io.Copy(io.MultiWriter(out, h), io.LimitReader(body, uploadMax+1))
	if end := out.Close(); err == nil {
		err = end
	}
	var tooLarge *http.MaxBytesError
	var f *fault.Fault
	switch {
	case errors.As(err, &tooLarge) || n > uploadMax:
		return nil, ErrUpload
	case errors.As(err, &f):
		return nil, err
	case err != nil:
		return nil, ErrNoFile.Wrap(err) // cut off
	case n == 0:
		return nil, ErrNoFile
	}
	return h.Sum(nil), nil
}

// importFile hands a file to its room. Who hangs up does not stop it: what is half
// taken in would only have to be taken in again.
func (c *call) importFile(file string, q importQuery) (report intake.Report, err error) {
	ctx, done := context.WithTimeout(context.WithoutCancel(c.r.Context()), importWait)
	defer done()
	seen := c.api.follow()
	defer seen.end()
	want := q.taking(c, file)
	want.Progress = seen.show
	return intake.Take(ctx, c.api.cfg.DB, c.api.cfg.Kit, want)
}
