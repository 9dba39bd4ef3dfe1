package intake

import (
	"context"
	"crypto/sha256"
	"hash/maphash"
	"io"
	"os"
	"path/filepath"
	"strings"

	"baihuo/internal/db"
	"baihuo/internal/flow"
	"baihuo/internal/id"
	"baihuo/internal/money"
	"baihuo/internal/sheet"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// OrderOptions say how a file of orders is taken in.
type OrderOptions struct {
	File string
	// Profile names the column map: baihuo (also when empty), uci, or a saved one.
	Profile string
	// Columns is used instead of the profile's where it is not empty.
	Columns sheet.Map
	// Shop is the code of the shop of rows that name none.
	Shop string
	// History: the orders were completed elsewhere and move no stock. The profile
	// uci is always history.
	History bool
	// CreateSKUs creates SKUs for codes that nobody has, by their latest name.
	CreateSKUs bool
	// DropDuplicates leaves out rows equal to another in everything but line_no.
	DropDuplicates bool
	// DryRun tells what would happen and changes nothing.
	DryRun bool
	// Scope leaves the shops of a caller: rows of others name shops that do not exist.
	// Nil is the house itself.
	Scope *staff.Scope
	// Problems is a path: all problems are written there as CSV.
	Problems string
	By       db.By
	// Progress is told how far the import is, some hundred times; may be nil.
	Progress func(Progress)
}

// Orders takes a file of orders in: CSV or XLSX, plain or gzipped. What cannot be
// used is reported and the rest goes on. The same file again changes nothing, and
// one that was broken off goes on where it was. Orders are written in
// transactions of at most 256 orders or 1,000 lines; an order is in the report
// only after its own is on disk. The error is a fault of the whole file or of the
// database; the report then tells what was done before it. Faults: those of
// sheet.Open, ErrShop, ErrShopNone, ErrProfile.
func Orders(ctx context.Context, d *db.DB, kit flow.Kit, o OrderOptions) (report Report, err error) {
	im := &importer{d: d, kit: kit, o: o, seed: maphash.MakeSeed()}
	im.report = &Report{What: "orders", File: filepath.Base(o.File), DryRun: o.DryRun}
	if im.problems, err = newProblems(im.report, o.Problems); err != nil {
		return *im.report, err
	}
	err = im.run(ctx)
	if end := im.problems.close(); err == nil {
		err = end
	}
	im.report.close()
	if err == nil && !o.DryRun && !im.report.Already {
		err = im.finish(ctx)
	}
	return *im.report, err
}

// importer is one import of orders.
type importer struct {
	d        *db.DB
	kit      flow.Kit
	o        OrderOptions
	columns  sheet.Map
	places   map[string]place
	shops    map[string]shop.Shop
	shopCode string
	history  bool
	seed     maphash.Seed

	id       id.Import
	digest   []byte
	report   *Report
	problems *problems
	blank    int64
	unused   []string
	survey   *survey

	gather
	batch batch
}

func (im *importer) run(ctx context.Context) error {
	var err error
	if im.digest, err = digestOf(im.o.File); err != nil {
		return err
	}
	if err := im.prepare(ctx); err != nil {
		return err
	}
	if already, err := im.begin(ctx); err != nil || already {
		return err
	}
	if im.survey, err = im.look(ctx); err != nil {
		return err
	}
	im.report.Rows, im.report.Blank, im.report.Unused = im.survey.rows, im.survey.blank, im.survey.unused
	if err := im.skus(ctx); err != nil {
		return err
	}
	im.gather = newGather()
	if im.history {
		im.sales = make([]sale, 0, im.survey.sales)
	}
	if err := im.each(ctx, StageOrders, im.take(ctx)); err != nil {
		return err
	}
	if err := im.rest(ctx); err != nil {
		return err
	}
	return im.settleLoose(ctx)
}

// prepare finds the column map and the shops.
func (im *importer) prepare(ctx context.Context) error {
	im.report.Profile = im.o.Profile
	im.shopCode = shop.Fold(im.o.Shop)
	im.history = im.o.History || im.o.Profile == ProfileUCI
	im.report.History = im.history
	if im.o.Profile == ProfileUCI && im.shopCode == "" {
		im.shopCode = shopUCI
		if !im.everyShop() {
			return ErrShop.With(shopUCI)
		}
		if err := im.openUCI(ctx); err != nil {
			return err
		}
	}
	return im.d.Read(ctx, func(tx *db.Tx) error {
		var err error
		if im.columns, err = columns(tx, "orders", im.o.Profile); err != nil {
			return err
		}
		if len(im.o.Columns) > 0 {
			im.columns = over(im.columns, im.o.Columns)
		}
		all, err := shop.All(tx)
		if err != nil {
			return err
		}
		im.know(all)
		if _, known := im.places[im.shopCode]; !known && im.shopCode != "" {
			if im.shopCode != shopUCI || !im.o.DryRun {
				return ErrShop.With(short(im.o.Shop))
			}
			im.know(append(all, counter()))
		}
		return nil
	})
}

func (im *importer) everyShop() bool { return im.o.Scope == nil || im.o.Scope.AllShops }

func (im *importer) know(all []shop.Shop) {
	im.places, im.shops = map[string]place{}, map[string]shop.Shop{}
	for _, s := range all {
		if !im.everyShop() && !im.o.Scope.HasShop(s.ID) {
			continue
		}
		im.places[s.Code] = place{Shop: s, zone: s.Location()}
		im.shops[s.Code] = s
	}
}

// counter is the shop of the profile uci: sales over the counter, so that rules
// about contact and address do not apply.
func counter() shop.Shop {
	return shop.Shop{Code: shopUCI, Name: "UCI Online Retail", Platform: "store", Kind: shop.Counter,
		Currency: money.GBP, TimeZone: "Europe/London"}
}

// openUCI opens the shop where it is missing; one that exists is left as it is.
func (im *importer) openUCI(ctx context.Context) error {
	if im.o.DryRun {
		return nil
	}
	return im.d.Write(ctx, im.o.By, func(tx *db.Tx) error {
		there, err := shop.ByCode(tx, []string{shopUCI})
		if err != nil || len(there) > 0 {
			return err
		}
		_, err = shop.Open(tx, []shop.Shop{counter()})
		return err
	})
}

// digestOf gives the SHA-256 of a file's bytes.
func digestOf(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, sheet.ErrNoFile.Wrap(err)
	}
	defer func() { _ = file.Close() }() // only read from
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return nil, sheet.ErrNoFile.Wrap(err)
	}
	return h.Sum(nil), nil
}

// by is who writes, with the import as the cause.
func (im *importer) by() db.By {
	return db.By{Actor: im.o.By.Actor, Cause: strings.TrimSpace(im.o.By.Cause + " " + importText(im.id))}
}

func importText(n id.Import) string { return id.Text("I", int64(n)) }
