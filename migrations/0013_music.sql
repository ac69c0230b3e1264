-- The song of a reel: turned into plain sound when it is added. Loudness in hundredths of LUFS; none: silence.
CREATE TABLE reel_music (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    reel TEXT NOT NULL UNIQUE REFERENCES reels (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    object_key TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    length_us BIGINT NOT NULL,
    loudness BIGINT,
    level TEXT NOT NULL DEFAULT 'medium',
    ducks BIGINT NOT NULL DEFAULT 1,
    -- Taken away, and there for an undo until another one comes or the reel goes.
    removed_at BIGINT,
    created_at BIGINT NOT NULL
);
