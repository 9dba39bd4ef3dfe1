// Package catalog knows what can be stocked and sold.
//
// Owns: SKUs, their barcodes, and bundles (组合装) with their parts.
// Does not own: stock, lots and their dates (inventory), how a channel names a
// SKU (channel), what a customer pays (the order carries its own price).
//
// Words: a SKU is one thing that can be stocked or sold, under the merchant's
// own code (商家编码); codes are compared trimmed and in capitals. A bundle is
// sold under its own code, has no stock and ships as its parts; a part is never
// a bundle itself, and a SKU stays a bundle, or none, for life. A category is a
// path from the top, "个护清洁/洗发护发/洗发水". Cost and price are minor units of
// the house's currency; sizes are mm and weights g of the thing packed for sale.
// LifeLeftDaysMin is the least remaining life with which a lot may be sold.
//
// Times: created_at is when the SKU was first put. A SKU's version rises by one
// with each change, and the journal holds what changed.
//
// Files: sku.go the type, check.go what a SKU must be, put.go, find.go (the hot
// path), list.go (Get, List, Count), rows.go, import.go, export.go, audit.go.
package catalog
