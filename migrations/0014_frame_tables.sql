-- When each picture of a recording of variable rate is shown.
ALTER TABLE videos ADD COLUMN frames_key TEXT;

-- Recordings that were drawn before there were tables are looked at again when the server starts.
INSERT INTO doomed_objects (object_key, owner, created_at)
SELECT sprites_key, owner, 0 FROM videos WHERE sprites_key IS NOT NULL;
UPDATE videos SET sprites_key = NULL, sprites = NULL;
DELETE FROM jobs WHERE kind = 'sprites' AND state = 'complete';
