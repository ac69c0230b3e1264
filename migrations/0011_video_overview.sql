-- What an editor draws along a recording's time, made in the background once it can be played: a sheet of small pictures
-- (domain::overview::Sprites tells how it is cut) and the peaks of its sound.
ALTER TABLE videos ADD COLUMN sprites TEXT;
ALTER TABLE videos ADD COLUMN sprites_key TEXT;
ALTER TABLE videos ADD COLUMN waveform_key TEXT;
