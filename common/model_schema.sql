-- Beside a service's own tables: how far each area's events have been handled, kept in the same transaction as what
-- they caused.
CREATE TABLE IF NOT EXISTS reader_cursor (area TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID;
