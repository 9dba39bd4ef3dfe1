-- +goose Up
-- Personal data: who looked, who was erased, and what the rotation of the master
-- key must find.

-- How many people's data an actor opened on a business day (customer.HouseDay).
-- room: customer
CREATE TABLE reveal_days (
    actor TEXT NOT NULL,
    day TEXT NOT NULL,
    reveals BIGINT NOT NULL CHECK (reveals > 0),
    PRIMARY KEY (actor, day)
) /* clustered */;

-- One row per erasure that found something. phone_digest is a keyed digest of its
-- own purpose: it answers whether a number was erased here, and finds nothing else.
-- room: customer
CREATE TABLE erasures (
    erasure_id BIGINT PRIMARY KEY,
    phone_digest BYTEA NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX erasures_phone_digest ON erasures (phone_digest, erasure_id);

-- replaces is the recipient that this one took the place of on its order.
ALTER TABLE recipients ADD COLUMN replaces BIGINT NOT NULL DEFAULT 0;
ALTER TABLE recipients ADD COLUMN erased_at BIGINT NOT NULL DEFAULT 0;
-- id_cipher is what the digest was made of, where that is not the name.
ALTER TABLE buyers ADD COLUMN id_cipher BYTEA NOT NULL DEFAULT ''::bytea;
ALTER TABLE buyers ADD COLUMN erased_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN erased_at BIGINT NOT NULL DEFAULT 0;

-- Few orders wish an invoice and few messages are kept raw: both are walked by id.
CREATE INDEX orders_invoice ON orders (order_id) WHERE invoice <> '';
-- Live waybills have an index already.
CREATE INDEX waybills_reclaimed ON waybills (package_id, waybill_id) WHERE state = 'reclaimed';
CREATE INDEX exceptions_raw ON exceptions (exception_id) WHERE raw_cipher IS NOT NULL;

-- What people do, for the page of the audit trail. Machines pay nothing for it.
CREATE INDEX journal_people ON journal (at, stream, seq) WHERE actor >= 'S-' AND actor < 'S.';
CREATE INDEX journal_people_actor ON journal (actor, at, stream, seq) WHERE actor >= 'S-' AND actor < 'S.';
