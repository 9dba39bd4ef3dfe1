-- +goose Up
-- Goods that left one warehouse and have not arrived at the other.

-- room: inventory
CREATE TABLE stock_transfers (
    transfer_id BIGINT PRIMARY KEY,
    from_warehouse_id BIGINT NOT NULL,
    to_warehouse_id BIGINT NOT NULL,
    state TEXT NOT NULL DEFAULT 'shipped' CHECK (state IN ('shipped', 'received')),
    note TEXT NOT NULL DEFAULT '',
    shipped_by TEXT NOT NULL,
    shipped_at BIGINT NOT NULL,
    received_by TEXT NOT NULL DEFAULT '',
    received_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX stock_transfers_shipped ON stock_transfers (to_warehouse_id, transfer_id) WHERE state = 'shipped';

-- What did not arrive is qty_sent less qty_received of a received transfer.
-- room: inventory
CREATE TABLE stock_transfer_lines (
    transfer_id BIGINT NOT NULL,
    sku_id BIGINT NOT NULL,
    lot_id BIGINT NOT NULL,
    qty_sent BIGINT NOT NULL CHECK (qty_sent > 0),
    qty_received BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (transfer_id, sku_id, lot_id),
    CHECK (qty_received >= 0 AND qty_received <= qty_sent)
) /* clustered */;
