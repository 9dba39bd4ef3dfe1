package bench

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"baihuo/internal/db"
)

// copied are the tables whose rows an acceptance adds. Raw writes these rows
// again, as they are, into an empty database of the same schema.
var copied = []struct{ table, key string }{
	{"orders", "order_id"},
	{"order_lines", "order_id, position"},
	{"order_cards", "order_id"},
	{"recipients", "recipient_id"},
	{"buyers", "buyer_id"},
	{"reservations", "order_id, reservation_id"},
	{"journal", "stream, seq"},
}

func keyOf(table string) string {
	for _, c := range copied {
		if c.table == table {
			return c.key
		}
	}
	return ""
}

// shift makes rows that can stand beside their originals and are as dear to
// write: ids of a later time, so that they too go to the end of every table, keys
// of buyers elsewhere in their index, a journal stream of their own. salt tells
// several shifts of one database apart.
func shift(tables []tableRows, salt int) {
	later := int64(1+salt) << 54
	for _, t := range tables {
		for n, row := range t.rows {
			for i, column := range t.columns {
				switch column {
				case "order_id", "line_id", "recipient_id", "buyer_id", "reservation_id", "object_id", "parent_id":
					if v := row[i].(int64); v != 0 {
						row[i] = v + later
					}
				case "external_no":
					row[i] = row[i].(string) + "~"
				case "stream":
					row[i] = int64(rawStream)
				case "seq":
					row[i] = int64(n + 1)
				}
				if t.table == "buyers" && column == "digest" {
					row[i] = elsewhere(row[i].([]byte))
				}
			}
		}
	}
}

// elsewhere gives a key as random as the one it is made of.
func elsewhere(key []byte) []byte {
	other := make([]byte, len(key))
	for i, b := range key {
		other[i] = b ^ 0xa5
	}
	return other
}

const rawStream = 1 << 30

// tableRows are the rows of one table, with the text that writes one batch.
type tableRows struct {
	table   string
	columns []string
	rows    [][]any
}

// readRows takes the rows that acceptances wrote with ids above after, straight
// from the database.
func readRows(ctx context.Context, source *sql.DB, after int64) ([]tableRows, error) {
	var all []tableRows
	for _, c := range copied {
		column, _, _ := strings.Cut(c.key, ",")
		where := fmt.Sprintf(" WHERE %s > %d", column, after)
		if c.table == "journal" {
			where = fmt.Sprintf(" WHERE what = 'accepted' AND object_id > %d", after)
		}
		rows, err := source.QueryContext(ctx, "SELECT * FROM "+c.table+where+" ORDER BY "+c.key)
		if err != nil {
			return nil, err
		}
		t := tableRows{table: c.table}
		if t.columns, err = rows.Columns(); err != nil {
			return nil, err
		}
		for rows.Next() {
			values := make([]any, len(t.columns))
			places := make([]any, len(t.columns))
			for i := range values {
				places[i] = &values[i]
			}
			if err := rows.Scan(places...); err != nil {
				return nil, err
			}
			for i, v := range values {
				if b, blob := v.([]byte); v == nil || blob && b == nil {
					values[i] = []byte{} // the driver's word for an empty one; no column here is NULL
				}
			}
			t.rows = append(t.rows, values)
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// raw writes rows with bare multi-row inserts, one commit per batch of orders,
// as many batches at once as the product's lanes, and moves one counter per SKU
// of the batch. No product code takes part.
func writeRaw(ctx context.Context, engine db.Engine, target *sql.DB, tables []tableRows, orders int) (Result, error) {
	batches := (orders + batchSize - 1) / batchSize
	stocks, err := stocksOf(ctx, target)
	if err != nil {
		return Result{}, err
	}
	workers := 1
	if engine == db.Postgres {
		workers = lanes(engine)
	}
	conns := make(chan *writerConn, workers)
	for range workers {
		c, err := target.Conn(ctx)
		if err != nil {
			return Result{}, err
		}
		defer c.Close()
		conns <- &writerConn{engine: engine, conn: c, stmts: map[string]*sql.Stmt{}}
	}
	m := newMeter()
	err = inParallel(workers, batches, func(i int) error {
		return m.time(min(batchSize, orders-i*batchSize), func() error {
			c := <-conns
			defer func() { conns <- c }()
			return c.batch(ctx, tables, stocks, i, batches)
		})
	})
	r := m.result("raw", engine, orders)
	for _, t := range tables {
		r.RowsPerOrder += float64(len(t.rows)) / float64(orders)
	}
	r.RatioToRaw, r.BatchSize, r.Commits = 1, batchSize, int64(batches)
	return r, err
}

func stocksOf(ctx context.Context, source *sql.DB) (stocks []int64, err error) {
	rows, err := source.QueryContext(ctx, "SELECT stock_id FROM stock ORDER BY stock_id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s int64
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		stocks = append(stocks, s)
	}
	return stocks, rows.Err()
}

type writerConn struct {
	engine db.Engine
	conn   *sql.Conn
	stmts  map[string]*sql.Stmt
}

func (c *writerConn) exec(ctx context.Context, text string, args ...any) error {
	if c.engine == db.Postgres {
		_, err := c.conn.ExecContext(ctx, text, args...)
		return err
	}
	s, ok := c.stmts[text]
	if !ok {
		var err error
		if s, err = c.conn.PrepareContext(ctx, text); err != nil {
			return err
		}
		c.stmts[text] = s
	}
	_, err := s.ExecContext(ctx, args...)
	return err
}

func (c *writerConn) batch(ctx context.Context, tables []tableRows, stocks []int64, i, batches int) error {
	begin := "BEGIN IMMEDIATE"
	if c.engine == db.Postgres {
		begin = "BEGIN"
	}
	if err := c.exec(ctx, begin); err != nil {
		return err
	}
	for _, t := range tables {
		from, to := len(t.rows)*i/batches, len(t.rows)*(i+1)/batches
		if err := c.insert(ctx, t, t.rows[from:to]); err != nil {
			return err
		}
	}
	// A batch of 256 orders of three lines out of a thousand SKUs touches some
	// 540 counters.
	for n := range min(540, len(stocks)) {
		err := c.exec(ctx, c.places("UPDATE stock SET qty_reserved = qty_reserved + ? WHERE stock_id = ?"), int64(1), stocks[(i*540+n)%len(stocks)])
		if c.engine == db.Postgres {
			if err = c.bulkCounters(ctx, stocks, i); err != nil {
				return err
			}
			break
		}
		if err != nil {
			return err
		}
	}
	return c.exec(ctx, "COMMIT")
}

// bulkCounters moves the counters of a batch in one statement: a round trip for
// each would measure the wire.
func (c *writerConn) bulkCounters(ctx context.Context, stocks []int64, i int) error {
	ids := make([]int64, 0, 540)
	for n := range min(540, len(stocks)) {
		ids = append(ids, stocks[(i*540+n)%len(stocks)])
	}
	if err := c.exec(ctx, "SELECT 1 FROM stock WHERE stock_id = ANY($1) ORDER BY stock_id FOR UPDATE", ids); err != nil {
		return err
	}
	return c.exec(ctx, "UPDATE stock SET qty_reserved = qty_reserved + 1 WHERE stock_id = ANY($1)", ids)
}

const rawRows = 64

func (c *writerConn) insert(ctx context.Context, t tableRows, rows [][]any) error {
	for len(rows) > 0 {
		n := rawRows
		if len(rows) < n {
			n = 1
		}
		args := make([]any, 0, n*len(t.columns))
		for _, r := range rows[:n] {
			args = append(args, r...)
		}
		if err := c.exec(ctx, c.places(insertText(t, n)), args...); err != nil {
			return fmt.Errorf("raw %s: %w", t.table, err)
		}
		rows = rows[n:]
	}
	return nil
}

func insertText(t tableRows, n int) string {
	row := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(t.columns)), ", ") + ")"
	return "INSERT INTO " + t.table + " (" + strings.Join(t.columns, ", ") + ") VALUES " +
		strings.TrimSuffix(strings.Repeat(row+", ", n), ", ")
}

// places numbers the parameters for PostgreSQL.
func (c *writerConn) places(text string) string {
	if c.engine == db.SQLite {
		return text
	}
	var b strings.Builder
	n := 0
	for _, r := range text {
		if r == '?' {
			n++
			fmt.Fprintf(&b, "$%d", n)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
