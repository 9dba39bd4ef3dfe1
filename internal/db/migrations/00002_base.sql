-- +goose Up
-- The base nouns: shops, goods, customers, stock, carriers.

-- room: shop
CREATE TABLE shops (
    shop_id BIGINT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    platform TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('online', 'web', 'store', 'counter')),
    currency TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    reserve_unpaid BOOLEAN NOT NULL DEFAULT FALSE,
    promises BOOLEAN NOT NULL DEFAULT FALSE,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL
);

-- The ordered warehouses of a shop, for one province (two-digit code) or, with
-- an empty province, for all that are not named.
-- room: shop
CREATE TABLE shop_warehouses (
    shop_id BIGINT NOT NULL,
    province TEXT NOT NULL,
    position BIGINT NOT NULL,
    warehouse_id BIGINT NOT NULL,
    PRIMARY KEY (shop_id, province, position)
) /* clustered */;

-- room: catalog
CREATE TABLE skus (
    sku_id BIGINT PRIMARY KEY,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL DEFAULT '',
    category TEXT NOT NULL DEFAULT '',
    brand TEXT NOT NULL DEFAULT '',
    length_mm BIGINT NOT NULL DEFAULT 0 CHECK (length_mm >= 0),
    width_mm BIGINT NOT NULL DEFAULT 0 CHECK (width_mm >= 0),
    height_mm BIGINT NOT NULL DEFAULT 0 CHECK (height_mm >= 0),
    weight_g BIGINT NOT NULL DEFAULT 0 CHECK (weight_g >= 0),
    cost BIGINT NOT NULL DEFAULT 0 CHECK (cost >= 0),
    price BIGINT NOT NULL DEFAULT 0 CHECK (price >= 0),
    lot_tracked BOOLEAN NOT NULL DEFAULT FALSE,
    shelf_life_days BIGINT NOT NULL DEFAULT 0,
    life_left_days_min BIGINT NOT NULL DEFAULT 0,
    bundle BOOLEAN NOT NULL DEFAULT FALSE,
    search TEXT NOT NULL DEFAULT '',
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX skus_code ON skus (code);
CREATE INDEX skus_category ON skus (category, code);

-- room: catalog
CREATE TABLE sku_barcodes (
    barcode TEXT NOT NULL,
    sku_id BIGINT NOT NULL,
    PRIMARY KEY (barcode)
) /* clustered */;
CREATE INDEX sku_barcodes_sku_id ON sku_barcodes (sku_id, barcode);

-- room: catalog
CREATE TABLE bundle_parts (
    bundle_id BIGINT NOT NULL,
    sku_id BIGINT NOT NULL,
    qty BIGINT NOT NULL CHECK (qty > 0),
    PRIMARY KEY (bundle_id, sku_id)
) /* clustered */;

-- room: customer
CREATE TABLE buyers (
    buyer_id BIGINT PRIMARY KEY,
    platform TEXT NOT NULL,
    digest BYTEA NOT NULL,
    name_cipher BYTEA NOT NULL,
    name_mask TEXT NOT NULL,
    blacklisted_at BIGINT NOT NULL DEFAULT 0,
    blacklisted_why TEXT NOT NULL DEFAULT '',
    version BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX buyers_platform_digest ON buyers (platform, digest);

-- room: customer
CREATE TABLE recipients (
    recipient_id BIGINT PRIMARY KEY,
    order_id BIGINT NOT NULL DEFAULT 0,
    name_cipher BYTEA NOT NULL,
    name_mask TEXT NOT NULL DEFAULT '',
    phone_cipher BYTEA NOT NULL,
    phone_mask TEXT NOT NULL DEFAULT '',
    address_cipher BYTEA NOT NULL,
    address_mask TEXT NOT NULL DEFAULT '',
    phone_index BYTEA NOT NULL,
    digest BYTEA NOT NULL,
    opaque_id TEXT NOT NULL DEFAULT '',
    region TEXT NOT NULL DEFAULT '',
    place TEXT NOT NULL DEFAULT '',
    issues TEXT NOT NULL DEFAULT '',
    revealed BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX recipients_phone_index ON recipients (phone_index, recipient_id);
CREATE INDEX recipients_digest ON recipients (digest, recipient_id);

-- room: inventory
CREATE TABLE warehouses (
    warehouse_id BIGINT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('warehouse', 'store')),
    province TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    cut_off TEXT NOT NULL DEFAULT '16:00',
    created_at BIGINT NOT NULL
);

-- room: inventory
CREATE TABLE bins (
    bin_id BIGINT PRIMARY KEY,
    warehouse_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    UNIQUE (warehouse_id, code)
);

-- room: inventory
CREATE TABLE lots (
    lot_id BIGINT PRIMARY KEY,
    sku_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    made_on TEXT NOT NULL DEFAULT '',
    expires_on TEXT NOT NULL DEFAULT '',
    barred BOOLEAN NOT NULL DEFAULT FALSE,
    UNIQUE (sku_id, code)
);

-- One counter per warehouse and SKU. version rises by one with each batch that
-- touches it, and every ledger row carries it: a missing row shows.
-- room: inventory
CREATE TABLE stock (
    stock_id BIGINT PRIMARY KEY,
    warehouse_id BIGINT NOT NULL,
    sku_id BIGINT NOT NULL,
    qty_on_hand BIGINT NOT NULL DEFAULT 0 CHECK (qty_on_hand >= 0),
    qty_reserved BIGINT NOT NULL DEFAULT 0 CHECK (qty_reserved >= 0),
    qty_unsellable BIGINT NOT NULL DEFAULT 0 CHECK (qty_unsellable >= 0),
    qty_safety BIGINT NOT NULL DEFAULT 0 CHECK (qty_safety >= 0),
    version BIGINT NOT NULL DEFAULT 0,
    UNIQUE (sku_id, warehouse_id),
    CHECK (qty_reserved + qty_unsellable <= qty_on_hand)
);

-- room: inventory
CREATE TABLE stock_lots (
    stock_id BIGINT NOT NULL,
    lot_id BIGINT NOT NULL,
    bin_id BIGINT NOT NULL,
    qty_on_hand BIGINT NOT NULL CHECK (qty_on_hand >= 0),
    qty_allocated BIGINT NOT NULL DEFAULT 0,
    qty_unsellable BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (stock_id, lot_id, bin_id),
    CHECK (qty_allocated >= 0),
    CHECK (qty_unsellable >= 0),
    CHECK (qty_allocated + qty_unsellable <= qty_on_hand)
) /* clustered */;

-- room: inventory
CREATE TABLE stock_quotas (
    stock_id BIGINT NOT NULL,
    shop_id BIGINT NOT NULL,
    qty_quota BIGINT NOT NULL CHECK (qty_quota >= 0),
    qty_used BIGINT NOT NULL DEFAULT 0 CHECK (qty_used >= 0),
    PRIMARY KEY (stock_id, shop_id)
) /* clustered */;

-- A reservation is the ledger's row of the kind reserve: its qty never changes,
-- and stock_version places it among the other rows. qty_open is what is still
-- claimed: qty less what ledger rows released or shipped of it.
-- room: inventory
CREATE TABLE reservations (
    reservation_id BIGINT NOT NULL,
    stock_id BIGINT NOT NULL DEFAULT 0,
    stock_version BIGINT NOT NULL DEFAULT 0,
    order_id BIGINT NOT NULL DEFAULT 0,
    line_id BIGINT NOT NULL DEFAULT 0,
    shop_id BIGINT NOT NULL DEFAULT 0,
    qty BIGINT NOT NULL DEFAULT 0 CHECK (qty > 0),
    qty_open BIGINT NOT NULL DEFAULT 0,
    qty_allocated BIGINT NOT NULL DEFAULT 0,
    deadline BIGINT NOT NULL DEFAULT 0,
    cause TEXT NOT NULL DEFAULT '',
    at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (order_id, reservation_id),
    CHECK (qty_open >= 0 AND qty_open <= qty),
    CHECK (qty_allocated >= 0 AND qty_allocated <= qty_open)
) /* clustered */;
CREATE INDEX reservations_stock_id ON reservations (stock_id, deadline, reservation_id) WHERE qty_open > 0;

-- room: inventory
CREATE TABLE allocations (
    allocation_id BIGINT PRIMARY KEY,
    reservation_id BIGINT NOT NULL,
    stock_id BIGINT NOT NULL,
    lot_id BIGINT NOT NULL,
    bin_id BIGINT NOT NULL,
    package_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    line_id BIGINT NOT NULL,
    qty BIGINT NOT NULL CHECK (qty > 0),
    qty_open BIGINT NOT NULL,
    qty_picked BIGINT NOT NULL DEFAULT 0,
    CHECK (qty_open >= 0 AND qty_open <= qty),
    CHECK (qty_picked >= 0 AND qty_picked <= qty_open)
);
CREATE INDEX allocations_reservation_id ON allocations (reservation_id, allocation_id);
CREATE INDEX allocations_package_id ON allocations (package_id, allocation_id);

-- room: inventory
CREATE TABLE stock_ledger (
    entry_id BIGINT PRIMARY KEY,
    stock_id BIGINT NOT NULL,
    stock_version BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('receive', 'release', 'allocate', 'unallocate', 'pick', 'unpick', 'ship',
        'return', 'adjust', 'count', 'transfer', 'damage', 'bar', 'unbar')),
    qty BIGINT NOT NULL,
    on_hand BIGINT NOT NULL,
    reserved BIGINT NOT NULL,
    unsellable BIGINT NOT NULL,
    lot_id BIGINT NOT NULL DEFAULT 0,
    bin_id BIGINT NOT NULL DEFAULT 0,
    reservation_id BIGINT NOT NULL DEFAULT 0,
    order_id BIGINT NOT NULL DEFAULT 0,
    line_id BIGINT NOT NULL DEFAULT 0,
    package_id BIGINT NOT NULL DEFAULT 0,
    reference TEXT NOT NULL DEFAULT '',
    actor TEXT NOT NULL,
    cause TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX stock_ledger_stock_id ON stock_ledger (stock_id, stock_version, entry_id);
CREATE INDEX stock_ledger_order_id ON stock_ledger (order_id, entry_id) WHERE order_id > 0;
CREATE INDEX stock_ledger_reservation_id ON stock_ledger (reservation_id, entry_id) WHERE reservation_id > 0;
CREATE UNIQUE INDEX stock_ledger_reference ON stock_ledger (reference, stock_id, lot_id, bin_id) WHERE reference <> '';

-- Lines that wait for arriving stock.
-- room: inventory
CREATE TABLE stock_waits (
    line_id BIGINT PRIMARY KEY,
    order_id BIGINT NOT NULL,
    shop_id BIGINT NOT NULL,
    sku_id BIGINT NOT NULL,
    province TEXT NOT NULL,
    qty_waiting BIGINT NOT NULL CHECK (qty_waiting > 0),
    deadline BIGINT NOT NULL,
    paid_at BIGINT NOT NULL,
    since BIGINT NOT NULL
);
CREATE INDEX stock_waits_sku_id ON stock_waits (sku_id, deadline, paid_at, line_id);
CREATE INDEX stock_waits_order_id ON stock_waits (order_id, line_id);

-- room: carrier
CREATE TABLE carriers (
    carrier_id BIGINT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    number_pattern TEXT NOT NULL DEFAULT '',
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL
);

-- A tariff's destination is a province (two digits) or a longer region prefix
-- (four or six); the key begins with it because every question asks by place.
-- room: carrier
CREATE TABLE tariffs (
    carrier_id BIGINT NOT NULL,
    service TEXT NOT NULL,
    origin TEXT NOT NULL,
    destination TEXT NOT NULL,
    first_weight_g BIGINT NOT NULL CHECK (first_weight_g > 0),
    first_price BIGINT NOT NULL CHECK (first_price >= 0),
    next_weight_g BIGINT NOT NULL CHECK (next_weight_g > 0),
    next_price BIGINT NOT NULL CHECK (next_price >= 0),
    days BIGINT NOT NULL,
    PRIMARY KEY (destination, origin, carrier_id, service)
) /* clustered */;

-- Places that are not served now: an empty region is the whole country, carrier
-- 0 every carrier, an empty service all of its services, until_at 0 until
-- further notice.
-- room: carrier
CREATE TABLE carrier_stops (
    stop_id BIGINT PRIMARY KEY,
    region TEXT NOT NULL,
    carrier_id BIGINT NOT NULL,
    service TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX carrier_stops_region ON carrier_stops (region, carrier_id, service, from_at);
