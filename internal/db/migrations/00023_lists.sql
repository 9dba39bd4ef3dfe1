-- +goose Up
-- What an order is made of, as one number: orders with the same goods stand together.
-- 0 says that nobody has worked it out yet; the worker does for those that have not left.
ALTER TABLE order_cards ADD COLUMN goods BIGINT NOT NULL DEFAULT 0;
CREATE INDEX order_cards_goods ON order_cards (goods, order_id)
    WHERE word IN ('wait_service', 'wait_finance', 'reviewed', 'wait_pick', 'wait_pack', 'wait_ship', 'part_out');

-- Who changed what field of an order is a row of the journal; what stood there before and
-- after stands here, where an erasure reaches it. Numbers in free text are masked.
-- room: order
CREATE TABLE order_changes (
    order_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    position BIGINT NOT NULL,
    field TEXT NOT NULL,
    was TEXT NOT NULL DEFAULT '',
    now TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (order_id, version, position)
) /* clustered */;

-- Until when a buyer stays on the black list, 0 for always.
ALTER TABLE buyers ADD COLUMN blacklisted_until BIGINT NOT NULL DEFAULT 0;

-- The version of a counter's limits, its safety stock and quotas: it rises whenever a
-- person sets them, so that one who had seen others before is told.
ALTER TABLE stock ADD COLUMN limits_version BIGINT NOT NULL DEFAULT 0;
