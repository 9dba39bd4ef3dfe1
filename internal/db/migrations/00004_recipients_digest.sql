-- Nothing looks recipients up by their digest: merging compares open orders only,
-- and an index in random order costs a page write for each order.

-- +goose Up
DROP INDEX recipients_digest;
