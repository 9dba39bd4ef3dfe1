-- +goose Up
-- Whose work an exception is and until when, and what holds orders by kind.

-- owner is an actor, empty for nobody; due_at is when it should be settled.
ALTER TABLE exceptions ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE exceptions ADD COLUMN owned_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE exceptions ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0;
UPDATE exceptions SET due_at = opened_at + 14400000000 WHERE closed_at = 0;
CREATE INDEX exceptions_owner ON exceptions (owner, exception_id) WHERE closed_at = 0 AND owner <> '';

-- shop_id is the order's, so that a list within a scope asks this table alone.
ALTER TABLE holds ADD COLUMN shop_id BIGINT NOT NULL DEFAULT 0;
UPDATE holds SET shop_id = o.shop_id FROM orders o WHERE o.order_id = holds.order_id;
CREATE INDEX holds_kind ON holds (kind, order_id, hold_id, shop_id, placed_at) WHERE released_at = 0 AND blocks = 'release';
