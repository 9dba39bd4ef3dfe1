-- +goose Up
-- Who looks at which order at the review desk, so that two people do not work on one.
-- A claim ends by itself.

-- room: review
CREATE TABLE review_claims (
    order_id BIGINT PRIMARY KEY,
    actor TEXT NOT NULL,
    name TEXT NOT NULL,
    until_at BIGINT NOT NULL
);
