package intake

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"unicode"

	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/journal"
	"baihuo/internal/sheet"
	"baihuo/internal/staff"
)

// Taking is a file that somebody at a door wants taken in, of whichever kind.
type Taking struct {
	// What is orders, catalog, stock, warehouses, shops, carriers or tariffs.
	What string
	File string
	// Profile, Shop, History, CreateSKUs, DropDuplicates: see OrderOptions.
	Profile, Shop                       string
	History, CreateSKUs, DropDuplicates bool
	// Counts: a file of stock says what was found.
	Counts   bool
	DryRun   bool
	Caller   staff.Caller
	Progress func(Progress)
}

// Kinds lists what can be taken in.
func Kinds() []string {
	return []string{"orders", "catalog", "stock", "warehouses", "shops", "carriers", "tariffs"}
}

// Permits are those that a file needs beside file.import: what it does by the
// thousand nobody may do who may not do it once.
func (t Taking) Permits() []staff.Permit {
	switch t.What {
	case "orders":
		if t.CreateSKUs {
			return []staff.Permit{staff.OrderPlace, staff.CatalogEdit}
		}
		return []staff.Permit{staff.OrderPlace}
	case "catalog":
		return []staff.Permit{staff.CatalogEdit}
	case "stock":
		if t.Counts {
			return []staff.Permit{staff.StockCount}
		}
		return []staff.Permit{staff.StockReceive}
	}
	return []staff.Permit{staff.SystemOperate}
}

// HouseWide says that a file is about all shops and warehouses.
func (t Taking) HouseWide() bool {
	return t.What != "orders" && t.What != "stock" && t.What != "catalog"
}

// May says whether the caller may have this file taken in.
func (t Taking) May() bool {
	for _, p := range append(t.Permits(), staff.FileImport) {
		if !t.Caller.May(p) {
			return false
		}
	}
	return !t.HouseWide() || t.Caller.Scope.AllShops && t.Caller.Scope.AllWarehouses
}

// Take takes a file in. Faults: those of Orders, Catalog, Stock and the like.
func Take(ctx context.Context, d *db.DB, kit flow.Kit, t Taking) (Report, error) {
	by := db.By{Actor: t.Caller.Actor, Cause: "import"}
	if t.What == "orders" {
		return Orders(ctx, d, kit, OrderOptions{File: t.File, Profile: t.Profile, Shop: t.Shop, History: t.History, CreateSKUs: t.CreateSKUs,
			DropDuplicates: t.DropDuplicates, DryRun: t.DryRun, Scope: &t.Caller.Scope, By: by, Progress: t.Progress})
	}
	o := FileOptions{File: t.File, Profile: t.Profile, DryRun: t.DryRun, Scope: &t.Caller.Scope, NoCosts: !t.Caller.May(staff.CostRead),
		By: by, Progress: t.Progress, Counts: t.Counts}
	verbs := map[string]func(context.Context, *db.DB, FileOptions) (Report, error){"catalog": Catalog, "stock": Stock, "warehouses": Warehouses,
		"shops": Shops, "carriers": Carriers, "tariffs": Tariffs}
	return verbs[t.What](ctx, d, o)
}

// What an uploaded file may hold.
const (
	UploadMax      = 20 << 20
	uploadRowsMax  = 100_000
	uploadBytesMax = 200 << 20
)

// LookThrough reads a whole uploaded table and writes nothing, so that a bomb, a cut
// file or a million rows are refused before the first row is taken. It gives the
// header.
func LookThrough(ctx context.Context, file string) (header []string, err error) {
	r, err := sheet.Open(file, sheet.Options{Limits: sheet.Limits{Rows: uploadRowsMax, Bytes: uploadBytesMax}})
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }() // only read from
	for n := 1; ; n++ {
		_, err := r.Next()
		var row *sheet.RowError
		switch {
		case errors.Is(err, io.EOF):
			return r.Header(), nil
		case err != nil && !errors.As(err, &row):
			return nil, err
		case n%10_000 == 0 && ctx.Err() != nil:
			return nil, db.ErrGaveUp.Wrap(ctx.Err())
		}
	}
}

// Seen gives an import that a caller may see: a file may name any shop, so whoever is
// limited to some sees the imports they began themselves. Fault: ErrMissing.
func Seen(tx *db.Tx, n id.Import, c staff.Caller) (Import, error) {
	im, err := Get(tx, n)
	if err != nil || c.Scope.AllShops && c.Scope.AllWarehouses {
		return im, err
	}
	rows, err := journal.Timeline(tx, int64(n), 0, 1)
	if err == nil && (len(rows) == 0 || rows[0].By.Actor != c.Actor) {
		err = ErrMissing
	}
	return im, err
}

// ExportPermits are those that a download needs beside file.export; known is false
// where there is no such download.
func ExportPermits(what string) (list []staff.Permit, known bool) {
	permits := map[string][]staff.Permit{"orders": {staff.OrderRead}, "stock": {staff.StockRead}, "catalog": {staff.CatalogRead, staff.CostRead},
		"journal": {staff.JournalRead, staff.CostRead}}
	list, known = permits[what]
	return list, known
}

// NoteExport leaves a journal row: who took what out of the house.
func NoteExport(tx *db.Tx, what string, o ExportOptions) {
	journal.Write(tx, journal.Entry{Kind: "export", ID: tx.NewID(), Version: 1, What: "export_begun",
		Payload: journal.JSON(map[string]any{"what": what, "shop": o.Shop, "word": o.Word, "kind": o.Kind, "from": o.From, "to": o.To})})
}

// FileName makes the sender's name of a file fit to be one here: no path, no
// control characters, at most 60 letters.
func FileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-", r) {
			return r
		}
		return '_'
	}, filepath.Base(strings.ToValidUTF8(name, "_")))
	name = strings.TrimLeft(name, ".")
	if runes := []rune(name); len(runes) > 60 {
		name = string(runes[len(runes)-60:])
	}
	if name == "" {
		return "file"
	}
	return name
}
