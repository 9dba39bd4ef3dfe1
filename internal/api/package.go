package api

import "baihuo/internal/fulfilment"

// packageView is a package as JSON: no amounts and no names, for it is read in the
// warehouse.
type packageView struct {
	PackageID string     `json:"package_id"`
	Warehouse string     `json:"warehouse"`
	State     string     `json:"state"`
	Stop      string     `json:"stop,omitempty"`
	Waybill   string     `json:"waybill,omitempty"`
	WeightG   int64      `json:"weight_g,omitempty"`
	ShipBy    string     `json:"ship_by,omitempty"`
	Version   int64      `json:"version"`
	Items     []itemView `json:"items"`
	Tracking  []newsView `json:"tracking"`
}

type itemView struct {
	OrderID string `json:"order_id"`
	LineID  string `json:"line_id"`
	Qty     int64  `json:"qty"`
}

type newsView struct {
	At    string `json:"at"`
	State string `json:"state"`
	Text  string `json:"text"`
}

func viewPackage(p *fulfilment.Package, warehouse string) packageView {
	v := packageView{PackageID: p.ID.String(), Warehouse: warehouse, State: string(p.State), Stop: p.Stop, WeightG: p.WeightG,
		ShipBy: instant(p.ShipBy), Version: p.Version, Items: []itemView{}, Tracking: []newsView{}}
	for _, it := range p.Items {
		v.Items = append(v.Items, itemView{it.Order.String(), it.Line.String(), it.Qty})
	}
	return v
}
