-- +goose Up
-- Webhooks out: who is told of what happened, and each event told to each.

-- secret_cipher signs; former_cipher signs beside it until former_until, while a
-- receiver changes over. since is from when on events are meant for the endpoint.
-- failing_since, failures and rest_until say how the latest attempts went: they are
-- no facts of trade and do not raise the version.
-- room: webhook
CREATE TABLE webhook_endpoints (
    endpoint_id BIGINT PRIMARY KEY,
    url TEXT NOT NULL,
    kinds TEXT NOT NULL,
    shops TEXT NOT NULL DEFAULT '',
    description TEXT NOT NULL DEFAULT '',
    secret_cipher BYTEA NOT NULL,
    former_cipher BYTEA NOT NULL,
    former_until BIGINT NOT NULL DEFAULT 0,
    opened_at BIGINT NOT NULL,
    since BIGINT NOT NULL,
    disabled_at BIGINT NOT NULL DEFAULT 0,
    disabled_why TEXT NOT NULL DEFAULT '',
    failing_since BIGINT NOT NULL DEFAULT 0,
    failures BIGINT NOT NULL DEFAULT 0,
    rest_until BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 1
);

-- object_id and version name the journal row that is told, and its place among the
-- events of its object. due_at is when the row may be taken next: while it is being
-- sent, the end of its lease. lease rises with each taking.
-- room: webhook
CREATE TABLE webhook_deliveries (
    delivery_id BIGINT PRIMARY KEY,
    endpoint_id BIGINT NOT NULL,
    object_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    object_kind TEXT NOT NULL,
    event TEXT NOT NULL,
    at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('behind', 'waiting', 'sending', 'delivered', 'dead')),
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    lease BIGINT NOT NULL DEFAULT 0,
    tried_at BIGINT NOT NULL DEFAULT 0,
    status BIGINT NOT NULL DEFAULT 0,
    answer TEXT NOT NULL DEFAULT '',
    ended_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX webhook_deliveries_event ON webhook_deliveries (endpoint_id, object_id, version);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, due_at, delivery_id) WHERE state IN ('waiting', 'sending');
CREATE INDEX webhook_deliveries_state ON webhook_deliveries (endpoint_id, state, delivery_id);
CREATE INDEX webhook_deliveries_ended_at ON webhook_deliveries (endpoint_id, ended_at, delivery_id) WHERE ended_at > 0;
