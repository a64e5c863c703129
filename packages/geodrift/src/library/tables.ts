/** The index: SQLite's format. Paths are relative to the folder that was added; times are milliseconds. */

export const schemaVersion = 1;

/** Where a picture is on its way through the review. */
export const states = ["located", "queue", "accepted", "written", "rejected", "not-a-place", "unreadable"] as const;
export type State = (typeof states)[number];

/** How precisely a place is said: coordinates, or names alone. */
export const levels = ["point", "city", "region", "country"] as const;
export type Level = (typeof levels)[number];

export const tables = `
CREATE TABLE folders (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  scanned_at INTEGER
);
CREATE TABLE pictures (
  id INTEGER PRIMARY KEY,
  folder INTEGER NOT NULL REFERENCES folders,
  path TEXT NOT NULL,
  album TEXT NOT NULL,
  size INTEGER NOT NULL,
  modified REAL NOT NULL,
  sidecar_modified REAL,
  sha256 TEXT,
  width INTEGER,
  height INTEGER,
  taken_at INTEGER,
  utc_offset_minutes INTEGER,
  camera TEXT,
  file_lat REAL,
  file_lng REAL,
  state TEXT NOT NULL,
  error TEXT,
  missing INTEGER NOT NULL DEFAULT 0,
  bits REAL,
  UNIQUE (folder, path)
);
CREATE INDEX pictures_by_state ON pictures (missing, state, id);
CREATE INDEX pictures_in_order ON pictures (missing, id);
CREATE INDEX pictures_by_time ON pictures (missing, coalesce(taken_at, 9e15), id);
CREATE INDEX pictures_by_state_and_time ON pictures (missing, state, coalesce(taken_at, 9e15), id);
CREATE INDEX pictures_by_clock ON pictures (taken_at);
CREATE INDEX pictures_by_bits ON pictures (missing, coalesce(-bits, 1e9), id);
CREATE INDEX pictures_by_state_and_bits ON pictures (missing, state, coalesce(-bits, 1e9), id);
CREATE INDEX pictures_by_album ON pictures (folder, album);
CREATE INDEX pictures_by_hash ON pictures (sha256);
CREATE TABLE estimates (
  picture INTEGER PRIMARY KEY REFERENCES pictures,
  sha256 TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  radius_km REAL NOT NULL,
  result TEXT NOT NULL
);
CREATE TABLE decisions (
  id INTEGER PRIMARY KEY,
  batch INTEGER NOT NULL,
  picture INTEGER NOT NULL REFERENCES pictures,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  level TEXT,
  lat REAL,
  lng REAL,
  radius_km REAL,
  source TEXT,
  place TEXT,
  model TEXT,
  known TEXT,
  sha256 TEXT,
  state_before TEXT NOT NULL,
  undone INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX decisions_by_picture ON decisions (picture, undone, id);
CREATE INDEX decisions_by_batch ON decisions (batch);
CREATE TABLE writes (
  id INTEGER PRIMARY KEY,
  decision INTEGER NOT NULL REFERENCES decisions,
  picture INTEGER NOT NULL REFERENCES pictures,
  at INTEGER NOT NULL,
  process INTEGER NOT NULL,
  sidecar TEXT NOT NULL,
  temporary TEXT NOT NULL,
  before BLOB,
  after_sha256 TEXT NOT NULL,
  state TEXT NOT NULL
);
CREATE INDEX writes_by_picture ON writes (picture, id);
CREATE INDEX writes_by_state ON writes (state);
CREATE TABLE track_points (
  track TEXT NOT NULL,
  at INTEGER NOT NULL,
  lat REAL NOT NULL,
  lng REAL NOT NULL,
  PRIMARY KEY (track, at)
) WITHOUT ROWID;
CREATE INDEX track_points_by_time ON track_points (at);
`;
