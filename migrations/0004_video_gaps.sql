-- How long after the end of the video before it this one begins on the game's clock, in microseconds; negative where they
-- overlap.
ALTER TABLE videos ADD COLUMN gap_us BIGINT NOT NULL DEFAULT 0;
