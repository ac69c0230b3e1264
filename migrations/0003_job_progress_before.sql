-- The furthest that a job had come when it was last claimed: a restart that found it further on costs it no attempt.
ALTER TABLE jobs ADD COLUMN done_before BIGINT NOT NULL DEFAULT 0;
