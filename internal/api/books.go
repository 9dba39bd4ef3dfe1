package api

import (
	"context"
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
func check(c *call, _ none) (flow.Report, error) {
	if err := c.everywhere(); err != nil {
		return flow.Report{}, err
	}
	return c.api.cfg.Books.Check(context.WithoutCancel(c.r.Context()))
}

type backupBody struct {
	File string `json:"file" doc:"A full path on the hub's machine; must not exist." zh:"服务器上的完整路径,不能已存在"`
}

// backup writes a copy of the database to a file on the hub's machine.
func backup(c *call, b backupBody) (backupBody, error) {
	if err := c.everywhere(); err != nil {
		return b, err
	}
	if !filepath.IsAbs(b.File) || !storable(b.File) || len(b.File) > 4000 {
		return b, ErrBackupFile
	}
	return b, c.api.cfg.Books.Backup(context.WithoutCancel(c.r.Context()), b.File)
}
