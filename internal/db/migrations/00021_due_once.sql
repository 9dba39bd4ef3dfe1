-- +goose Up
-- order_cards_ship_by answers the same question; two indexes would be paid by every
-- acceptance.
DROP INDEX order_cards_due;
