package intake

import (
	"context"
	"encoding/json"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// Import is one file that was taken in.
type Import struct {
	ID        id.Import
	What      string
	Profile   string
	File      string
	State     string // running, done, undone
	Report    Report
	StartedAt db.Instant
	EndedAt   db.Instant
	Version   int64
}

const importColumns = `import_id, kind, profile, file, state, report, started_at, ended_at, version`

func scanImport(r db.Row) (im Import, err error) {
	var report string
	if err := r.Scan(&im.ID, &im.What, &im.Profile, &im.File, &im.State, &report, &im.StartedAt, &im.EndedAt,
		&im.Version); err != nil {
		return im, err
	}
	if report == "" {
		return im, nil
	}
	return im, json.Unmarshal([]byte(report), &im.Report)
}

// Get gives an import. Fault: ErrMissing.
func Get(tx *db.Tx, n id.Import) (Import, error) {
	found, err := db.List(tx, `/* intake.Get */ SELECT `+importColumns+` FROM imports WHERE import_id = $1`,
		scanImport, n)
	if err == nil && len(found) == 0 {
		return Import{}, ErrMissing
	}
	if err != nil {
		return Import{}, err
	}
	return found[0], nil
}

const importsMax = 100

// List gives imports, the newest first, at most limit (100 at most), after the
// one at which the page before ended; 0 for the first page.
func List(tx *db.Tx, before id.Import, limit int) ([]Import, error) {
	if limit <= 0 || limit > importsMax {
		limit = importsMax
	}
	if before == 0 {
		before = 1<<63 - 1
	}
	return db.List(tx, `/* intake.List */ SELECT `+importColumns+` FROM imports WHERE import_id < $1
		ORDER BY import_id DESC LIMIT $2`, scanImport, before, limit)
}

// record is what begins an import in the table of imports.
type record struct {
	what, profile, file string
	shop                id.Shop
	digest              []byte
}

// enter finds the import of the same file, or begins one. A file that was taken
// in wholly comes back with its report and done.
func (rec record) enter(ctx context.Context, d *db.DB, by db.By) (im Import, done bool, err error) {
	err = d.Write(ctx, by, func(tx *db.Tx) error {
		there, err := db.List(tx, `/* intake.enter */ SELECT `+importColumns+` FROM imports
			WHERE kind = $1 AND shop_id = $2 AND digest = $3 AND state <> 'undone'`, scanImport, rec.what, rec.shop, rec.digest)
		if err != nil {
			return err
		}
		if len(there) > 0 {
			im, done = there[0], there[0].State == "done"
			return nil
		}
		im = Import{ID: id.Import(tx.NewID()), What: rec.what, File: rec.file, State: "running", Version: 1}
		n, err := tx.Exec(`/* intake.enter */ INSERT INTO imports (import_id, kind, profile, file, shop_id, digest, state, report,
			started_at) VALUES ($1, $2, $3, $4, $5, $6, 'running', '', $7) ON CONFLICT DO NOTHING`,
			im.ID, rec.what, rec.profile, rec.file, rec.shop, rec.digest, tx.Now())
		if err == nil && n == 0 {
			return db.ErrAgain // another node began the same file meanwhile
		}
		journal.Write(tx, journal.Entry{Kind: "import", ID: int64(im.ID), Version: 1, What: "import_started",
			Payload: journal.JSON(map[string]string{"what": rec.what, "file": rec.file, "profile": rec.profile})})
		return err
	})
	return im, done, err
}

// find looks for the import of a file without beginning one.
func (rec record) find(ctx context.Context, d *db.DB) (im Import, done bool, err error) {
	err = d.Read(ctx, func(tx *db.Tx) error {
		there, err := db.List(tx, `/* intake.find */ SELECT `+importColumns+` FROM imports
			WHERE kind = $1 AND shop_id = $2 AND digest = $3 AND state = 'done'`, scanImport, rec.what, rec.shop, rec.digest)
		if len(there) > 0 {
			im, done = there[0], true
		}
		return err
	})
	return im, done, err
}

// note writes one row about an import into the journal.
func note(tx *db.Tx, n id.Import, what string, payload any) error {
	version, err := tx.Number(`/* intake.note */ UPDATE imports SET version = version + 1 WHERE import_id = $1 RETURNING version`, n)
	journal.Write(tx, journal.Entry{Kind: "import", ID: int64(n), Version: version, What: what,
		Payload: journal.JSON(payload)})
	return err
}

// finish writes the end of an import and its report.
func finish(ctx context.Context, d *db.DB, by db.By, n id.Import, report *Report) error {
	return d.Write(ctx, by, func(tx *db.Tx) error {
		_, err := tx.Exec(`/* intake.finish */ UPDATE imports SET state = 'done', report = $1, ended_at = $2 WHERE import_id = $3`,
			report.stored(), tx.Now(), n)
		if err != nil {
			return err
		}
		return note(tx, n, "import_done", map[string]any{"rows": report.Rows, "orders": report.Orders,
			"tallies": report.Tallies})
	})
}

// begin enters the import of orders. already says that there is nothing to do.
func (im *importer) begin(ctx context.Context) (already bool, err error) {
	rec := record{what: "orders", profile: im.o.Profile, file: im.report.File, shop: im.places[im.shopCode].ID,
		digest: im.digest}
	var stands Import
	if im.o.DryRun {
		stands, already, err = rec.find(ctx, im.d)
	} else {
		stands, already, err = rec.enter(ctx, im.d, im.o.By)
	}
	im.id = stands.ID
	if already {
		*im.report = stands.Report
		im.report.Already, im.report.DryRun = true, im.o.DryRun
	}
	im.report.Import = stands.ID
	return already, err
}

func (im *importer) finish(ctx context.Context) error {
	return finish(ctx, im.d, im.by(), im.id, im.report)
}
