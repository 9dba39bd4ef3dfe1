-- +goose Up
-- Stock counts that people work on for hours, and goods between two warehouses.

-- room: inventory
CREATE TABLE count_sheets (
    sheet_id BIGINT PRIMARY KEY,
    warehouse_id BIGINT NOT NULL,
    title TEXT NOT NULL,
    blind BOOLEAN NOT NULL DEFAULT FALSE,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'posted', 'dropped')),
    reason TEXT NOT NULL DEFAULT '',
    opened_by TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_by TEXT NOT NULL DEFAULT '',
    closed_at BIGINT NOT NULL DEFAULT 0
);

-- One slot of a sheet. qty_book is what the ledger said at the time of the last
-- scan, whose counter stood at stock_version; counted_at is 0 until somebody
-- counted. moved says that goods of the slot moved between two of its scans.
-- room: inventory
CREATE TABLE count_lines (
    sheet_id BIGINT NOT NULL,
    sku_id BIGINT NOT NULL,
    lot_id BIGINT NOT NULL,
    bin_id BIGINT NOT NULL,
    round BIGINT NOT NULL DEFAULT 1,
    qty_found BIGINT NOT NULL DEFAULT 0 CHECK (qty_found >= 0),
    qty_book BIGINT NOT NULL DEFAULT 0,
    stock_version BIGINT NOT NULL DEFAULT 0,
    moved BOOLEAN NOT NULL DEFAULT FALSE,
    counted_at BIGINT NOT NULL DEFAULT 0,
    counted_by TEXT NOT NULL DEFAULT '',
    qty_posted BIGINT NOT NULL DEFAULT 0,
    qty_freed BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (sheet_id, sku_id, lot_id, bin_id)
) /* clustered */;

-- Every scan of a sheet as it came, so that one sent twice counts once and no scan
-- is forgotten by a recount. A scan without a SKU says at which bin somebody stands.
-- room: inventory
CREATE TABLE count_scans (
    scan_id TEXT PRIMARY KEY,
    sheet_id BIGINT NOT NULL,
    sku_id BIGINT NOT NULL DEFAULT 0,
    lot_id BIGINT NOT NULL DEFAULT 0,
    bin_id BIGINT NOT NULL DEFAULT 0,
    round BIGINT NOT NULL DEFAULT 0,
    qty BIGINT NOT NULL DEFAULT 0,
    whole BOOLEAN NOT NULL DEFAULT FALSE,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX count_scans_sheet_id ON count_scans (sheet_id, actor, at, scan_id);
