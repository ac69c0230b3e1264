-- An export is a parent; its pieces are children for any worker that encodes like the others.
ALTER TABLE jobs ADD COLUMN requires TEXT NOT NULL DEFAULT '';
CREATE INDEX jobs_by_parent ON jobs (parent, state);
-- Finished pieces: what nobody has used for longest goes first when there are too many.
ALTER TABLE segments ADD COLUMN last_used_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX segments_by_use ON segments (last_used_at);
-- The fingerprint of the machine that an export is encoded like; chosen by who begins with it.
UPDATE exports SET encoder = '';
