-- +goose Up
-- Money that moved at the tills: who stood there with which cash, what was sold, how it was paid.

-- room: finance
CREATE TABLE shifts (
    shift_id BIGINT PRIMARY KEY,
    shop_id BIGINT NOT NULL,
    actor TEXT NOT NULL,
    terminal TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_float BIGINT NOT NULL DEFAULT 0,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT NOT NULL DEFAULT 0,
    closed_by TEXT NOT NULL DEFAULT '',
    amount_expected BIGINT NOT NULL DEFAULT 0,
    amount_counted BIGINT NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX shifts_open_actor ON shifts (actor) WHERE closed_at = 0;
CREATE UNIQUE INDEX shifts_open_terminal ON shifts (shop_id, terminal) WHERE closed_at = 0;
CREATE INDEX shifts_shop_id ON shifts (shop_id, shift_id);

-- room: finance
CREATE TABLE shift_moves (
    shift_id BIGINT NOT NULL,
    move_id BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (shift_id, move_id)
) /* clustered */;

-- room: finance
CREATE TABLE shift_counts (
    shift_id BIGINT NOT NULL,
    amount_unit BIGINT NOT NULL,
    qty BIGINT NOT NULL,
    PRIMARY KEY (shift_id, amount_unit)
) /* clustered */;

-- room: finance
CREATE TABLE sales (
    sale_id BIGINT PRIMARY KEY,
    shop_id BIGINT NOT NULL,
    sale_key TEXT NOT NULL,
    digest BYTEA NOT NULL,
    order_id BIGINT NOT NULL,
    shift_id BIGINT NOT NULL,
    actor TEXT NOT NULL,
    handed BOOLEAN NOT NULL DEFAULT FALSE,
    currency TEXT NOT NULL,
    amount_total BIGINT NOT NULL,
    amount_change BIGINT NOT NULL DEFAULT 0,
    sold_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    prints BIGINT NOT NULL DEFAULT 0,
    voided_at BIGINT NOT NULL DEFAULT 0,
    voided_by TEXT NOT NULL DEFAULT '',
    voided_why TEXT NOT NULL DEFAULT '',
    version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX sales_shop_id_sale_key ON sales (shop_id, sale_key);
CREATE UNIQUE INDEX sales_order_id ON sales (order_id);
CREATE INDEX sales_shift_id ON sales (shift_id, sale_id);

-- room: finance
CREATE TABLE payments (
    payment_id BIGINT PRIMARY KEY,
    sale_id BIGINT NOT NULL,
    shift_id BIGINT NOT NULL,
    method TEXT NOT NULL,
    amount BIGINT NOT NULL,
    amount_given BIGINT NOT NULL DEFAULT 0,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX payments_sale_id ON payments (sale_id, payment_id);
CREATE INDEX payments_shift_id ON payments (shift_id, method);
