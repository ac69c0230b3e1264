-- How loud a recording is (hundredths of LUFS; none: silent, or not measured), and a copy of it that browsers play where they do
-- not play the recording itself.
ALTER TABLE videos ADD COLUMN loudness BIGINT;
ALTER TABLE videos ADD COLUMN proxy_key TEXT;
ALTER TABLE videos ADD COLUMN proxy_failed BIGINT NOT NULL DEFAULT 0;

-- Recordings that were drawn before their loudness was measured are measured when the server starts.
INSERT INTO doomed_objects (object_key, owner, created_at)
SELECT waveform_key, owner, 0 FROM videos WHERE waveform_key IS NOT NULL;
UPDATE videos SET waveform_key = NULL;
DELETE FROM jobs WHERE kind IN ('sprites', 'waveform') AND state = 'complete';

-- An export of a game rather than of a reel; exports that were asked for together have one batch.
ALTER TABLE exports ADD COLUMN game TEXT REFERENCES games (id) ON DELETE SET NULL;
ALTER TABLE exports ADD COLUMN batch TEXT;
CREATE INDEX exports_by_game ON exports (game);
CREATE INDEX exports_by_batch ON exports (batch);
