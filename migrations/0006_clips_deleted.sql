-- A deleted clip waits for a while, with its tags and its places in reels, so that undo brings all of it back.
ALTER TABLE clips ADD COLUMN deleted_at BIGINT;
