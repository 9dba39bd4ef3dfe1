package order_test

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"baihuo/internal/order"
	"baihuo/internal/seal"
)

func TestSealedInvoice(t *testing.T) {
	parsed, err := seal.ParseKeys("1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
	if err != nil {
		t.Fatal(err)
	}
	keys := seal.NewKeyring(rand.Reader, parsed...)
	wish := order.Invoice{Title: "杭州金丝雀贸易有限公司", TaxNo: "91330100777", Kind: "vat"}

	t.Run("it opens as it was and shows a mask", func(t *testing.T) {
		sealed := order.SealInvoice(keys, wish)
		if open, err := sealed.Open(keys); open != wish || err != nil {
			t.Errorf("%+v, %v", open, err)
		}
		if kind, title := sealed.Shown(); kind != "vat" || title != "杭*司" {
			t.Errorf("shown as %q %q", kind, title)
		}
		for _, part := range []string{"金丝雀", wish.TaxNo} {
			if strings.Contains(fmt.Sprintf("%v %+v", sealed, sealed), part) {
				t.Errorf("it says %s: %v", part, sealed)
			}
		}
	})
	t.Run("no wish is nothing", func(t *testing.T) {
		if sealed := order.SealInvoice(keys, order.Invoice{}); sealed != "" {
			t.Error(sealed)
		}
		if open, err := order.SealedInvoice("").Open(keys); open != (order.Invoice{}) || err != nil {
			t.Errorf("%+v, %v", open, err)
		}
	})
	t.Run("a wish of the first days opens and is masked", func(t *testing.T) {
		old := order.SealedInvoice(`{"title":"杭州金丝雀贸易有限公司","kind":"vat"}`)
		if open, err := old.Open(keys); open.Title != wish.Title || err != nil {
			t.Errorf("%+v, %v", open, err)
		}
		if _, title := old.Shown(); title != "杭*司" {
			t.Errorf("shown as %q", title)
		}
	})
}
