-- +goose Up
-- The black list is short; the table of buyers is not.
CREATE INDEX buyers_blacklisted_at ON buyers (blacklisted_at, buyer_id) WHERE blacklisted_at > 0;
