package api

import (
	"context"
	"net/http"
	"path/filepath"

	"baihuo/internal/fault"
	"baihuo/internal/flow"
)

// Books are what the machine's own people may ask of a running hub: a SQLite file
// has one process, so the command line asks that process.
type Books struct {
	Check  func(ctx context.Context) (flow.Report, error)
	Backup func(ctx context.Context, file string) error
}

// ErrBackupFile says that a backup's target is not a full path.
var ErrBackupFile = fault.New(fault.Invalid, "backup_file", "请给出备份文件的完整路径,例如 /backup/baihuo.db",
	"Give the full path of the backup file, such as /backup/baihuo.db")

// check proves the books while they are used.
func (a *API) check(w http.ResponseWriter, c *call) error {
	report, err := a.cfg.Books.Check(c.r.Context())
	if err != nil {
		return err
	}
	write(w, jsonAnswer(http.StatusOK, report))
	return nil
}

type backupBody struct {
	File string `json:"file"`
}

// backup writes a copy of the database to a file on the hub's machine.
func (a *API) backup(w http.ResponseWriter, c *call) error {
	body, release, err := a.read(w, c.r)
	if err != nil {
		return err
	}
	defer release()
	var b backupBody
	if f := decode(body, &b); f != nil {
		return f
	}
	if !filepath.IsAbs(b.File) {
		return ErrBackupFile
	}
	if err := a.cfg.Books.Backup(c.r.Context(), b.File); err != nil {
		return err
	}
	write(w, jsonAnswer(http.StatusOK, b))
	return nil
}
