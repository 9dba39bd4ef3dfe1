package db

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"baihuo/internal/fault"
)

// The faults of backups.
var (
	ErrBackupExists = fault.New(fault.Conflict, "backup_exists", "目标文件 %s 已存在,请换一个文件名", "The file %s exists already; choose another name")
	ErrBackupTool   = fault.New(fault.Internal, "backup_tool", "PostgreSQL 备份需要 %s,请先安装 postgresql-client", "A PostgreSQL backup needs %s; install postgresql-client")
	ErrNotEmpty     = fault.New(fault.Conflict, "restore_not_empty", "目标数据库已有数据,不会覆盖", "The target holds data already and is not overwritten")
	ErrBackupBroken = fault.New(fault.Invalid, "backup_broken", "备份文件损坏:%s", "The backup is damaged: %s")
)

// Backup writes a copy of the database as of one moment to file, while it is
// used. The copy never contains the master key: keep that apart, without it no
// personal data can be read. SQLite writes a database file; PostgreSQL an
// archive of pg_dump.
func (d *DB) Backup(ctx context.Context, file string) error {
	if _, err := os.Stat(file); err == nil {
		return ErrBackupExists.With(file)
	}
	if d.engine == Postgres {
		return tool(ctx, "pg_dump", "--format=custom", "--no-owner", "--file="+file, d.url)
	}
	c, err := d.readers.take(ctx)
	if err != nil {
		return err
	}
	defer func() { d.readers.give(c) }()
	_, err = c.exec(ctx, "VACUUM INTO ?", []any{file})
	return d.translate(err)
}

// Restore puts a backup into the database at url, which must be empty. It does
// not judge what the rows say: run a check afterwards.
func Restore(ctx context.Context, url, file string) error {
	target, lite := strings.CutPrefix(url, "sqlite:")
	if !lite {
		return tool(ctx, "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", "--dbname="+url, file)
	}
	if _, err := os.Stat(target); err == nil {
		return ErrNotEmpty
	}
	unlock, err := lockFile(target)
	if err != nil {
		return err
	}
	defer func() { _ = unlock() }()
	text, err := os.ReadFile(file)
	if err != nil {
		return ErrDisk.Wrap(err)
	}
	if !strings.HasPrefix(string(text[:min(16, len(text))]), "SQLite format 3\x00") {
		return ErrBackupBroken.With(file)
	}
	out, err := os.OpenFile(target, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return ErrDisk.Wrap(err)
	}
	defer out.Close()
	if _, err := out.Write(text); err != nil {
		return ErrDisk.Wrap(err)
	}
	return out.Sync()
}

// Integrity asks the engine whether its own structures are sound.
func (d *DB) Integrity(ctx context.Context) error {
	if d.engine == Postgres {
		return nil // the server checks its pages as it reads them
	}
	return d.Read(ctx, func(tx *Tx) error {
		var word string
		if _, err := tx.One(`/* db.Integrity */ PRAGMA integrity_check(1)`, []any{&word}); err != nil {
			return err
		}
		if word != "ok" {
			return ErrBackupBroken.With(word)
		}
		return nil
	})
}

func tool(ctx context.Context, name string, args ...string) error {
	if _, err := exec.LookPath(name); err != nil {
		return ErrBackupTool.With(name)
	}
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err != nil {
		return ErrBackupBroken.With(strings.TrimSpace(string(out))).Wrap(fmt.Errorf("%s: %w", name, err))
	}
	return nil
}

// Setting gives a value of the house kept by name, empty when it is not there.
func Setting(tx *Tx, name string) (value string, err error) {
	_, err = tx.One(`/* db.Setting */ SELECT value FROM settings WHERE name = $1`, []any{&value}, name)
	return value, err
}

// SetSetting keeps a value of the house by name.
func SetSetting(tx *Tx, name, value string) error {
	_, err := tx.Exec(`/* db.SetSetting */ INSERT INTO settings (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	return err
}
