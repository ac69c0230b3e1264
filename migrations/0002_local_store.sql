-- The built-in store's book: which file holds which object. Its one bucket knows no owners of its own: the owner is part
-- of every key, and every request is signed by the server.

-- A key stands as the hexadecimal digits of its bytes: those sort alike in every database and collation, as S3 orders
-- keys, and a prefix is a range.
CREATE TABLE store_objects (
    key_hex TEXT PRIMARY KEY,
    file TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    etag TEXT NOT NULL,
    content_type TEXT NOT NULL,
    metadata TEXT NOT NULL,
    -- The multipart upload that made it: a second "complete" finds it here and is a success.
    upload TEXT,
    modified_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX store_objects_by_file ON store_objects (file);

CREATE TABLE store_uploads (
    id TEXT PRIMARY KEY,
    key_hex TEXT NOT NULL,
    -- Takes the parts at their final offsets and becomes the object's file.
    file TEXT NOT NULL,
    -- 0 when the client did not say: then every part is a file of its own until they are joined.
    part_size BIGINT NOT NULL,
    content_type TEXT NOT NULL,
    metadata TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX store_uploads_by_key ON store_uploads (key_hex, id);

CREATE TABLE store_parts (
    upload TEXT NOT NULL REFERENCES store_uploads (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    -- MD5, hexadecimal.
    etag TEXT NOT NULL,
    -- As in x-amz-checksum-crc32, Base64.
    crc32 TEXT NOT NULL,
    -- The part's own file; NULL when it lies in the upload's file at its offset.
    file TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (upload, number)
);

-- Files that no row needs any more, until they are gone from the disk: nothing is forgotten in a crash.
CREATE TABLE store_litter (
    file TEXT PRIMARY KEY
);
