package fulfilment

import (
	"fmt"
	"slices"

	"baihuo/internal/db"
	"baihuo/internal/id"
	"baihuo/internal/journal"
)

// Draft is a package to be planned. Carrier and Service may wait for Assign.
type Draft struct {
	Warehouse id.Warehouse
	Shop      id.Shop
	Recipient id.Recipient
	Digest    []byte
	Region    string
	Carrier   id.Carrier
	Service   string
	// ShipBy is the earliest deadline of what lies inside, 0 for none.
	ShipBy db.Instant
	Items  []Item
}

// Plan makes a package of each draft, in the order given. All or none: ErrDraft
// names every wrong part, for drafts are made by our own code. The caller has
// locked the orders and knows that their lines still owe these pieces.
func Plan(tx *db.Tx, drafts []Draft) ([]*Package, error) {
	if err := checkDrafts(drafts); err != nil {
		return nil, err
	}
	packages := make([]*Package, len(drafts))
	entries := make([]journal.Entry, len(drafts))
	for i, d := range drafts {
		p := &Package{
			ID: id.Package(tx.NewID()), Warehouse: d.Warehouse, Shop: d.Shop, State: Planned, Recipient: d.Recipient,
			RecipientDigest: stored(d.Digest), Region: d.Region, Carrier: d.Carrier, Service: d.Service, ShipBy: d.ShipBy,
			PlannedAt: tx.Now(), Version: 1, Items: slices.Clone(d.Items),
		}
		slices.SortFunc(p.Items, func(a, b Item) int { return int(min(max(a.Line-b.Line, -1), 1)) })
		packages[i], entries[i] = p, p.planned()
	}
	if err := insert(tx, packages); err != nil {
		return nil, err
	}
	journal.Write(tx, entries...)
	return packages, nil
}

func checkDrafts(drafts []Draft) error {
	bad := ErrDraft
	for i, d := range drafts {
		wrong := func(field, zh, en string) { bad = bad.Field(fmt.Sprintf("%d.%s", i+1, field), zh, en) }
		if d.Warehouse == 0 || d.Shop == 0 {
			wrong("warehouse", "缺少仓库或店铺，请先寻源",
				"the warehouse or the shop is missing; source the order first")
		}
		if len(d.Items) == 0 {
			wrong("items", "没有商品，请至少放一行", "it is empty; put in at least one line")
		}
		seen := map[id.Line]bool{}
		for _, it := range d.Items {
			if it.Line == 0 || it.Order == 0 || it.SKU == 0 || seen[it.Line] {
				wrong("items", "订单行缺少编号或重复，请合并后再计划",
					"a line lacks its ids or stands twice; put its pieces together")
			}
			if it.Qty <= 0 || it.Qty > QtyMax {
				wrong("items", "数量必须在 1 到 10,000,000 之间", "a quantity must be from 1 to 10,000,000")
			}
			seen[it.Line] = true
		}
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

func (p *Package) planned() journal.Entry {
	type item struct {
		Line  id.Line  `json:"line_id"`
		Order id.Order `json:"order_id"`
		SKU   id.SKU   `json:"sku_id"`
		Qty   int64    `json:"qty"`
	}
	items := make([]item, len(p.Items))
	for i, it := range p.Items {
		items[i] = item(it)
	}
	return journal.Entry{Kind: "package", ID: int64(p.ID), Version: p.Version, What: string(p.State),
		Payload: journal.JSON(map[string]any{
			"warehouse_id": p.Warehouse, "shop_id": p.Shop, "ship_by": p.ShipBy, "items": items,
		})}
}
