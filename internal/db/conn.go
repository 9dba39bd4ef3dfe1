package db

import (
	"context"
	"database/sql"
	"reflect"
)

// conn is one connection with its prepared statements. On SQLite a statement is
// prepared once and used again; pgx keeps its own.
type conn struct {
	engine Engine
	raw    *sql.Conn
	stmts  map[string]*sql.Stmt
	broken bool
}

func (c *conn) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	if s, ok := c.stmts[text]; ok {
		return s, nil
	}
	s, err := c.raw.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	if c.stmts == nil {
		c.stmts = map[string]*sql.Stmt{}
	}
	c.stmts[text] = s
	return s, nil
}

func (c *conn) exec(ctx context.Context, text string, args []any) (int64, error) {
	var (
		res sql.Result
		err error
	)
	if c.engine == Postgres {
		res, err = c.raw.ExecContext(ctx, text, args...)
	} else {
		var s *sql.Stmt
		if s, err = c.prepared(ctx, text); err == nil {
			res, err = s.ExecContext(ctx, args...)
		}
	}
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (c *conn) query(ctx context.Context, text string, args []any) (*sql.Rows, error) {
	if c.engine == Postgres {
		return c.raw.QueryContext(ctx, text, args...)
	}
	s, err := c.prepared(ctx, text)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// bare runs a statement of transaction control.
func (c *conn) bare(ctx context.Context, text string) error {
	_, err := c.exec(ctx, text, nil)
	return err
}

func (c *conn) close() error {
	for _, s := range c.stmts {
		_ = s.Close()
	}
	return c.raw.Close()
}

// pool hands out connections for reading. A broken one is replaced.
type pool struct {
	engine Engine
	source *sql.DB
	idle   chan *conn
}

func newPool(engine Engine, source *sql.DB, size int) *pool {
	p := &pool{engine: engine, source: source, idle: make(chan *conn, size)}
	for range size {
		p.idle <- nil // opened at the first use
	}
	return p
}

func (p *pool) take(ctx context.Context) (*conn, error) {
	select {
	case c := <-p.idle:
		if c != nil {
			return c, nil
		}
	case <-ctx.Done():
		return nil, ErrNoConnection.Wrap(ctx.Err())
	}
	raw, err := p.source.Conn(ctx)
	if err != nil {
		p.idle <- nil
		return nil, ErrNoConnection.Wrap(err)
	}
	return &conn{engine: p.engine, raw: raw}, nil
}

func (p *pool) give(c *conn) {
	if c.broken {
		discard(c)
		c = nil
	}
	p.idle <- c
}

func (p *pool) close() error {
	for range cap(p.idle) {
		if c := <-p.idle; c != nil {
			_ = c.close()
		}
	}
	return p.source.Close()
}

// discard closes a connection for good instead of giving it back to
// database/sql, whose pool would hand it out again.
func discard(c *conn) {
	_ = c.raw.Raw(func(any) error { return errBadConn })
	_ = c.close()
}

// plain gives []int64 for a slice of any identity type, and int64 or string for
// a value of a named one.
func plain(a any) any {
	if s, ok := a.(string); ok {
		return s
	}
	v := reflect.ValueOf(a)
	switch v.Kind() {
	case reflect.Int64, reflect.Int, reflect.Int32, reflect.Int16, reflect.Int8:
		return v.Int()
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return int64(v.Uint())
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return v.Bool()
	case reflect.Slice:
		switch v.Type().Elem().Kind() {
		case reflect.Int64:
			list := make([]int64, v.Len())
			for i := range list {
				list[i] = v.Index(i).Int()
			}
			return list
		case reflect.String:
			list := make([]string, v.Len())
			for i := range list {
				list[i] = v.Index(i).String()
			}
			return list
		}
	}
	return a
}
