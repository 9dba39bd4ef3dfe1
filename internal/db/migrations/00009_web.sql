-- +goose Up
-- What a form of the pages led to, so that one sent twice does its work once.

-- room: web
CREATE TABLE web_forms (
    form_key TEXT NOT NULL,
    actor TEXT NOT NULL,
    went TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    PRIMARY KEY (form_key, actor)
) /* clustered */;
CREATE INDEX web_forms_created_at ON web_forms (created_at, form_key, actor);
