package api

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/intake"
	"baihuo/internal/order"
	"baihuo/internal/sheet"
)

// ErrExport says that there is nothing of this name to download.
var ErrExport = fault.New(fault.Missing, "export_unknown", "不能导出这一项;可以导出 orders、stock、catalog、journal",
	"There is no such export; choose orders, stock, catalog or journal")

type exportQuery struct {
	Shop string     `query:"shop" doc:"Orders: code of a shop." zh:"订单:店铺编码"`
	Word string     `query:"word" doc:"Orders: state, as cards show it." zh:"订单:状态词"`
	Kind string     `query:"kind" doc:"Journal: order, sku, import, ..." zh:"日志:对象种类"`
	From db.Instant `query:"from" doc:"Time of an order or a journal row." zh:"订单或日志的起始时间"`
	To   db.Instant `query:"to" doc:"Not in it." zh:"截止时间(不含)"`
}

func exports() handler {
	return handler{query: typeOf[exportQuery](), status: http.StatusOK, media: "text/csv", serve: giveFile}
}

// giveFile streams a download. Cells that a spreadsheet would run are written so that
// it does not. What goes wrong after the first bytes ends the connection, so that a
// cut file never looks whole.
func giveFile(w http.ResponseWriter, c *call) error {
	what := c.r.PathValue("what")
	permits, known := intake.ExportPermits(what)
	if !known {
		return ErrExport
	}
	for _, p := range permits {
		if err := c.need(p); err != nil {
			return err
		}
	}
	var q exportQuery
	if err := readQuery(c.r.URL.RawQuery, &q); err != nil {
		return err
	}
	o, err := c.exportOptions(what, q)
	if err != nil {
		return err
	}
	select {
	case c.api.files <- struct{}{}:
		defer func() { <-c.api.files }()
	default:
		return ErrBusy
	}
	if err := c.noteExport(what, o); err != nil {
		return err
	}
	late := &lateWriter{w: w, control: http.NewResponseController(w), name: what}
	out := bufio.NewWriterSize(late, 64<<10)
	if err = c.export(what, out, o); err == nil {
		err = out.Flush()
	}
	if err != nil && late.begun {
		c.api.cfg.Log.Error("download broke off", "what", what, "cause", err)
		panic(http.ErrAbortHandler)
	}
	return err
}

func (c *call) exportOptions(what string, q exportQuery) (o intake.ExportOptions, err error) {
	o = intake.ExportOptions{Shop: q.Shop, Word: order.Word(q.Word), Kind: q.Kind, Scope: c.caller.Scope, From: q.From, To: q.To, Chinese: c.lang == "zh"}
	if what == "journal" {
		return o, c.everywhere()
	}
	if q.Word != "" && !knownWord(q.Word) {
		return o, ErrQuery.Field("word", "没有这个状态", "there is no such word")
	}
	if q.Shop == "" {
		return o, nil
	}
	return o, c.api.cfg.DB.Read(context.WithoutCancel(c.r.Context()), func(tx *db.Tx) error {
		_, err := c.shopNamed(tx, q.Shop)
		return err
	})
}

// noteExport leaves a journal row: who took what out of the house.
func (c *call) noteExport(what string, o intake.ExportOptions) error {
	return c.api.cfg.DB.Write(context.WithoutCancel(c.r.Context()), db.By{Actor: c.caller.Actor, Cause: "export"}, func(tx *db.Tx) error {
		intake.NoteExport(tx, what, o)
		return nil
	})
}

func (c *call) export(what string, out io.Writer, o intake.ExportOptions) error {
	ctx := c.r.Context() // who hangs up ends it
	if what == "catalog" {
		return c.exportCatalog(ctx, out, o.Chinese)
	}
	w, err := sheet.NewWriter(out, sheet.CSV)
	if err != nil {
		return err
	}
	if _, err := intake.Export(ctx, c.api.cfg.DB, what, w, o); err != nil {
		return err
	}
	return w.Close()
}

// exportCatalog is read from one snapshot, so it is gathered first: a slow reader
// must not keep a snapshot open.
func (c *call) exportCatalog(ctx context.Context, out io.Writer, chinese bool) error {
	var all bytes.Buffer
	w, err := sheet.NewWriter(&all, sheet.CSV)
	if err != nil {
		return err
	}
	err = c.api.cfg.DB.Read(ctx, func(tx *db.Tx) error {
		_, err := catalog.Export(tx, w, catalog.ExportOptions{Currency: houseCurrency, Chinese: chinese})
		return err
	})
	if err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	_, err = all.WriteTo(out)
	return err
}

// downloadWait is how long a reader may take for the next piece of a download.
const downloadWait = 30 * time.Second

// lateWriter begins a download when its first bytes come: until then an error may
// still be told.
type lateWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	name    string
	begun   bool
}

func (l *lateWriter) Write(p []byte) (int, error) {
	if !l.begun {
		l.begun = true
		h := l.w.Header()
		h.Set("Content-Type", "text/csv; charset=utf-8")
		h.Set("Content-Disposition", `attachment; filename="`+l.name+`.csv"`)
		l.w.WriteHeader(http.StatusOK)
	}
	_ = l.control.SetWriteDeadline(time.Now().Add(downloadWait))
	return l.w.Write(p)
}
