package web

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/ean"

	"baihuo/internal/catalog"
	"baihuo/internal/db"
	"baihuo/internal/id"
)

// labelsMost bounds how many labels one page prints.
const labelsMost = 200

// labels is a sheet of labels of one SKU, to be printed.
func (s *Site) labels(v *visit) error {
	sku, err := s.fullSKU(v)
	if err != nil {
		return err
	}
	codes := labelCodes(sku)
	code := codes[0]
	if asked := v.r.URL.Query().Get("code"); slices.Contains(codes, asked) {
		code = asked
	}
	n, err := strconv.Atoi(v.r.URL.Query().Get("n"))
	if err != nil {
		n = 12
	}
	var choices []choice
	for _, c := range codes {
		choices = append(choices, choice{Value: c, Label: c, Chosen: c == code})
	}
	return s.render(v, http.StatusOK, "labels", map[string]any{"Title": v.word("lb_title") + " " + sku.Code, "SKU": sku, "Path": productPath(sku.Code),
		"Codes": choices, "Code": code, "Picture": productPath(sku.Code) + "/barcode.png?code=" + url.QueryEscape(code),
		"Labels": make([]struct{}, min(max(n, 1), labelsMost)), "N": min(max(n, 1), labelsMost), "Price": price(sku.Price, houseCurrency)})
}

func (s *Site) fullSKU(v *visit) (sku *catalog.SKU, err error) {
	err = s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		lean, err := v.sku(tx)
		if err != nil {
			return err
		}
		full, err := catalog.Get(tx, []id.SKU{lean.ID})
		sku = full[lean.ID]
		return err
	})
	return sku, err
}

// labelCodes are what a label of a SKU may show: its barcodes, or else its code.
func labelCodes(sku *catalog.SKU) []string { return append(slices.Clone(sku.Barcodes), sku.Code) }

// barcodePicture draws one of a SKU's codes: an EAN where it is one, else Code 128.
func (s *Site) barcodePicture(v *visit) error {
	sku, err := s.fullSKU(v)
	if err != nil {
		return err
	}
	code := v.r.URL.Query().Get("code")
	if !slices.Contains(labelCodes(sku), code) {
		return ErrNothing
	}
	picture, err := drawBarcode(code)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "image/png")
	_, err = v.w.Write(picture)
	return err
}

func drawBarcode(code string) ([]byte, error) {
	var bars barcode.Barcode
	bars, err := ean.Encode(code)
	if err != nil {
		if bars, err = code128.Encode(code); err != nil {
			return nil, ErrNothing.Wrap(err) // letters that no scanner reads
		}
	}
	wide, err := barcode.Scale(bars, bars.Bounds().Dx()*3, 90)
	if err != nil {
		return nil, fmt.Errorf("web: barcode %q: %w", code, err)
	}
	var out bytes.Buffer
	err = png.Encode(&out, wide)
	return out.Bytes(), err
}
