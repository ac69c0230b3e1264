-- What somebody has set up for all their games: preferences::types::Preferences, whole.
CREATE TABLE preferences (
    owner TEXT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    version BIGINT NOT NULL DEFAULT 1,
    document TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
