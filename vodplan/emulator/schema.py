"""The tables of the emulator's database."""

VERSION = 1

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE access_keys (
    id TEXT PRIMARY KEY, secret TEXT NOT NULL, token TEXT, expires INTEGER, active INTEGER NOT NULL,
    allow TEXT NOT NULL, deny TEXT NOT NULL, apps TEXT
) WITHOUT ROWID;
CREATE TABLE categories (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, parent INTEGER NOT NULL, level INTEGER NOT NULL,
    type TEXT NOT NULL, created INTEGER NOT NULL
);
CREATE TABLE videos (
    id TEXT PRIMARY KEY, reference_id TEXT, media_type TEXT NOT NULL, title TEXT, description TEXT, tags TEXT,
    cate_id INTEGER, cover TEXT, status TEXT NOT NULL, duration REAL NOT NULL, size INTEGER NOT NULL,
    created INTEGER NOT NULL, modified INTEGER NOT NULL, app_id TEXT NOT NULL, storage_class TEXT NOT NULL,
    user_data TEXT, source TEXT, streams TEXT NOT NULL, snapshots TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE images (
    id TEXT PRIMARY KEY, title TEXT, description TEXT, tags TEXT, cate_id INTEGER, image_type TEXT NOT NULL,
    status TEXT NOT NULL, path TEXT NOT NULL, file_name TEXT NOT NULL, width INTEGER NOT NULL,
    height INTEGER NOT NULL, size INTEGER NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL,
    app_id TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE attached (
    id TEXT PRIMARY KEY, business_type TEXT NOT NULL, title TEXT, description TEXT, tags TEXT, cate_ids TEXT NOT NULL,
    status TEXT NOT NULL, path TEXT NOT NULL, file_name TEXT NOT NULL, size INTEGER NOT NULL,
    created INTEGER NOT NULL, modified INTEGER NOT NULL, app_id TEXT NOT NULL
) WITHOUT ROWID;
"""

OBJECTS = "CREATE TABLE IF NOT EXISTS objects (path TEXT PRIMARY KEY, media TEXT NOT NULL, content BLOB NOT NULL)"
"""Files that were uploaded; databases from before there were any get it when they are opened."""

INDEXES = """
CREATE INDEX categories_parent ON categories (parent, created);
CREATE UNIQUE INDEX videos_reference ON videos (reference_id) WHERE reference_id IS NOT NULL;
CREATE INDEX videos_time ON videos (created, id);
CREATE INDEX videos_created ON videos (media_type, created, id);
CREATE INDEX videos_modified ON videos (media_type, modified, id);
CREATE INDEX videos_category ON videos (cate_id, media_type, created, id) WHERE cate_id IS NOT NULL;
CREATE INDEX videos_status ON videos (status, media_type, created, id);
CREATE INDEX images_created ON images (created, id);
CREATE INDEX images_category ON images (cate_id) WHERE cate_id IS NOT NULL;
CREATE UNIQUE INDEX images_path ON images (path);
CREATE INDEX attached_created ON attached (created, id);
"""

DROP_INDEXES = "\n".join(
    f"DROP INDEX IF EXISTS {line.split()[3 if 'UNIQUE' in line else 2]};" for line in INDEXES.strip().splitlines()
)
"""Bulk loading drops the indexes and makes them again at the end."""

LIBRARY_TABLES = ("categories", "videos", "images", "attached")
"""What a reset empties; keys and the rest of `meta` stay."""
