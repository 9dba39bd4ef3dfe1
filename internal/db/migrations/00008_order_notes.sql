-- +goose Up
-- What people write about an order for each other. People write names and phone
-- numbers there, so the text is sealed.

-- room: order
CREATE TABLE order_notes (
    order_id BIGINT NOT NULL,
    note_id BIGINT NOT NULL,
    body_cipher BYTEA NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (order_id, note_id)
) /* clustered */;
