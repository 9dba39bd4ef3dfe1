-- +goose Up
-- Views of the order list that people keep, what each of them likes, and acts on many
-- orders with what became of each.

-- staff_id is whose view it is, 0 for one that the whole team has.
-- room: web
CREATE TABLE web_views (
    view_id BIGINT PRIMARY KEY,
    staff_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX web_views_staff_id ON web_views (staff_id, view_id);

-- room: web
CREATE TABLE web_likes (
    staff_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (staff_id, name)
) /* clustered */;

-- act is JSON of what is done; its free words are gone once it is done. undoes is the
-- batch that this one takes back. away is the list that it was begun from.
-- room: web
CREATE TABLE web_batches (
    batch_id BIGINT PRIMARY KEY,
    actor TEXT NOT NULL,
    verb TEXT NOT NULL,
    act TEXT NOT NULL DEFAULT '',
    away TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN ('draft', 'running', 'done')),
    orders BIGINT NOT NULL DEFAULT 0,
    passed BIGINT NOT NULL DEFAULT 0,
    refused BIGINT NOT NULL DEFAULT 0,
    undoes BIGINT NOT NULL DEFAULT 0,
    undone BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    done_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX web_batches_actor ON web_batches (actor, batch_id);
CREATE INDEX web_batches_created_at ON web_batches (created_at, batch_id);

-- state is empty before the order's turn. former is what an undo goes back to.
-- room: web
CREATE TABLE web_batch_orders (
    batch_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    state TEXT NOT NULL DEFAULT '' CHECK (state IN ('', 'passed', 'refused')),
    code TEXT NOT NULL DEFAULT '',
    zh TEXT NOT NULL DEFAULT '',
    en TEXT NOT NULL DEFAULT '',
    former TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (batch_id, position)
) /* clustered */;
CREATE INDEX web_batch_orders_state ON web_batch_orders (batch_id, state, position);
