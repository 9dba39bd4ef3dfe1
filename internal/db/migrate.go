package db

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the schema of the database at url up to this program's
// version, forward only, and gives the versions it applied. It may be called
// by several nodes at once. Faults as of Open.
func Migrate(ctx context.Context, url string) (applied []int64, err error) {
	d := &DB{url: url}
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
		d.engine = SQLite
		unlock, err := lockFile(file)
		if err != nil {
			return nil, err
		}
		defer func() { _ = unlock() }()
		source, err := sql.Open("sqlite", sqliteName(file))
		if err != nil {
			return nil, ErrNoConnection.Wrap(err)
		}
		defer source.Close()
		return d.migrate(ctx, source)
	}
	d.engine = Postgres
	source, err := pgSource(url, readLimits)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	if err := d.checkServer(ctx, source); err != nil {
		return nil, err
	}
	return d.migrate(ctx, source)
}

func (d *DB) migrate(ctx context.Context, source *sql.DB) ([]int64, error) {
	p, err := d.provider(source)
	if err != nil {
		return nil, err
	}
	done, err := p.Up(ctx)
	if err != nil {
		return nil, d.translate(err)
	}
	versions := make([]int64, len(done))
	for i, r := range done {
		versions[i] = r.Source.Version
	}
	return versions, nil
}

func (d *DB) provider(source *sql.DB) (*goose.Provider, error) {
	folder, err := d.schema()
	if err != nil {
		return nil, err
	}
	if d.engine == SQLite {
		return goose.NewProvider(goose.DialectSQLite3, source, folder)
	}
	locker, err := lock.NewPostgresTableLocker()
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, source, folder, goose.WithLocker(locker))
}

// schema gives the migrations in the engine's dialect.
func (d *DB) schema() (fs.FS, error) {
	folder, err := fs.Sub(migrations, "migrations")
	if err != nil || d.engine == Postgres {
		return folder, err
	}
	rewritten := fstest.MapFS{}
	files, err := fs.Glob(folder, "*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		rewritten[name] = &fstest.MapFile{Data: []byte(forSQLiteSchema(string(text)))}
	}
	return rewritten, nil
}

// checkSchema refuses a database whose schema is not this program's.
func (d *DB) checkSchema(ctx context.Context, source *sql.DB) error {
	p, err := d.provider(source)
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return d.translate(err)
	}
	if have != want {
		return ErrSchema.With(have, want)
	}
	return nil
}

// Schema gives the text of all migrations, so that a test can tell whether a
// prepared database is of this schema.
func Schema() []byte {
	var all []byte
	names, _ := fs.Glob(migrations, "migrations/*.sql")
	for _, name := range names {
		text, _ := migrations.ReadFile(name)
		all = append(all, text...)
	}
	return all
}
