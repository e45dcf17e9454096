"""The tables, in SQL that SQLite and PostgreSQL read alike but for types and table options."""

LEDGER_ID = 0x53594E4C
"""`application_id` of a ledger file ("SYNL")."""

PLAN_ID = 0x53594E50
"""`application_id` of a plan file ("SYNP")."""

LEDGER_VERSION = 3
PLAN_VERSION = 3

# `record` holds what every run reads for every key, and nothing else; `payload` is read only for
# what changed. Records lie in the order they were first met, the order APIs tend to list them in.
# `sync.id` stands for the name, which makes each comparison and each row smaller.
LEDGER = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sync (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE record (
    id INTEGER PRIMARY KEY, sync INTEGER NOT NULL, key TEXT NOT NULL,
    source BLOB NOT NULL, spec BLOB NOT NULL, vals BLOB NOT NULL,
    archived TEXT, misses INTEGER NOT NULL,
    UNIQUE (sync, key)
);
CREATE TABLE payload (
    id INTEGER PRIMARY KEY, payload TEXT, target_id TEXT,
    first_run TEXT NOT NULL, last_run TEXT NOT NULL, content_check INTEGER NOT NULL
);
CREATE TABLE reject (
    sync INTEGER NOT NULL, key TEXT NOT NULL, stage TEXT NOT NULL,
    code TEXT NOT NULL, message TEXT NOT NULL, field TEXT NOT NULL, position TEXT NOT NULL,
    source BLOB NOT NULL, first_run TEXT NOT NULL, last_run TEXT NOT NULL,
    first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, attempts INTEGER NOT NULL,
    record TEXT, ignored TEXT,
    PRIMARY KEY (sync, key, stage)
) WITHOUT ROWID;
CREATE TABLE run (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, command TEXT NOT NULL,
    started TEXT NOT NULL, ended TEXT, state TEXT NOT NULL, exit_code INTEGER, header TEXT NOT NULL
);
CREATE TABLE batch (
    id INTEGER PRIMARY KEY, run TEXT NOT NULL, sync TEXT NOT NULL, operation TEXT NOT NULL,
    location TEXT, submitted_at TEXT NOT NULL, state TEXT NOT NULL, changes BLOB NOT NULL
);
CREATE INDEX batch_open ON batch (id) WHERE state <> 'done';
INSERT INTO meta VALUES ('serial', '0'), ('identity', '{}');
"""

# What records wait for, where streams were read to, what was put back, what a human agreed to, and
# whom to forget.
SECOND = """
CREATE TABLE waiting (
    sync INTEGER NOT NULL, key TEXT NOT NULL, what TEXT NOT NULL, record TEXT,
    last_run TEXT NOT NULL, first_seen TEXT NOT NULL, last_seen TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (sync, key)
) WITHOUT ROWID;
CREATE TABLE cursor (
    sync INTEGER PRIMARY KEY, value TEXT NOT NULL, basis TEXT NOT NULL, full_at TEXT NOT NULL
);
CREATE TABLE drift (
    sync INTEGER NOT NULL, key TEXT NOT NULL, field TEXT NOT NULL, times INTEGER NOT NULL,
    PRIMARY KEY (sync, key, field)
) WITHOUT ROWID;
CREATE TABLE approval (
    run TEXT PRIMARY KEY, made_at TEXT NOT NULL, word TEXT NOT NULL, ceilings TEXT NOT NULL
);
CREATE TABLE forgotten (person TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX payload_target ON payload (target_id) WHERE target_id IS NOT NULL;
INSERT INTO meta VALUES ('salt', lower(hex(randomblob(16)))), ('standing', 'active'), ('turn', '0');
"""

# How each sync stands ('' is the connection as a whole), every change of how the connection stands,
# and the syncs of whose records the target may hold more than is written here.
THIRD = """
CREATE TABLE health (
    sync TEXT PRIMARY KEY, state TEXT NOT NULL, reason TEXT NOT NULL, run TEXT,
    since TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE event (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, run TEXT, before TEXT NOT NULL,
    state TEXT NOT NULL, reason TEXT NOT NULL, told TEXT
);
CREATE INDEX event_untold ON event (id) WHERE told IS NULL;
CREATE TABLE in_doubt (sync TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID;
"""

# From each version to the next.
MIGRATIONS = {
    1: "ALTER TABLE reject ADD COLUMN record TEXT;" + SECOND,
    2: "ALTER TABLE reject ADD COLUMN ignored TEXT;" + THIRD,
}

PLAN = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE change (
    seq INTEGER PRIMARY KEY, sync TEXT NOT NULL, key TEXT NOT NULL,
    action TEXT NOT NULL, reason TEXT NOT NULL,
    source BLOB NOT NULL, spec BLOB NOT NULL, vals BLOB NOT NULL,
    desired TEXT, confirmed TEXT, target_id TEXT, known_id INTEGER, archived TEXT,
    misses INTEGER NOT NULL, sort TEXT NOT NULL, record TEXT
);
CREATE TABLE reject (
    seq INTEGER PRIMARY KEY, sync TEXT NOT NULL, key TEXT NOT NULL, stage TEXT NOT NULL,
    code TEXT NOT NULL, message TEXT NOT NULL, field TEXT NOT NULL, position TEXT NOT NULL,
    source BLOB NOT NULL, record TEXT, ignored INTEGER NOT NULL
);
CREATE TABLE waiting (
    seq INTEGER PRIMARY KEY, sync TEXT NOT NULL, key TEXT NOT NULL, what TEXT NOT NULL, record TEXT
);
CREATE TABLE deferred (
    seq INTEGER PRIMARY KEY, sync TEXT NOT NULL, key TEXT NOT NULL, record TEXT NOT NULL
);
"""
