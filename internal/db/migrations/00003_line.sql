-- +goose Up
-- The order line: orders, review, fulfilment, shipping, notices, imports.

-- room: order
CREATE TABLE orders (
    order_id BIGINT PRIMARY KEY,
    shop_id BIGINT NOT NULL DEFAULT 0,
    external_no TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '',
    currency TEXT NOT NULL DEFAULT '',
    channel_state TEXT NOT NULL DEFAULT '',
    channel_word TEXT NOT NULL DEFAULT '',
    channel_modified_at BIGINT NOT NULL DEFAULT 0,
    ordered_at BIGINT NOT NULL DEFAULT 0,
    paid_at BIGINT NOT NULL DEFAULT 0,
    pay_by BIGINT NOT NULL DEFAULT 0,
    pay_method TEXT NOT NULL DEFAULT '',
    amount_goods BIGINT NOT NULL DEFAULT 0,
    amount_discount BIGINT NOT NULL DEFAULT 0,
    amount_freight BIGINT NOT NULL DEFAULT 0,
    amount_fee BIGINT NOT NULL DEFAULT 0,
    amount_total BIGINT NOT NULL DEFAULT 0,
    amount_paid BIGINT NOT NULL DEFAULT 0,
    amount_cod BIGINT NOT NULL DEFAULT 0,
    buyer_id BIGINT NOT NULL DEFAULT 0,
    recipient_id BIGINT NOT NULL DEFAULT 0,
    region TEXT NOT NULL DEFAULT '',
    wishes TEXT NOT NULL DEFAULT '',
    invoice TEXT NOT NULL DEFAULT '',
    buyer_message TEXT NOT NULL DEFAULT '',
    seller_memo TEXT NOT NULL DEFAULT '',
    flag BIGINT NOT NULL DEFAULT 0 CHECK (flag >= 0 AND flag <= 5),
    label TEXT NOT NULL DEFAULT '',
    tags TEXT NOT NULL DEFAULT '',
    ship_by BIGINT NOT NULL DEFAULT 0,
    collect_by BIGINT NOT NULL DEFAULT 0,
    sign_by BIGINT NOT NULL DEFAULT 0,
    ship_together BOOLEAN NOT NULL DEFAULT FALSE,
    no_partial BOOLEAN NOT NULL DEFAULT FALSE,
    instructions TEXT NOT NULL DEFAULT '',
    review TEXT NOT NULL DEFAULT '',
    delay_until BIGINT NOT NULL DEFAULT 0,
    edited TEXT NOT NULL DEFAULT '',
    history BOOLEAN NOT NULL DEFAULT FALSE,
    accepted_at BIGINT NOT NULL DEFAULT 0,
    cancelled_at BIGINT NOT NULL DEFAULT 0,
    cancelled_why TEXT NOT NULL DEFAULT '',
    completed_at BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 1,
    CHECK (amount_total = amount_goods - amount_discount + amount_freight + amount_fee)
);
CREATE UNIQUE INDEX orders_shop_id_external_no ON orders (shop_id, external_no);
CREATE INDEX orders_delay_until ON orders (delay_until, order_id) WHERE delay_until > 0;
CREATE INDEX orders_pay_by ON orders (pay_by, order_id) WHERE channel_state = 'unpaid' AND pay_by > 0;

-- room: order
CREATE TABLE order_lines (
    order_id BIGINT NOT NULL DEFAULT 0,
    position BIGINT NOT NULL DEFAULT 0,
    line_id BIGINT NOT NULL DEFAULT 0,
    external_no TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '' CHECK (kind IN ('goods', 'gift', 'bundle', 'component', 'charge')),
    parent_id BIGINT NOT NULL DEFAULT 0,
    sku_id BIGINT NOT NULL DEFAULT 0,
    code TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '',
    price BIGINT NOT NULL DEFAULT 0,
    amount_discount BIGINT NOT NULL DEFAULT 0,
    amount_due BIGINT NOT NULL DEFAULT 0,
    qty_ordered BIGINT NOT NULL DEFAULT 0 CHECK (qty_ordered > 0),
    qty_cancelled BIGINT NOT NULL DEFAULT 0 CHECK (qty_cancelled >= 0),
    qty_reserved BIGINT NOT NULL DEFAULT 0 CHECK (qty_reserved >= 0),
    qty_allocated BIGINT NOT NULL DEFAULT 0 CHECK (qty_allocated >= 0),
    qty_picked BIGINT NOT NULL DEFAULT 0,
    qty_packed BIGINT NOT NULL DEFAULT 0,
    qty_shipped BIGINT NOT NULL DEFAULT 0 CHECK (qty_shipped >= 0),
    qty_delivered BIGINT NOT NULL DEFAULT 0 CHECK (qty_delivered >= 0),
    qty_returned BIGINT NOT NULL DEFAULT 0 CHECK (qty_returned >= 0),
    qty_refunded BIGINT NOT NULL DEFAULT 0 CHECK (qty_refunded >= 0),
    together TEXT NOT NULL DEFAULT '',
    refund TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (order_id, position),
    CHECK (qty_reserved + qty_shipped + qty_cancelled <= qty_ordered),
    CHECK (qty_allocated <= qty_reserved),
    CHECK (qty_shipped <= qty_packed AND qty_packed <= qty_picked AND qty_picked <= qty_allocated + qty_shipped),
    CHECK (qty_delivered <= qty_shipped),
    CHECK (qty_returned <= qty_shipped)
) /* clustered */;

-- The row a list shows: every derived state, written by order.Show.
-- room: order
CREATE TABLE order_cards (
    order_id BIGINT PRIMARY KEY,
    shop_id BIGINT NOT NULL DEFAULT 0,
    external_no TEXT NOT NULL DEFAULT '',
    word TEXT NOT NULL DEFAULT '',
    blocked BOOLEAN NOT NULL DEFAULT FALSE,
    short BOOLEAN NOT NULL DEFAULT FALSE,
    ready BOOLEAN NOT NULL DEFAULT FALSE,
    why TEXT NOT NULL DEFAULT '',
    warehouses TEXT NOT NULL DEFAULT '',
    name_mask TEXT NOT NULL DEFAULT '',
    place TEXT NOT NULL DEFAULT '',
    amount_total BIGINT NOT NULL DEFAULT 0,
    lines BIGINT NOT NULL DEFAULT 0,
    units BIGINT NOT NULL DEFAULT 0,
    packages BIGINT NOT NULL DEFAULT 0,
    packages_out BIGINT NOT NULL DEFAULT 0,
    ordered_at BIGINT NOT NULL DEFAULT 0,
    ship_by BIGINT NOT NULL DEFAULT 0,
    shown_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX order_cards_word ON order_cards (word, order_id);
CREATE INDEX order_cards_shop_id ON order_cards (shop_id, order_id);
CREATE INDEX order_cards_blocked ON order_cards (order_id) WHERE blocked;
CREATE INDEX order_cards_ready ON order_cards (order_id) WHERE ready;

-- room: review
CREATE TABLE holds (
    hold_id BIGINT PRIMARY KEY,
    order_id BIGINT NOT NULL,
    line_id BIGINT NOT NULL,
    package_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    handle TEXT NOT NULL,
    reason_zh TEXT NOT NULL,
    reason_en TEXT NOT NULL,
    source TEXT NOT NULL,
    facts TEXT NOT NULL,
    blocks TEXT NOT NULL,
    release_how TEXT NOT NULL,
    deadline BIGINT NOT NULL,
    needs_person BOOLEAN NOT NULL,
    placed_at BIGINT NOT NULL,
    placed_by TEXT NOT NULL,
    released_at BIGINT NOT NULL DEFAULT 0,
    released_by TEXT NOT NULL DEFAULT '',
    released_why TEXT NOT NULL DEFAULT '',
    version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX holds_live ON holds (order_id, handle) WHERE released_at = 0;
CREATE INDEX holds_order_id ON holds (order_id, hold_id);
CREATE INDEX holds_deadline ON holds (deadline, hold_id)
    WHERE released_at = 0 AND deadline > 0 AND release_how = 'deadline';

-- room: review
CREATE TABLE exceptions (
    exception_id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    unique_key TEXT NOT NULL,
    order_id BIGINT NOT NULL,
    shop_id BIGINT NOT NULL,
    zh TEXT NOT NULL,
    en TEXT NOT NULL,
    detail TEXT NOT NULL,
    raw_cipher BYTEA,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT NOT NULL DEFAULT 0,
    closed_by TEXT NOT NULL DEFAULT '',
    closed_how TEXT NOT NULL DEFAULT '',
    version BIGINT NOT NULL DEFAULT 1,
    UNIQUE (kind, unique_key)
);
CREATE INDEX exceptions_open ON exceptions (kind, exception_id) WHERE closed_at = 0;
CREATE INDEX exceptions_open_id ON exceptions (exception_id) WHERE closed_at = 0;
CREATE INDEX exceptions_order_id ON exceptions (order_id, exception_id) WHERE order_id > 0;

-- room: fulfilment
CREATE TABLE packages (
    package_id BIGINT PRIMARY KEY,
    warehouse_id BIGINT NOT NULL,
    shop_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    recipient_id BIGINT NOT NULL,
    recipient_digest BYTEA NOT NULL,
    region TEXT NOT NULL,
    pick_list_id BIGINT NOT NULL DEFAULT 0,
    carrier_id BIGINT NOT NULL DEFAULT 0,
    service TEXT NOT NULL DEFAULT '',
    weight_g BIGINT NOT NULL DEFAULT 0,
    stop TEXT NOT NULL DEFAULT '',
    ship_by BIGINT NOT NULL,
    planned_at BIGINT NOT NULL,
    released_at BIGINT NOT NULL DEFAULT 0,
    packed_at BIGINT NOT NULL DEFAULT 0,
    handed_over_at BIGINT NOT NULL DEFAULT 0,
    ended_at BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 1
);
-- Deadline 0 is none and comes last; fulfilment.Waiting orders by the same words.
CREATE INDEX packages_open ON packages (state, warehouse_id,
    (CASE WHEN ship_by = 0 THEN 9223372036854775807 ELSE ship_by END), package_id) WHERE ended_at = 0;
CREATE INDEX packages_pick_list_id ON packages (pick_list_id, package_id) WHERE pick_list_id > 0;

-- room: fulfilment
CREATE TABLE package_items (
    package_id BIGINT NOT NULL,
    line_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    sku_id BIGINT NOT NULL,
    qty BIGINT NOT NULL CHECK (qty > 0),
    PRIMARY KEY (package_id, line_id)
) /* clustered */;
CREATE INDEX package_items_order_id ON package_items (order_id, package_id, line_id);

-- room: fulfilment
CREATE TABLE pick_lists (
    pick_list_id BIGINT PRIMARY KEY,
    warehouse_id BIGINT NOT NULL,
    released_at BIGINT NOT NULL,
    packages BIGINT NOT NULL
);

-- tracked is the parcel's state as its trackings of this number say. attempt_until
-- and in_doubt belong to the errand that asks the carrier for a number: an attempt
-- is under way until then; one was sent whose answer nobody knows.
-- room: shipping
CREATE TABLE waybills (
    waybill_id BIGINT PRIMARY KEY,
    package_id BIGINT NOT NULL,
    carrier_id BIGINT NOT NULL,
    service TEXT NOT NULL,
    number TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL,
    recipient_digest BYTEA NOT NULL,
    freight BIGINT NOT NULL DEFAULT 0,
    tracked TEXT NOT NULL DEFAULT '',
    asked_at BIGINT NOT NULL,
    numbered_at BIGINT NOT NULL DEFAULT 0,
    attempt_until BIGINT NOT NULL DEFAULT 0,
    in_doubt BOOLEAN NOT NULL DEFAULT FALSE,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX waybills_live ON waybills (package_id) WHERE state <> 'reclaimed';
CREATE UNIQUE INDEX waybills_number ON waybills (carrier_id, number) WHERE number <> '';

-- waybill_id is 0 for news of a package that had no live number when it came.
-- room: shipping
CREATE TABLE trackings (
    package_id BIGINT NOT NULL,
    waybill_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    code TEXT NOT NULL,
    state TEXT NOT NULL,
    text TEXT NOT NULL,
    place TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (package_id, waybill_id, at, code, state)
) /* clustered */;

-- recipient_id is who was told, 0 before anybody was. due_at is when the message
-- may be tried next; an attempt moves it on, so that nobody else tries meanwhile.
-- room: notice
CREATE TABLE notices (
    notice_id BIGINT PRIMARY KEY,
    unique_key TEXT NOT NULL UNIQUE,
    order_id BIGINT NOT NULL,
    recipient_id BIGINT NOT NULL DEFAULT 0,
    template TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
    queued_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    ended_at BIGINT NOT NULL DEFAULT 0,
    last_error TEXT NOT NULL DEFAULT '',
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX notices_order_id ON notices (order_id, notice_id);
CREATE INDEX notices_due ON notices (due_at, notice_id) WHERE state = 'queued';

-- room: intake
CREATE TABLE imports (
    import_id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    profile TEXT NOT NULL,
    file TEXT NOT NULL,
    shop_id BIGINT NOT NULL DEFAULT 0,
    digest BYTEA NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'undone')),
    report TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX imports_digest ON imports (kind, shop_id, digest) WHERE state <> 'undone';

-- The orders that an import created ('order') or, being another's, took goods
-- back from ('touched'), each with the version that the import left.
-- room: intake
CREATE TABLE import_items (
    import_id BIGINT NOT NULL,
    object_id BIGINT NOT NULL,
    object_kind TEXT NOT NULL CHECK (object_kind IN ('order', 'touched')),
    version BIGINT NOT NULL,
    PRIMARY KEY (import_id, object_id)
) /* clustered */;

-- Numbers whose lines are no order, so that they are not taken twice.
-- room: intake
CREATE TABLE import_documents (
    shop_id BIGINT NOT NULL,
    external_no TEXT NOT NULL,
    import_id BIGINT NOT NULL,
    PRIMARY KEY (shop_id, external_no)
) /* clustered */;
CREATE INDEX import_documents_import_id ON import_documents (import_id, shop_id, external_no);

-- room: intake
CREATE TABLE import_profiles (
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    columns TEXT NOT NULL,
    PRIMARY KEY (name)
) /* clustered */;
