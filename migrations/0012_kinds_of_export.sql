-- How loud a recording is (hundredths of LUFS; none: silent, or not measured), and a copy of it that browsers play where they do
-- not play the recording itself.
ALTER TABLE videos ADD COLUMN loudness BIGINT;
ALTER TABLE videos ADD COLUMN proxy_key TEXT;

-- An export of a game rather than of a reel; exports that were asked for together have one batch.
ALTER TABLE exports ADD COLUMN game TEXT REFERENCES games (id) ON DELETE SET NULL;
ALTER TABLE exports ADD COLUMN batch TEXT;
CREATE INDEX exports_by_game ON exports (game);
CREATE INDEX exports_by_batch ON exports (batch);
