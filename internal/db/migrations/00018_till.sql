-- +goose Up
-- Sales that a till laid aside, and the orders that wait in a store to be fetched.

-- room: web
CREATE TABLE web_held_sales (
    held_id BIGINT PRIMARY KEY,
    shop_id BIGINT NOT NULL,
    actor TEXT NOT NULL,
    label TEXT NOT NULL DEFAULT '',
    document TEXT NOT NULL,
    held_at BIGINT NOT NULL
);
CREATE INDEX web_held_sales_shop_id ON web_held_sales (shop_id, held_id);

CREATE INDEX orders_to_collect ON orders (shop_id, order_id)
    WHERE kind IN ('pickup', 'counter') AND completed_at = 0 AND cancelled_at = 0;
