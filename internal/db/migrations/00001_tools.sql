-- +goose Up
-- The tools' own tables: node numbers, the journal and its streams, durable
-- work, rules, the answers kept for repeated calls.

-- room: db
CREATE TABLE nodes (
    node_id BIGINT PRIMARY KEY,
    holder TEXT NOT NULL DEFAULT '',
    leased_until BIGINT NOT NULL DEFAULT 0,
    id_ms_max BIGINT NOT NULL DEFAULT 0
);
INSERT INTO nodes (node_id)
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1023) SELECT i FROM n;

-- room: db
CREATE TABLE settings (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (name)
) /* clustered */;

-- room: journal
CREATE TABLE journal_streams (
    stream BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (stream)
) /* clustered */;

-- room: journal
CREATE TABLE journal (
    stream BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    what TEXT NOT NULL,
    payload TEXT NOT NULL,
    actor TEXT NOT NULL,
    cause TEXT NOT NULL,
    at BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (stream, seq)
) /* clustered */;
CREATE UNIQUE INDEX journal_object_id_version ON journal (object_id, version);

-- room: journal
CREATE TABLE journal_cursors (
    reader TEXT NOT NULL,
    position TEXT NOT NULL,
    leased_by BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    PRIMARY KEY (reader)
) /* clustered */;

-- room: journal
CREATE TABLE journal_anchors (
    anchor_id BIGINT PRIMARY KEY,
    at BIGINT NOT NULL,
    heads TEXT NOT NULL,
    hash BYTEA NOT NULL
);

-- run_at is the planned time (of a recurring job: its slot). due_at is when the
-- row may be taken next: while it waits, the planned time or the end of its
-- back-off; while it is leased, the end of the lease.
-- room: job
CREATE TABLE jobs (
    job_id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    unique_key TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'leased', 'done', 'dead')),
    run_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL DEFAULT 0,
    every_us BIGINT NOT NULL DEFAULT 0,
    attempts BIGINT NOT NULL DEFAULT 0,
    attempts_max BIGINT NOT NULL,
    in_doubt BOOLEAN NOT NULL DEFAULT FALSE,
    lease BIGINT NOT NULL DEFAULT 0,
    last_error TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    done_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX jobs_kind_unique_key ON jobs (kind, unique_key);
CREATE INDEX jobs_due ON jobs (kind, due_at, job_id) WHERE state IN ('waiting', 'leased');
CREATE INDEX jobs_dead ON jobs (job_id) WHERE state = 'dead';

-- live marks the version that holds now. stamp is a new id for each version
-- saved, so that the stamps of the live rules of a kind tell whether any changed.
-- room: rule
CREATE TABLE rules (
    rule_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    priority BIGINT NOT NULL,
    scope TEXT NOT NULL,
    expression TEXT NOT NULL,
    verdict TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    live BOOLEAN NOT NULL,
    stamp BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (rule_id, version)
);
CREATE UNIQUE INDEX rules_name ON rules (kind, name) WHERE live;
CREATE INDEX rules_stamp ON rules (kind, stamp) WHERE live;

-- room: api
CREATE TABLE answers (
    caller TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    digest BYTEA NOT NULL,
    status BIGINT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (caller, idempotency_key)
) /* clustered */;
CREATE INDEX answers_created_at ON answers (created_at, caller, idempotency_key);
