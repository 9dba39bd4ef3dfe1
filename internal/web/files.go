package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/intake"
	"baihuo/internal/money"
	"baihuo/internal/sheet"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// uploadPath takes whole files; every other form is small.
const uploadPath = "/files/upload"

// fileRoutes are those of imports and exports.
func fileRoutes() []Route {
	return []Route{
		{"GET", "/files", staff.SignedIn, false, (*Site).files},
		{"POST", uploadPath, staff.FileImport, false, (*Site).upload},
		{"GET", "/file-runs/{run}", staff.FileImport, false, (*Site).runPage},
		{"POST", "/file-runs/{run}", staff.FileImport, false, (*Site).runTake},
		{"POST", "/file-runs/{run}/map", staff.FileImport, false, (*Site).runMap},
		{"GET", "/files/{id}", staff.FileImport, false, (*Site).importPage},
		{"POST", "/files/{id}/undoing", staff.OrderCancel, false, (*Site).undoImport},
		{"GET", "/files/export/{what}", staff.FileExport, false, (*Site).export},
	}
}

var (
	errUpload = fault.New(fault.Invalid, "upload_too_large", "文件超过 20 MiB;请分成几个文件", "The file is larger than 20 MiB; split it")
	errNoFile = fault.New(fault.Invalid, "upload_empty", "没有收到文件;请选择一个 CSV 或 XLSX 文件", "No file came; choose a CSV or XLSX file")
	errExport = fault.New(fault.Missing, "export_unknown", "没有这种导出", "There is no such export")
)

// files is the page of imports and exports: what may be taken in, what was, what may
// be taken out.
func (s *Site) files(v *visit) error { return s.showFiles(v, http.StatusOK, nil) }

func (s *Site) showFiles(v *visit, status int, c *complaint) error {
	data := map[string]any{"Title": v.word("files"), "Complaint": c, "FormKey": formKey(), "Exports": v.exportKinds()}
	kinds := v.importKinds()
	data["Kinds"] = kinds
	if len(kinds) > 0 {
		if err := s.importLists(v, data); err != nil {
			return err
		}
	}
	data["Nothing"] = len(kinds) == 0 && len(v.exportKinds()) == 0
	return s.render(v, status, "files", data)
}

// importKinds are the files that the visitor may have taken in.
func (v *visit) importKinds() (kinds []choice) {
	for _, what := range intake.Kinds() {
		if (intake.Taking{What: what, Caller: v.caller}).May() {
			kinds = append(kinds, choice{Value: what, Label: v.word("file_" + what), Chosen: what == v.r.URL.Query().Get("what")})
		}
	}
	return kinds
}

func (v *visit) exportKinds() (kinds []choice) {
	if !v.caller.May(staff.FileExport) {
		return nil
	}
	for _, what := range []string{"orders", "stock", "catalog", "journal"} {
		need, _ := intake.ExportPermits(what)
		if !slices.ContainsFunc(need, func(p staff.Permit) bool { return !v.caller.May(p) }) {
			kinds = append(kinds, choice{Value: what, Label: v.word("file_" + what)})
		}
	}
	return kinds
}

// importRow is an import in the list.
type importRow struct {
	ID, File, What, State, Class string
	Rows, Orders, Problems       int64
	Started                      stamp
}

const importsShown = 20

func (s *Site) importLists(v *visit, data map[string]any) error {
	var rows []importRow
	var shops, profiles []choice
	next := ""
	before, _ := id.Parse("I", v.r.URL.Query().Get("before")) // 0 for the first page
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		rows, shops, profiles = nil, nil, nil
		list, err := intake.List(tx, id.Import(before), importsShown)
		if err != nil {
			return err
		}
		for _, im := range list {
			if _, err := intake.Seen(tx, im.ID, v.caller); errors.Is(err, intake.ErrMissing) {
				continue
			} else if err != nil {
				return err
			}
			rows = append(rows, v.importRow(im, tx.Now()))
		}
		if len(list) == importsShown {
			next = "?before=" + id.Text("I", int64(list[len(list)-1].ID))
		}
		saved, err := intake.Profiles(tx)
		if err != nil {
			return err
		}
		for _, p := range saved {
			profiles = append(profiles, choice{Value: p.Name, Label: p.Name + " · " + v.word("file_"+p.What)})
		}
		all, err := shop.All(tx)
		for _, one := range all {
			if v.caller.Scope.HasShop(one.ID) {
				shops = append(shops, choice{Value: one.Code, Label: one.Name})
			}
		}
		return err
	})
	data["Rows"], data["Next"], data["Shops"], data["Profiles"] = rows, next, shops, profiles
	return err
}

func (v *visit) importRow(im intake.Import, now db.Instant) importRow {
	r := importRow{ID: id.Text("I", int64(im.ID)), File: im.File, What: v.word("file_" + im.What), State: v.word("import_" + im.State),
		Class: map[string]string{"running": "review", "done": "done", "undone": "plain"}[im.State], Rows: im.Report.Rows, Orders: im.Report.Orders,
		Started: v.stampOf(im.StartedAt, now, houseZone)}
	for _, n := range im.Report.ProblemCounts {
		r.Problems += n
	}
	return r
}

// reportView is a report in words.
type reportView struct {
	intake.Report
	Figures  []fact
	Tallies  []tallyRow
	Problems []problemRow
	More     int64
}

type tallyRow struct {
	Kind, Outcome, Money string
	Lines, Units         int64
}

type problemRow struct {
	Row         int
	Column, Say string
}

const problemsShown = 200

func (v *visit) report(r intake.Report) reportView {
	out := reportView{Report: r}
	for _, f := range []struct {
		key string
		n   int64
	}{{"import_rows", r.Rows}, {"import_orders", r.Orders}, {"import_before", r.OrdersBefore}, {"import_refused", r.OrdersRefused},
		{"import_duplicates", r.Duplicates}, {"import_skus_created", r.SKUsCreated}, {"import_skus_unknown", r.SKUsUnknown}, {"import_exceptions", r.Exceptions}} {
		if f.n > 0 || f.key == "import_rows" {
			out.Figures = append(out.Figures, fact{Key: f.key, Value: number(f.n)})
		}
	}
	for _, t := range r.Tallies {
		row := tallyRow{Kind: v.wordOr("tally_", t.Kind), Outcome: v.wordOr("outcome_", string(t.Outcome)), Lines: t.Lines, Units: t.Units}
		if t.Currency != "" {
			row.Money = price(t.Money, t.Currency)
		}
		out.Tallies = append(out.Tallies, row)
	}
	for _, p := range r.Problems[:min(len(r.Problems), problemsShown)] {
		out.Problems = append(out.Problems, problemRow{Row: p.Row, Column: p.Column, Say: pair{p.ZH, p.EN}.in(v.lang)})
	}
	for _, n := range r.ProblemCounts {
		out.More += n
	}
	out.More -= int64(len(out.Problems))
	return out
}

// wordOr gives the word of a value, or the value where it has none.
func (v *visit) wordOr(prefix, value string) string {
	if w, known := words[prefix+value]; known {
		return w.in(v.lang)
	}
	return value
}

// importPage is one import: its report, each problem by row, and how to undo it.
func (s *Site) importPage(v *visit) error { return s.showImport(v, http.StatusOK, nil) }

func (s *Site) showImport(v *visit, status int, c *complaint) error {
	n, ok := id.Parse("I", v.r.PathValue("id"))
	if !ok {
		return intake.ErrMissing
	}
	var im intake.Import
	var now db.Instant
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) (err error) {
		now = tx.Now()
		im, err = intake.Seen(tx, id.Import(n), v.caller)
		return err
	})
	if err != nil {
		return err
	}
	return s.render(v, status, "import", map[string]any{"Title": v.word("import_one") + " " + im.File, "Row": v.importRow(im, now), "Report": v.report(im.Report),
		"Complaint": c, "FormKey": formKey(), "Live": im.State == "running",
		"MayUndo": im.What == "orders" && im.State == "done" && v.caller.May(staff.OrderCancel)})
}

// undoImport takes an import of orders back that nothing has touched since.
func (s *Site) undoImport(v *visit) error {
	n, ok := id.Parse("I", v.r.PathValue("id"))
	if !ok {
		return intake.ErrMissing
	}
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error { _, err := intake.Seen(tx, id.Import(n), v.caller); return err })
	if err != nil {
		return err
	}
	undone, err := intake.Undo(v.ctx, s.cfg.DB, id.Import(n), db.By{Actor: v.caller.Actor, Cause: "undo"})
	if err != nil {
		c, status, err := v.complain(err)
		if err != nil {
			return err
		}
		return s.showImport(v, status, c)
	}
	return v.lead(did("/files/"+v.r.PathValue("id"), "import_undone", int(undone.Orders), ""))
}

// export makes a table and sends it when it is whole. Who took what out stands in the
// audit trail before the first byte leaves.
func (s *Site) export(v *visit) error {
	what := v.r.PathValue("what")
	need, known := intake.ExportPermits(what)
	if !known {
		return errExport
	}
	for _, p := range need {
		if !v.caller.May(p) {
			return s.noPermit(v, p)
		}
	}
	query := v.r.URL.Query()
	o := intake.ExportOptions{Shop: query.Get("shop"), Kind: query.Get("kind"), Scope: v.caller.Scope, Chinese: v.lang == "zh"}
	if what == "journal" && !(v.caller.Scope.AllShops && v.caller.Scope.AllWarehouses) {
		return errExport
	}
	err := s.cfg.DB.Write(v.ctx, db.By{Actor: v.caller.Actor, Cause: "export"}, func(tx *db.Tx) error { intake.NoteExport(tx, what, o); return nil })
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "baihuo-export-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	file, err := s.exported(v, what, o, folder, cmp.Or(query.Get("as"), "csv"))
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Disposition", mimeAttachment(filepath.Base(file)))
	v.w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeFile(v.w, v.r, file)
	return nil
}

func mimeAttachment(name string) string { return `attachment; filename="` + url.PathEscape(name) + `"` }

func (s *Site) exported(v *visit, what string, o intake.ExportOptions, folder, as string) (string, error) {
	format := map[string]sheet.Format{"csv": sheet.CSV, "xlsx": sheet.XLSX}
	kind, known := format[as]
	if !known {
		return "", errExport
	}
	file, err := os.OpenFile(filepath.Join(folder, what+"."+as), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	w, err := sheet.NewWriter(file, kind)
	if err == nil && what == "catalog" {
		err = s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
			_, err := catalog.Export(tx, w, catalog.ExportOptions{Currency: houseCurrency, Chinese: o.Chinese})
			return err
		})
	} else if err == nil {
		_, err = intake.Export(v.r.Context(), s.cfg.DB, what, w, o)
	}
	if err == nil {
		err = w.Close()
	}
	return file.Name(), errors.Join(err, file.Close())
}

// houseCurrency is that of costs and prices in the catalog.
const houseCurrency = money.CNY

// flag reads a tick of a form.
func (v *visit) flag(name string) bool {
	on, _ := strconv.ParseBool(v.r.FormValue(name)) // what is no yes is a no
	return on
}
