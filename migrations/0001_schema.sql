-- One history for SQLite and PostgreSQL. Ids are UUID text, wall time is BIGINT milliseconds, media time BIGINT
-- microseconds, flags BIGINT 0 or 1, documents JSON text. Every row names its owner; what an editor changes has a version.

CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE sessions (
    -- The SHA-256 of the cookie's secret: who reads the table cannot sign in with it.
    token_hash TEXT PRIMARY KEY,
    owner TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE games (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    version BIGINT NOT NULL DEFAULT 1,
    opponent TEXT NOT NULL,
    played_on TEXT NOT NULL,
    venue TEXT NOT NULL,
    tournament TEXT NOT NULL DEFAULT '',
    sport TEXT NOT NULL DEFAULT 'soccer',
    -- Opponent and tournament in lower case: LIKE differs in case between the databases.
    search TEXT NOT NULL DEFAULT '',
    last_position BIGINT NOT NULL DEFAULT 0,
    last_opened_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX games_by_owner ON games (owner, played_on DESC, id DESC);

CREATE TABLE videos (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    game TEXT NOT NULL REFERENCES games (id) ON DELETE CASCADE,
    version BIGINT NOT NULL DEFAULT 1,
    position BIGINT NOT NULL DEFAULT 0,
    file_name TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    -- waiting (for its upload) | probing | ready | error
    state TEXT NOT NULL,
    object_key TEXT NOT NULL,
    -- domain::video::VideoFacts once probed
    facts TEXT,
    poster_key TEXT,
    error_code TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX videos_by_game ON videos (game, position, id);

CREATE TABLE uploads (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    video TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    version BIGINT NOT NULL DEFAULT 1,
    fingerprint TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    part_size BIGINT NOT NULL,
    -- The store's own name of the multipart upload; never leaves the server.
    store_upload TEXT NOT NULL,
    -- open | complete | aborted
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX uploads_by_owner ON uploads (owner, state);
CREATE UNIQUE INDEX uploads_open_once ON uploads (owner, fingerprint, video) WHERE state = 'open';

CREATE TABLE clips (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    game TEXT NOT NULL REFERENCES games (id) ON DELETE CASCADE,
    video TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    version BIGINT NOT NULL DEFAULT 1,
    start_us BIGINT NOT NULL,
    end_us BIGINT NOT NULL,
    rating BIGINT NOT NULL,
    -- '' while the name is derived from rating and tags
    name TEXT NOT NULL DEFAULT '',
    notes TEXT NOT NULL DEFAULT '',
    players TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX clips_by_game ON clips (game, start_us, id);
CREATE INDEX clips_by_owner ON clips (owner, rating);

CREATE TABLE clip_tags (
    clip TEXT NOT NULL REFERENCES clips (id) ON DELETE CASCADE,
    owner TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (clip, tag)
);
CREATE INDEX clip_tags_by_tag ON clip_tags (owner, tag);

CREATE TABLE reels (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    version BIGINT NOT NULL DEFAULT 1,
    name TEXT NOT NULL,
    aspect TEXT NOT NULL,
    -- The five-star clip that made this reel by itself, while nobody has touched it.
    made_from_clip TEXT REFERENCES clips (id) ON DELETE SET NULL,
    touched BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX reels_by_owner ON reels (owner, updated_at DESC);

CREATE TABLE reel_clips (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    reel TEXT NOT NULL REFERENCES reels (id) ON DELETE CASCADE,
    clip TEXT NOT NULL REFERENCES clips (id) ON DELETE CASCADE,
    version BIGINT NOT NULL DEFAULT 1,
    position BIGINT NOT NULL,
    -- domain::framing::Framing
    framing TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX reel_clips_by_reel ON reel_clips (reel, position, id);
CREATE INDEX reel_clips_by_clip ON reel_clips (clip);

CREATE TABLE overlays (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    reel TEXT NOT NULL REFERENCES reels (id) ON DELETE CASCADE,
    version BIGINT NOT NULL DEFAULT 1,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX overlays_by_reel ON overlays (reel);

CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    parent TEXT REFERENCES jobs (id) ON DELETE CASCADE,
    -- The row that the job is about: a video, an export.
    subject TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    priority BIGINT NOT NULL DEFAULT 100,
    -- pending | processing | complete | error | cancelled
    state TEXT NOT NULL,
    stage TEXT NOT NULL DEFAULT '',
    done BIGINT NOT NULL DEFAULT 0,
    total BIGINT NOT NULL DEFAULT 0,
    attempt BIGINT NOT NULL DEFAULT 0,
    max_attempts BIGINT NOT NULL DEFAULT 3,
    fence BIGINT NOT NULL DEFAULT 0,
    worker TEXT,
    lease_until BIGINT NOT NULL DEFAULT 0,
    run_after BIGINT NOT NULL DEFAULT 0,
    -- When the work last moved, not merely its worker.
    progress_at BIGINT,
    cancel_requested_at BIGINT,
    error_code TEXT,
    error_detail TEXT,
    log_tail TEXT,
    output TEXT,
    version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT,
    dismissed_at BIGINT
);
CREATE INDEX jobs_due ON jobs (state, priority, created_at);
CREATE INDEX jobs_by_owner ON jobs (owner, created_at DESC);
-- A double click is one job.
CREATE UNIQUE INDEX jobs_once ON jobs (owner, request_hash) WHERE state IN ('pending', 'processing');

CREATE TABLE exports (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    reel TEXT REFERENCES reels (id) ON DELETE SET NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    settings TEXT NOT NULL,
    -- domain::plan::ExportPlan as it was at submit; never changed
    plan TEXT NOT NULL,
    encoder TEXT NOT NULL,
    job TEXT NOT NULL REFERENCES jobs (id),
    created_at BIGINT NOT NULL
);
CREATE INDEX exports_by_owner ON exports (owner, created_at DESC);
CREATE INDEX exports_by_reel ON exports (reel);
CREATE INDEX exports_by_job ON exports (job);

CREATE TABLE segments (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    object_key TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    frames BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX segments_by_content ON segments (owner, hash);

CREATE TABLE renditions (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    export TEXT REFERENCES exports (id) ON DELETE SET NULL,
    reel TEXT REFERENCES reels (id) ON DELETE SET NULL,
    version BIGINT NOT NULL DEFAULT 1,
    name TEXT NOT NULL,
    object_key TEXT NOT NULL,
    poster_key TEXT,
    bytes BIGINT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    frames BIGINT NOT NULL,
    duration_us BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX renditions_once ON renditions (export);
CREATE INDEX renditions_by_owner ON renditions (owner, created_at DESC);

-- Objects that no row points to any more, until the store has deleted them: nothing is forgotten in a crash.
CREATE TABLE doomed_objects (
    object_key TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
