package db

import (
	"database/sql/driver"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"baihuo/internal/fault"
)

// The faults of the database, on one page.
var (
	ErrAddress = fault.New(fault.Invalid, "db_address", "数据库地址 %q 无法识别,请写 sqlite:文件 或 postgres://主机/库",
		"The database address %q is not understood; write sqlite:FILE or postgres://host/name")
	ErrText = fault.New(fault.Invalid, "text_not_storable", "文本含有空字符或损坏的编码,请改成 UTF-8 文本",
		"The text holds a NUL or broken encoding; send it as plain UTF-8")
	ErrReadOnly = fault.New(fault.Internal, "db_read_only", "只读事务不能写入", "A reading transaction cannot write")
	ErrPanic    = fault.New(fault.Internal, "panic", "系统内部错误,已撤销本次操作并记录", "Something broke on our side; this work was undone and logged")
	ErrStopped  = fault.New(fault.Busy, "db_stopped", "磁盘写入失败或已满,系统已停止写入;已确认的订单都在,腾出空间后重启即可",
		"The disk failed or is full and writing has stopped; everything acknowledged is safe. Free space and restart")
	ErrDisk     = fault.New(fault.Transient, "db_disk", "磁盘读写出错", "The disk reported an error")
	ErrDiskFull = fault.New(fault.Transient, "db_disk_full", "磁盘已满", "The disk is full")
	ErrClosed   = fault.New(fault.Transient, "db_closed", "系统正在关闭,请稍后重试", "The system is shutting down; try again")

	ErrNoConnection = fault.New(fault.Transient, "db_no_connection", "暂时连不上数据库,请稍后重试", "The database cannot be reached; try again")
	ErrNotStarted   = fault.New(fault.Transient, "db_not_started", "等待写入超时,操作没有执行", "It waited too long for its turn and was not done")
	ErrNotRun       = fault.New(fault.Transient, "db_not_run", "同组写入失败,操作没有执行,请重试", "Its group failed before it ran; try again")
	ErrGaveUp       = fault.New(fault.Unknown, "db_gave_up", "等待结果超时,操作可能已完成,请用同一编号重试",
		"The wait for the result ended; it may be done. Repeat with the same key")
	ErrGroupLost = fault.New(fault.Unknown, "db_group_lost", "写入结果未知,请用同一编号重试", "The result of the write is unknown. Repeat with the same key")
	ErrCommit    = fault.New(fault.Unknown, "db_commit_unknown", "提交时连接中断,操作可能已完成,请用同一编号重试",
		"The connection broke during the commit; it may be done. Repeat with the same key")

	// ErrAgain asks Write to undo and run the function again: two transactions
	// met on one unique key, and the second look will find what the first wrote.
	ErrAgain = fault.New(fault.Transient, "db_again", "同时写入冲突,请重试", "Two writes met; try again")

	ErrConstraint = fault.New(fault.Conflict, "db_constraint", "数据库约束拒绝了这次写入", "A guard of the database refused this write")
	ErrTimeout    = fault.New(fault.Transient, "db_timeout", "数据库忙,操作已撤销,请重试", "The database was busy and the work undone; try again")

	ErrLocked = fault.New(fault.Conflict, "db_locked", "数据文件正被另一个百货进程使用(%s);请先停止它,或改用运行中的服务",
		"Another baihuo process holds the file (%s); stop it first or ask the running server")
	ErrOldEngine = fault.New(fault.Internal, "sqlite_too_old", "SQLite %s 低于 3.51.3,可能丢失已提交的数据,拒绝启动",
		"SQLite %s is older than 3.51.3 and can lose committed data; refusing to start")
	ErrCollation = fault.New(fault.Invalid, "pg_collation", "PostgreSQL 数据库必须使用 UTF8 编码和 C 排序(现为 %s/%s);请用 createdb -T template0 -E UTF8 --locale=C 重建",
		"The PostgreSQL database must have encoding UTF8 and collation C (it has %s/%s); create it with createdb -T template0 -E UTF8 --locale=C")
	ErrSchema = fault.New(fault.Conflict, "db_schema", "数据库结构版本是 %d,程序需要 %d;请先运行 baihuo migrate",
		"The database schema is version %d, the program needs %d; run baihuo migrate first")
	ErrNodes = fault.New(fault.Busy, "nodes_exhausted", "没有空闲的节点编号", "No node number is free")
	ErrLease = fault.New(fault.Busy, "node_lease_lost", "本节点的编号租约已过期,暂停写入", "This node's lease has run out; writing pauses")
)

// errBadConn tells database/sql to throw a connection away.
var errBadConn = driver.ErrBadConn

const againMax = 5

// SQLite's primary result codes, from sqlite.org/rescode.html.
const (
	codeFull       = 13
	codeIOErr      = 10
	codeCorrupt    = 11
	codeNotADB     = 26
	codeCantOpen   = 14
	codeReadOnly   = 8
	codeConstraint = 19
	codeBusy       = 5
)

// translate turns a driver's error into a fault by its code, never by its words.
func (d *DB) translate(err error) error {
	var f *fault.Fault
	if err == nil || errors.As(err, &f) {
		return err
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return fromSQLite(lite)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return fromPostgres(pg)
	}
	if d.engine == Postgres {
		return ErrNoConnection.Wrap(err)
	}
	return err
}

func fromSQLite(err *sqlite.Error) error {
	switch err.Code() & 0xff {
	case codeFull:
		return ErrDiskFull.Wrap(err)
	case codeIOErr, codeCorrupt, codeNotADB, codeCantOpen, codeReadOnly:
		return ErrDisk.Wrap(err)
	case codeConstraint:
		return ErrConstraint.Wrap(err)
	case codeBusy:
		return ErrTimeout.Wrap(err)
	}
	return err
}

// fromPostgres reads the SQLSTATE: class 23 is a constraint, 40 a clash, 53 a
// lack of room, 57014 a statement that took too long, 55P03 a lock that did.
func fromPostgres(err *pgconn.PgError) error {
	switch {
	case err.Code == "40001" || err.Code == "40P01":
		return ErrAgain.Wrap(err)
	case err.Code == "57014" || err.Code == "55P03" || err.Code == "25P03":
		return ErrTimeout.Wrap(err)
	case err.Code[:2] == "23":
		return ErrConstraint.Wrap(err)
	case err.Code == "53100":
		return ErrDiskFull.Wrap(err)
	case err.Code[:2] == "53" || err.Code[:2] == "57" || err.Code[:2] == "08":
		return ErrNoConnection.Wrap(err)
	}
	return err
}
