-- +goose Up
-- What the token of a previewed command led to, so that the same token acts once.

-- room: mcp
CREATE TABLE mcp_acts (
    token_digest TEXT PRIMARY KEY,
    answer TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL
) /* clustered */;
CREATE INDEX mcp_acts_created_at ON mcp_acts (created_at, token_digest);
