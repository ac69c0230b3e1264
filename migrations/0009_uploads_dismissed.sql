-- A finished upload stays in Jobs for a week, unless its owner has put it away.
ALTER TABLE uploads ADD COLUMN dismissed_at BIGINT;
