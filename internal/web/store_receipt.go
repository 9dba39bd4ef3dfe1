package web

import (
	"net/http"

	"baihuo/internal/db"
	"baihuo/internal/finance"
	"baihuo/internal/id"
	"baihuo/internal/money"
	"baihuo/internal/order"
	"baihuo/internal/shop"
	"baihuo/internal/staff"
)

// slip is a receipt as it is printed on paper of 80 mm.
type slip struct {
	ID, No, Shop, Cashier, Time, Total, Change string
	Lines                                      []slipLine
	Tenders                                    []slipTender
	Prints                                     int64
	// Voided, Waits: it is no proof that the goods were bought, or were taken.
	Voided, Waits bool
	Order         string
}

type slipLine struct {
	Name, Code, Price, Due string
	Qty                    int64
}

type slipTender struct{ Method, Given string }

// receipt shows the receipt of a sale.
func (s *Site) receipt(v *visit) error {
	var p slip
	err := s.cfg.DB.Read(v.ctx, func(tx *db.Tx) error {
		sale, err := v.saleNamed(tx)
		if err == nil {
			p, err = v.slip(tx, sale)
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.render(v, http.StatusOK, "store_receipt", map[string]any{"Title": v.word("receipt"), "FormKey": formKey(), "Slip": p,
		"Print": v.r.URL.Query().Get("print") == "1", "MayVoid": v.caller.May(staff.OrderCancel) && !p.Voided})
}

func (v *visit) slip(tx *db.Tx, sale finance.Sale) (p slip, err error) {
	orders, err := order.Get(tx, []id.Order{sale.Order})
	if err != nil {
		return p, err
	}
	shops, err := shop.ByID(tx, []id.Shop{sale.Shop})
	if err != nil {
		return p, err
	}
	paid, err := finance.Payments(tx, []id.Sale{sale.ID})
	if err != nil {
		return p, err
	}
	names, err := staff.Names(tx, []string{sale.Actor})
	if err != nil {
		return p, err
	}
	here := shops[sale.Shop]
	show := func(a money.Amount) string { return a.Format(sale.Currency) }
	p = slip{ID: sale.ID.String(), No: sale.Key, Shop: shopName(here), Cashier: firstWord(names[sale.Actor], sale.Actor), Total: show(sale.Total),
		Time: sale.SoldAt.Time().In(zone(here.TimeZone)).Format("2006-01-02 15:04:05"), Prints: sale.Prints, Voided: sale.VoidedAt > 0,
		Waits: !sale.Handed, Order: sale.Order.String()}
	if sale.Change > 0 {
		p.Change = show(sale.Change)
	}
	for _, o := range orders {
		for _, l := range o.Lines {
			if l.Kind != order.Component {
				p.Lines = append(p.Lines, slipLine{Name: l.Name, Code: l.Code, Price: show(l.Price), Due: show(l.Due), Qty: l.Ordered})
			}
		}
	}
	for _, t := range paid[sale.ID] {
		if t.Amount > 0 {
			p.Tenders = append(p.Tenders, slipTender{Method: v.word("pay_" + string(t.Method)), Given: show(t.Given)})
		}
	}
	return p, nil
}

// printReceipt counts a print and leads to the receipt, which prints itself.
func (s *Site) printReceipt(v *visit) error {
	return s.act(v, func(tx *db.Tx) (string, error) {
		sale, err := v.saleNamed(tx)
		if err == nil {
			_, err = finance.Printed(tx, sale.ID)
		}
		return "/store/receipt/" + sale.ID.String() + "?print=1", err
	})
}
