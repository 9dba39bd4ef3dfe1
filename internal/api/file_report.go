package api

import (
	"context"
	"errors"
	"mime/multipart"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/intake"
	"baihuo/internal/sheet"
	"baihuo/internal/staff"
)

type mimePart = multipart.Part

func fileRoutes() []Route {
	return []Route{
		{"POST", "/api/v1/imports", staff.FileImport, "importFile", "导入文件:CSV 或 XLSX,可用 gzip 压缩,最大 20 MiB", "Take a file in: CSV or XLSX, plain or gzipped, at most 20 MiB", uploads()},
		{"GET", "/api/v1/imports", staff.FileImport, "listImports", "导入记录,新的在前", "Imports, the newest first", reads(listImports)},
		{"GET", "/api/v1/imports/{id}", staff.FileImport, "getImport", "一次导入:报告、逐行问题、进度", "One import: report, problems by row, progress", reads(getImport)},
		{"POST", "/api/v1/imports/{id}/undoing", staff.FileImport, "undoImport", "撤销一次订单导入", "Take an import of orders back that nothing has touched since", errands(200, undoImport)},
		{"GET", "/api/v1/exports/{what}", staff.FileExport, "exportFile", "导出 CSV:orders、stock、catalog、journal", "Download as CSV: orders, stock, catalog or journal", exports()},
	}
}

type tallyView struct {
	Kind     string `json:"kind"`
	Outcome  string `json:"outcome"`
	Lines    int64  `json:"lines"`
	Units    int64  `json:"units"`
	Money    string `json:"money,omitempty"`
	Currency string `json:"currency,omitempty"`
}

type rowProblem struct {
	Row    int    `json:"row" doc:"As a spreadsheet numbers it." zh:"表格里的行号"`
	Line   int    `json:"line"`
	Column string `json:"column"`
	Code   string `json:"code"`
	ZH     string `json:"zh"`
	EN     string `json:"en"`
}

type progressView struct {
	Stage string `json:"stage"`
	Done  int64  `json:"done"`
	Total int64  `json:"total" doc:"0 when unknown" zh:"0 表示未知"`
	Rows  int64  `json:"rows"`
}

// importView is an import and its report. No cell of the file stands in it.
type importView struct {
	ImportID      string           `json:"import_id,omitempty" doc:"Absent in a dry run and for files that leave no record." zh:"试算和不留记录的文件没有"`
	What          string           `json:"what"`
	File          string           `json:"file"`
	State         string           `json:"state,omitempty" enum:"running,done,undone"`
	StartedAt     string           `json:"started_at,omitempty"`
	EndedAt       string           `json:"ended_at,omitempty"`
	Progress      *progressView    `json:"progress,omitempty" doc:"While this node takes it in." zh:"正在本节点导入时的进度"`
	DryRun        bool             `json:"dry_run"`
	History       bool             `json:"history"`
	Already       bool             `json:"already" doc:"This very file was taken before; nothing was done." zh:"同一文件已导入过,没有改动"`
	Rows          int64            `json:"rows"`
	Orders        int64            `json:"orders"`
	OrdersBefore  int64            `json:"orders_before"`
	OrdersRefused int64            `json:"orders_refused"`
	Duplicates    int64            `json:"duplicates"`
	SKUsCreated   int64            `json:"skus_created"`
	SKUsUnknown   int64            `json:"skus_unknown"`
	Exceptions    int64            `json:"exceptions"`
	Tallies       []tallyView      `json:"tallies"`
	Problems      []rowProblem     `json:"problems"`
	ProblemCounts map[string]int64 `json:"problem_counts"`
	Unused        []string         `json:"unused"`
}

const (
	// problemsShort bounds the problems in the answer to an upload; reading the import
	// gives all that are kept.
	problemsShort = 100
	problemsLong  = 1000
)

func viewReport(r intake.Report, problemsMax int) importView {
	v := importView{What: r.What, File: r.File, DryRun: r.DryRun, History: r.History, Already: r.Already, Rows: r.Rows, Orders: r.Orders,
		OrdersBefore: r.OrdersBefore, OrdersRefused: r.OrdersRefused, Duplicates: r.Duplicates, SKUsCreated: r.SKUsCreated,
		SKUsUnknown: r.SKUsUnknown, Exceptions: r.Exceptions, Tallies: []tallyView{}, Problems: []rowProblem{},
		ProblemCounts: map[string]int64{}, Unused: append([]string{}, r.Unused...)}
	if r.Import != 0 {
		v.ImportID = id.Text("I", int64(r.Import))
	}
	for _, t := range r.Tallies {
		one := tallyView{Kind: t.Kind, Outcome: string(t.Outcome), Lines: t.Lines, Units: t.Units, Currency: string(t.Currency)}
		if t.Currency != "" {
			one.Money = t.Money.Format(t.Currency)
		}
		v.Tallies = append(v.Tallies, one)
	}
	for code, n := range r.ProblemCounts {
		v.ProblemCounts[code] = n
	}
	for _, p := range r.Problems[:min(problemsMax, len(r.Problems))] {
		v.Problems = append(v.Problems, viewProblem(p))
	}
	return v
}

func viewProblem(p *sheet.RowError) rowProblem {
	return rowProblem{Row: p.Row, Line: p.Line, Column: p.Column, Code: p.Code, ZH: p.ZH, EN: p.EN}
}

func (c *call) viewImport(im intake.Import, problemsMax int) importView {
	v := viewReport(im.Report, problemsMax)
	v.ImportID, v.What, v.File, v.State = id.Text("I", int64(im.ID)), im.What, im.File, im.State
	v.StartedAt, v.EndedAt = instant(im.StartedAt), instant(im.EndedAt)
	if p := c.api.progressOf(im.ID); p != nil {
		v.Progress = &progressView{Stage: string(p.Stage), Done: p.Done, Total: p.Total, Rows: p.Rows}
	}
	return v
}

type importsQuery struct {
	Before id.Import `query:"before" doc:"The next of the page before." zh:"上一页的 next"`
	Limit  int64     `query:"limit" max:"100" default:"20"`
}

type importsPage struct {
	Imports []importView `json:"imports"`
	Next    string       `json:"next"`
}

func listImports(c *call, tx *db.Tx, q importsQuery) (importsPage, error) {
	page := importsPage{Imports: []importView{}}
	list, err := intake.List(tx, q.Before, int(q.Limit))
	if err != nil {
		return page, err
	}
	for _, im := range list {
		switch _, err := intake.Seen(tx, im.ID, c.caller); {
		case errors.Is(err, intake.ErrMissing): // another's
		case err != nil:
			return page, err
		default:
			page.Imports = append(page.Imports, c.viewImport(im, 0))
		}
	}
	if len(list) == int(q.Limit) {
		page.Next = id.Text("I", int64(list[len(list)-1].ID))
	}
	return page, nil
}

// seenImport finds the import that the path names.
func (c *call) seenImport(tx *db.Tx) (intake.Import, error) {
	n, ok := id.Parse("I", c.r.PathValue("id"))
	if !ok {
		return intake.Import{}, intake.ErrMissing
	}
	return intake.Seen(tx, id.Import(n), c.caller)
}

func getImport(c *call, tx *db.Tx, _ none) (importView, error) {
	im, err := c.seenImport(tx)
	if err != nil {
		return importView{}, err
	}
	return c.viewImport(im, problemsLong), nil
}

type undoneView struct {
	ImportID   string `json:"import_id"`
	Orders     int64  `json:"orders" doc:"Cancelled." zh:"取消的订单"`
	Documents  int64  `json:"documents" doc:"Numbers that may be taken again." zh:"可再次使用的单号"`
	Exceptions int64  `json:"exceptions" doc:"Closed." zh:"关闭的异常"`
}

func undoImport(c *call, _ none) (undoneView, error) {
	if err := c.need(staff.OrderCancel); err != nil {
		return undoneView{}, err
	}
	ctx := context.WithoutCancel(c.r.Context())
	var im intake.Import
	err := c.api.cfg.DB.Read(ctx, func(tx *db.Tx) (err error) { im, err = c.seenImport(tx); return err })
	if err != nil {
		return undoneView{}, err
	}
	done, err := intake.Undo(ctx, c.api.cfg.DB, im.ID, db.By{Actor: c.caller.Actor, Cause: "undo"})
	return undoneView{ImportID: id.Text("I", int64(im.ID)), Orders: done.Orders, Documents: done.Documents, Exceptions: done.Exceptions}, err
}

// followed is an import under way on this node.
type followed struct {
	a  *API
	id atomic.Int64
	at atomic.Pointer[intake.Progress]
}

func (a *API) follow() *followed { return &followed{a: a} }

func (f *followed) show(p intake.Progress) {
	f.at.Store(&p)
	if p.Import != 0 && f.id.CompareAndSwap(0, int64(p.Import)) {
		f.a.imports.Store(p.Import, f)
	}
}

func (f *followed) end() { f.a.imports.Delete(id.Import(f.id.Load())) }

func (a *API) progressOf(n id.Import) *intake.Progress {
	if f, known := a.imports.Load(n); known {
		return f.(*followed).at.Load()
	}
	return nil
}

// sweepUploads removes files that a hub which died has left behind.
func sweepUploads(folder string) {
	left, _ := filepath.Glob(filepath.Join(folder, uploadFolder+"*"))
	for _, path := range left {
		if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > 24*time.Hour {
			_ = os.RemoveAll(path)
		}
	}
}
