package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"baihuo/internal/catalog"
	"baihuo/internal/cli"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/intake"
	"baihuo/internal/sheet"
	"baihuo/internal/staff"
)

var (
	errImportNumber = fault.New(fault.Invalid, "import_number", "导入编号 %q 无法识别,请写报告里给出的编号,如 I-123",
		"The import number %q is not understood; write the one the report gave, as in I-123")
	errProfileMap = fault.New(fault.Missing, "profile_missing", "没有名为 %q 的列映射", "There is no column map called %q")
)

func (p *program) importFile(ctx context.Context, c cli.Common, what string, o cli.Import) error {
	hctx, h, err := p.open(ctx, c, db.Options{})
	if err != nil {
		return err
	}
	defer h.close()
	bar := newBar(p.errs)
	var report intake.Report
	files := intake.FileOptions{File: o.File, Profile: profileOf(what, o.Profile), DryRun: o.DryRun, Problems: o.Report, By: by("import"),
		Progress: bar.show, Counts: o.Count}
	switch what {
	case "catalog":
		report, err = intake.Catalog(hctx, h.d, files)
	case "warehouses":
		report, err = intake.Warehouses(hctx, h.d, files)
	case "shops":
		report, err = intake.Shops(hctx, h.d, files)
	case "carriers":
		report, err = intake.Carriers(hctx, h.d, files)
	case "tariffs":
		report, err = intake.Tariffs(hctx, h.d, files)
	case "stock":
		report, err = intake.Stock(hctx, h.d, files)
	default:
		report, err = intake.Orders(hctx, h.d, h.kit, intake.OrderOptions{File: o.File, Profile: o.Profile, Shop: o.Shop, History: o.History,
			CreateSKUs: o.CreateSKUs, DropDuplicates: o.DropDuplicates, DryRun: o.DryRun, Problems: o.Report, By: by("import"),
			Progress: bar.show})
	}
	bar.end()
	p.tellImport(report, c.Lang)
	return err
}

// profileOf: only files of orders have a built-in profile by name.
func profileOf(what, name string) string {
	if what != "orders" && name == intake.ProfileBaihuo {
		return ""
	}
	return name
}

const problemsShown = 20

func (p *program) tellImport(r intake.Report, lang string) {
	if r.Already {
		p.say("这个文件已经导入过(编号 %s),没有任何改动 / this file was taken before as %s: nothing was changed", importNo(r.Import), importNo(r.Import))
		return
	}
	if r.What != "orders" {
		p.say("%d 行 / rows, %d 个问题 / problems", r.Rows, len(r.Problems))
	} else {
		p.say("%d 行 / rows, %d 订单 / orders, %d 早已存在 / before, %d 拒收 / refused, %d 疑似重复行 / suspected duplicates, %d 异常 / exceptions",
			r.Rows, r.Orders, r.OrdersBefore, r.OrdersRefused, r.Duplicates, r.Exceptions)
	}
	for _, t := range r.Tallies {
		amount := ""
		if t.Currency != "" {
			amount = t.Money.Format(t.Currency) + " " + string(t.Currency)
		}
		p.say("  %-28s %-14s %9d 行 %11d 件 %18s", t.Kind, t.Outcome, t.Lines, t.Units, amount)
	}
	for i, problem := range r.Problems {
		if i == problemsShown {
			p.say("  … 还有 %d 个问题,用 --report 文件 查看全部 / more problems, see --report FILE", len(r.Problems)-i)
			break
		}
		sentence := problem.ZH
		if lang == "en" {
			sentence = problem.EN
		}
		p.say("  第 %d 行 %s:%s", problem.Row, problem.Column, sentence)
	}
	if r.Import != 0 {
		p.say("导入编号 / import: %s", importNo(r.Import))
	}
}

func importNo(n id.Import) string { return id.Text("I", int64(n)) }

// bar draws the progress of a long import on a terminal line.
type bar struct {
	w     *os.File
	begun time.Time
	drawn bool
}

func newBar(w any) *bar {
	f, _ := w.(*os.File)
	return &bar{w: f, begun: time.Now()}
}

func (b *bar) show(p intake.Progress) {
	if b.w == nil {
		return
	}
	b.drawn = true
	part := 0.0
	if p.Total > 0 {
		part = float64(p.Done) / float64(p.Total)
	}
	spent := time.Since(b.begun)
	left := "?"
	if part > 0.01 {
		left = time.Duration(float64(spent) * (1 - part) / part).Round(time.Second).String()
	}
	fmt.Fprintf(b.w, "\r%-6s [%-30s] %3.0f %%  %d 行 %.0f 行/秒  剩余 %s   ", p.Stage, strings.Repeat("#", int(part*30)), part*100, p.Rows,
		float64(p.Rows)/spent.Seconds(), left)
}

func (b *bar) end() {
	if b.drawn {
		fmt.Fprintln(b.w)
	}
}

func (p *program) undo(ctx context.Context, c cli.Common, o cli.ImportUndo) error {
	n, ok := id.Parse("I", o.Import)
	if !ok {
		return errImportNumber.With(o.Import)
	}
	hctx, h, err := p.open(ctx, c, db.Options{})
	if err != nil {
		return err
	}
	defer h.close()
	done, err := intake.Undo(hctx, h.d, id.Import(n), by("import"))
	if err == nil {
		p.say("已撤销:%d 个订单取消,%d 个单号释放,%d 个异常关闭 / undone: orders cancelled, numbers freed, exceptions closed",
			done.Orders, done.Documents, done.Exceptions)
	}
	return err
}

func (p *program) profile(ctx context.Context, c cli.Common, o cli.ImportProfile) error {
	hctx, h, err := p.open(ctx, c, db.Options{})
	if err != nil {
		return err
	}
	defer h.close()
	if len(o.Map) > 0 {
		var columns sheet.Map
		for name, header := range o.Map {
			columns = append(columns, sheet.Column{Name: name, Headers: []string{header}})
		}
		return h.d.Write(hctx, by("profile"), func(tx *db.Tx) error {
			return intake.SaveProfile(tx, intake.Profile{Name: o.Name, What: o.Kind, Columns: columns})
		})
	}
	return h.d.Read(hctx, func(tx *db.Tx) error {
		profiles, err := intake.Profiles(tx)
		for _, known := range profiles {
			if known.Name == o.Name {
				for _, column := range known.Columns {
					p.say("%-20s %s", column.Name, strings.Join(column.Headers, ", "))
				}
				return err
			}
		}
		if err != nil {
			return err
		}
		return errProfileMap.With(o.Name)
	})
}

func (p *program) export(ctx context.Context, c cli.Common, o cli.Export) (err error) {
	hctx, h, err := p.open(ctx, c, db.Options{})
	if err != nil {
		return err
	}
	defer h.close()
	out := p.out
	if o.File != "-" {
		f, err := os.OpenFile(o.File, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		defer f.Close()
		out = f
	}
	format := sheet.CSV
	if strings.EqualFold(filepath.Ext(o.File), ".xlsx") {
		format = sheet.XLSX
	}
	w, err := sheet.NewWriter(out, format)
	if err != nil {
		return err
	}
	if o.What == "catalog" {
		err = h.d.Read(hctx, func(tx *db.Tx) error {
			_, err := catalog.Export(tx, w, catalog.ExportOptions{Currency: "CNY", Chinese: c.Lang == "zh"})
			return err
		})
	} else {
		var rows int64
		rows, err = intake.Export(hctx, h.d, o.What, w, intake.ExportOptions{Chinese: c.Lang == "zh", Scope: staff.Everywhere()})
		fmt.Fprintf(p.errs, "%d 行 / rows\n", rows)
	}
	if err != nil {
		return err
	}
	return w.Close()
}
