-- A piece that is rendered elsewhere: who was asked, and what was last heard. One call for one job; a new call takes its row.
CREATE TABLE remote_calls (
    job TEXT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
    owner TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    -- Our name for the call: what comes for an earlier one is not heard any more.
    call TEXT NOT NULL,
    -- The runner's name for it; empty until it answered.
    runner_call TEXT NOT NULL DEFAULT '',
    -- What the call's messages are signed with, hexadecimal.
    secret TEXT NOT NULL,
    object_key TEXT NOT NULL,
    seq BIGINT NOT NULL DEFAULT 0,
    -- jobs::remote::message::Stage
    stage TEXT NOT NULL DEFAULT 'waiting',
    done BIGINT NOT NULL DEFAULT 0,
    bytes BIGINT NOT NULL DEFAULT 0,
    error_code TEXT,
    heard_at BIGINT NOT NULL
);
