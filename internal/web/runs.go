package web

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"baihuo/internal/db"
	"baihuo/internal/fault"
	"baihuo/internal/id"
	"baihuo/internal/intake"
	"baihuo/internal/sheet"
)

// An uploaded file is a run: first it is tried (nothing changes, each row's problem is
// shown), then a person has it taken in, or maps its columns and tries again. It works
// on in its own goroutine, so its page may be left; the house waits for it when it
// closes. A run lives in this process alone: what it took in stands in the list of
// imports on every node.
type run struct {
	token, actor string
	taking       intake.Taking
	header       []string

	mu       sync.Mutex
	state    string // trying, tried, taking, taken, failed
	begun    time.Time
	progress intake.Progress
	report   intake.Report
	failed   error
}

const (
	runsMax  = 8         // files at work or waiting for a person
	runKept  = time.Hour // how long a person may think
	runLimit = 30 * time.Minute
)

var (
	errRuns = fault.New(fault.Busy, "imports_busy", "正在处理的文件太多;请稍等一会儿再上传", "Too many files are at work; wait a moment and send it again")
	errRun  = fault.New(fault.Missing, "run_missing", "这次上传已过期或在另一节点上;请在导入列表里查看结果,或重新上传",
		"This upload is too old or lies on another node; look in the list of imports or send the file again")
)

// runs are the uploads of this process.
type runs struct {
	wall func() time.Time
	mu   sync.Mutex
	all  map[string]*run
	work sync.WaitGroup
}

// add takes a run in, and drops those that nobody came back for.
func (r *runs) add(one *run) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for token, old := range r.all {
		if !old.busy() && r.wall().Sub(old.begun) > runKept {
			old.drop()
			delete(r.all, token)
		}
	}
	if len(r.all) >= runsMax {
		for token, old := range r.all {
			if old.done() {
				old.drop()
				delete(r.all, token)
			}
		}
	}
	if len(r.all) >= runsMax {
		return errRuns
	}
	r.all[one.token] = one
	return nil
}

func (r *runs) find(token, actor string) (*run, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	one := r.all[token]
	if one == nil || one.actor != actor {
		return nil, errRun
	}
	return one, nil
}

func (r *run) busy() bool { s := r.look(); return s.state == "trying" || s.state == "taking" }

func (r *run) done() bool { s := r.look(); return s.state == "taken" || s.state == "failed" }

// drop removes the file.
func (r *run) drop() { _ = os.RemoveAll(filepath.Dir(r.taking.File)) }

// seenRun is a run as it stands at one moment.
type seenRun struct {
	state    string
	begun    time.Time
	progress intake.Progress
	report   intake.Report
	failed   error
}

func (r *run) look() seenRun {
	r.mu.Lock()
	defer r.mu.Unlock()
	return seenRun{r.state, r.begun, r.progress, r.report, r.failed}
}

// move goes from one state to another; false when it stands elsewhere.
func (r *run) move(to string, now time.Time, from ...string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(from, r.state) {
		return false
	}
	r.state, r.begun, r.progress, r.failed = to, now, intake.Progress{}, nil
	return true
}

// work tries a file or has it taken in.
func (s *Site) work(r *run, dry bool, after string) {
	s.runs.work.Go(func() {
		ctx, stop := context.WithTimeout(context.Background(), runLimit)
		defer stop()
		go func() { // a house that closes does not wait for a long file: the same file goes on later
			select {
			case <-s.closing:
				stop()
			case <-ctx.Done():
			}
		}()
		want := r.taking
		want.DryRun = dry
		want.Progress = func(p intake.Progress) { r.mu.Lock(); r.progress = p; r.mu.Unlock() }
		report, err := intake.Take(ctx, s.cfg.DB, s.cfg.Kit, want)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.report, r.failed, r.state = report, err, after
		if err != nil {
			r.state = "failed"
			if f := fault.Of(err); f.Kind == fault.Internal {
				s.cfg.Log.Error("import failed", "file", want.What, "error", err)
			}
		}
	})
}

// upload takes a file, looks it through and tries it. The answer leads to the page on
// which it can be watched.
func (s *Site) upload(v *visit) error {
	r, err := s.received(v)
	if err != nil {
		c, status, err := v.complain(err)
		if err != nil {
			return err
		}
		return s.showFiles(v, status, c)
	}
	s.work(r, true, "tried")
	return v.lead("/file-runs/" + r.token)
}

func (s *Site) received(v *visit) (*run, error) {
	file, head, err := v.r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) {
		return nil, errNoFile
	}
	if err != nil {
		return nil, errUpload.Wrap(err)
	}
	defer file.Close()
	r := &run{token: rand.Text(), actor: v.caller.Actor, state: "trying", begun: s.cfg.Wall(), taking: intake.Taking{
		What: v.r.FormValue("what"), Profile: v.r.FormValue("profile"), Shop: v.r.FormValue("shop"), History: v.flag("history"),
		CreateSKUs: v.flag("create_skus"), DropDuplicates: v.flag("drop_duplicates"), Counts: v.flag("counts"), Caller: v.caller}}
	if !slices.Contains(intake.Kinds(), r.taking.What) || !r.taking.May() {
		return nil, errForm
	}
	folder, err := os.MkdirTemp("", "baihuo-upload-")
	if err != nil {
		return nil, err
	}
	r.taking.File = filepath.Join(folder, intake.FileName(head.Filename))
	if err = spool(file, r.taking.File); err == nil {
		r.header, err = intake.LookThrough(v.r.Context(), r.taking.File)
	}
	if err == nil {
		err = s.runs.add(r)
	}
	if err != nil {
		r.drop()
		return nil, err
	}
	return r, nil
}

func spool(from multipart.File, to string) error {
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(out, from)
	if err = errors.Join(err, out.Close()); err == nil && n == 0 {
		err = errNoFile
	}
	return err
}

// runPage shows a run: how far it is, what it would do or did, each row's problem, and
// the columns of the file beside those of the house.
func (s *Site) runPage(v *visit) error { return s.showRun(v, http.StatusOK, nil) }

// mapRow is one of the house's columns and where it stands in the file.
type mapRow struct {
	Name, Label string
	Needed      bool
	Header      string
}

func (s *Site) showRun(v *visit, status int, c *complaint) error {
	r, err := s.runs.find(v.r.PathValue("run"), v.caller.Actor)
	if err != nil {
		return err
	}
	now := r.look()
	data := map[string]any{"Title": v.word("files") + " · " + filepath.Base(r.taking.File), "File": filepath.Base(r.taking.File), "What": v.word("file_" + r.taking.What),
		"State": now.state, "StateWord": v.word("run_" + now.state), "Live": now.state == "trying" || now.state == "taking", "Complaint": c, "FormKey": formKey(),
		"Run": r.token, "Report": v.report(now.report), "Header": r.header, "Map": mapRows(r)}
	if now.report.Import != 0 {
		data["Import"] = id.Text("I", int64(now.report.Import))
	}
	if now.failed != nil {
		f := fault.Of(now.failed)
		data["Failed"] = v.say(f)
		for _, field := range f.Fields {
			data["Failed"] = data["Failed"].(string) + " " + field.Name + ": " + pair{field.ZH, field.EN}.in(v.lang)
		}
	}
	if p := now.progress; p.Total > 0 {
		took := s.cfg.Wall().Sub(now.begun).Seconds()
		left := took * float64(p.Total-p.Done) / float64(max(p.Done, 1))
		data["Percent"], data["Pace"] = min(100*p.Done/p.Total, 100), v.fill("run_pace", number(p.Rows), number(int64(float64(p.Rows)/max(took, 0.1))), int64(left)+1)
	}
	return s.render(v, status, "run", data)
}

// mapRows sets the house's columns beside the file's, as they are bound now.
func mapRows(r *run) (rows []mapRow) {
	columns := intake.Columns(r.taking.What)
	for _, c := range columns {
		row := mapRow{Name: c.Name, Label: c.Name, Needed: c.Needed}
		if len(c.Headers) > 0 {
			row.Label = c.Headers[0] + " · " + c.Name
		}
		row.Header = columns.Bound(c.Name, r.header)
		rows = append(rows, row)
	}
	return rows
}

// runTake has a tried file taken in.
func (s *Site) runTake(v *visit) error {
	r, err := s.runs.find(v.r.PathValue("run"), v.caller.Actor)
	if err != nil {
		return err
	}
	if r.move("taking", s.cfg.Wall(), "tried") {
		s.work(r, false, "taken")
	}
	return v.lead("/file-runs/" + r.token)
}

// runMap keeps a map of columns under a name and tries the file again with it.
func (s *Site) runMap(v *visit) error {
	r, err := s.runs.find(v.r.PathValue("run"), v.caller.Actor)
	if err != nil {
		return err
	}
	p := intake.Profile{Name: strings.TrimSpace(v.r.PostFormValue("name")), What: r.taking.What}
	for _, c := range intake.Columns(p.What) {
		if h := v.r.PostFormValue("column_" + c.Name); h != "" {
			p.Columns = append(p.Columns, sheet.Column{Name: c.Name, Headers: []string{h}, Needed: c.Needed})
		}
	}
	err = s.cfg.DB.Write(v.ctx, db.By{Actor: v.caller.Actor, Cause: "import profile"}, func(tx *db.Tx) error { return intake.SaveProfile(tx, p) })
	if err != nil {
		c, status, err := v.complain(err)
		if err != nil {
			return err
		}
		return s.showRun(v, status, c)
	}
	if r.move("trying", s.cfg.Wall(), "tried", "failed") {
		r.taking.Profile = p.Name
		s.work(r, true, "tried")
	}
	return v.lead("/file-runs/" + r.token)
}
