-- +goose Up
-- What the order list is filtered by, and how orders are found by the end of their number.

-- province is the two-digit division code; tail is the end of the order number, as
-- order.Tail makes it.
ALTER TABLE order_cards ADD COLUMN province TEXT NOT NULL DEFAULT '';
ALTER TABLE order_cards ADD COLUMN amount_paid BIGINT NOT NULL DEFAULT 0;
ALTER TABLE order_cards ADD COLUMN flag BIGINT NOT NULL DEFAULT 0;
ALTER TABLE order_cards ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE order_cards ADD COLUMN tags TEXT NOT NULL DEFAULT '';
ALTER TABLE order_cards ADD COLUMN has_message BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE order_cards ADD COLUMN has_memo BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE order_cards ADD COLUMN tail TEXT NOT NULL DEFAULT '';

UPDATE order_cards SET province = substr(o.region, 1, 2), amount_paid = o.amount_paid, flag = o.flag, label = o.label, tags = o.tags,
    has_message = o.buyer_message <> '', has_memo = o.seller_memo <> '',
    tail = CASE WHEN length(o.external_no) > 4 THEN upper(substr(o.external_no, length(o.external_no) - 3)) ELSE upper(o.external_no) END
    FROM orders o WHERE o.order_id = order_cards.order_id;

-- The first two hold every column that filters look at, so that a filter that few
-- orders fit reads the index alone and no card but those it shows.
CREATE INDEX order_cards_list ON order_cards (ordered_at, order_id, word, shop_id, blocked, short, flag, province, amount_paid,
    has_message, has_memo, ship_by, warehouses);
CREATE INDEX order_cards_word_list ON order_cards (word, ordered_at, order_id, shop_id, blocked, short, flag, province, amount_paid,
    has_message, has_memo, ship_by, warehouses);
CREATE INDEX order_cards_ship_by ON order_cards ((CASE WHEN ship_by = 0 THEN 9223372036854775807 ELSE ship_by END), order_id)
    WHERE word IN ('wait_service', 'wait_finance', 'reviewed', 'wait_pick', 'wait_pack', 'wait_ship', 'part_out');
CREATE INDEX order_cards_tags ON order_cards (ordered_at, order_id) WHERE tags <> '';
CREATE INDEX order_cards_tail ON order_cards (tail, order_id);

CREATE INDEX order_lines_sku_id ON order_lines (sku_id, order_id) WHERE sku_id > 0;
