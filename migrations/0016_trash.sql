-- What was deleted waits in the trash for a while (milliseconds since 1970), with all that belongs to it.
ALTER TABLE games ADD COLUMN deleted_at BIGINT;
ALTER TABLE reels ADD COLUMN deleted_at BIGINT;
ALTER TABLE renditions ADD COLUMN deleted_at BIGINT;
