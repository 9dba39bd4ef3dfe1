-- +goose Up
-- What was counted from the journal, so that a look at a day costs hours and SKUs,
-- never orders.

-- room: insight
CREATE TABLE insight_hours (
    shop_id BIGINT NOT NULL,
    hour_at BIGINT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('accepted', 'shipped', 'cancelled', 'completed')),
    orders BIGINT NOT NULL CHECK (orders >= 0),
    units BIGINT NOT NULL CHECK (units >= 0),
    amount BIGINT NOT NULL,
    PRIMARY KEY (shop_id, hour_at, what)
) /* clustered */;

-- room: insight
CREATE TABLE insight_sku_days (
    day TEXT NOT NULL,
    shop_id BIGINT NOT NULL,
    sku_id BIGINT NOT NULL,
    units BIGINT NOT NULL CHECK (units >= 0),
    amount BIGINT NOT NULL,
    PRIMARY KEY (day, shop_id, sku_id)
) /* clustered */;

-- Orders that still have to leave, by the time they must.
CREATE INDEX order_cards_due ON order_cards (ship_by, order_id)
    WHERE ship_by > 0 AND word IN ('wait_service', 'wait_finance', 'reviewed', 'wait_pick', 'wait_pack', 'wait_ship', 'part_out');
