-- +goose Up
-- People and machines: who may do what, where, and who is signed in.

-- epoch counts how often a person was signed out everywhere: a session of an older
-- one is void, also one that a request under way writes back. events is the version
-- of the person in the journal, version that of what administrators edit.
-- room: staff
CREATE TABLE staff (
    staff_id BIGINT PRIMARY KEY,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    lang TEXT NOT NULL DEFAULT 'zh',
    roles TEXT NOT NULL DEFAULT '',
    shops TEXT NOT NULL DEFAULT '',
    warehouses TEXT NOT NULL DEFAULT '',
    password TEXT NOT NULL DEFAULT '',
    totp_cipher BYTEA NOT NULL,
    totp_step BIGINT NOT NULL DEFAULT 0,
    totp_at BIGINT NOT NULL DEFAULT 0,
    subject TEXT NOT NULL DEFAULT '',
    signed_in_at BIGINT NOT NULL DEFAULT 0,
    disabled_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0,
    epoch BIGINT NOT NULL DEFAULT 1,
    events BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX staff_login ON staff (login);
CREATE UNIQUE INDEX staff_subject ON staff (subject) WHERE subject <> '';

-- room: staff
CREATE TABLE staff_links (
    digest BYTEA NOT NULL,
    staff_id BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (digest)
) /* clustered */;
CREATE INDEX staff_links_staff_id ON staff_links (staff_id);

-- A browser has one mark; each of the people who signed in from it has a row.
-- room: staff
CREATE TABLE staff_devices (
    digest BYTEA NOT NULL,
    staff_id BIGINT NOT NULL,
    label TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL DEFAULT 0,
    seen_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (digest, staff_id)
) /* clustered */;
CREATE INDEX staff_devices_staff_id ON staff_devices (staff_id);
CREATE INDEX staff_devices_seen_at ON staff_devices (seen_at);

-- An ended session stays until it would have expired, so that a request under way
-- cannot write it back.
-- room: staff
CREATE TABLE sessions (
    digest TEXT NOT NULL,
    staff_id BIGINT NOT NULL DEFAULT 0,
    epoch BIGINT NOT NULL DEFAULT 0,
    data BYTEA NOT NULL,
    label TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL DEFAULT 0,
    seen_at BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL DEFAULT 0,
    ended_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (digest)
) /* clustered */;
CREATE INDEX sessions_staff_id ON sessions (staff_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

-- room: staff
CREATE TABLE sign_in_tries (
    bucket TEXT NOT NULL,
    failures BIGINT NOT NULL DEFAULT 0,
    next_at BIGINT NOT NULL DEFAULT 0,
    seen_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (bucket)
) /* clustered */;
CREATE INDEX sign_in_tries_seen_at ON sign_in_tries (seen_at);

-- room: staff
CREATE TABLE api_keys (
    key_id BIGINT PRIMARY KEY,
    digest BYTEA NOT NULL,
    prefix TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT '',
    shops TEXT NOT NULL DEFAULT '',
    warehouses TEXT NOT NULL DEFAULT '',
    addresses TEXT NOT NULL DEFAULT '',
    created_by TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL DEFAULT 0,
    used_at BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL DEFAULT 0,
    revoked_at BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX api_keys_digest ON api_keys (digest);
