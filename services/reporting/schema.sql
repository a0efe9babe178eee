-- What the reports are counted from: one row per fact, keyed by the fact's own id, so that an event that is handled again
-- changes nothing. Days and weeks are UTC dates (YYYY-MM-DD); a week is named after its Monday. The day leads the key,
-- since reports ask for a range of days, and since new facts then lie beside each other: an index of random ids would cost
-- several times as much as all the rest of an event. Only what must be found by its id alone has one. A query names it
-- (INDEXED BY), because without statistics SQLite takes an area to have a handful of rows.
CREATE TABLE IF NOT EXISTS session (
  area TEXT NOT NULL,
  day TEXT NOT NULL,              -- on which it started
  id TEXT NOT NULL,
  week TEXT NOT NULL,
  appointment_id TEXT NOT NULL,   -- empty: an unplanned contact
  pathway TEXT NOT NULL,
  practitioner TEXT NOT NULL,
  happened INTEGER NOT NULL,
  came TEXT NOT NULL,             -- 'on time', 'late', 'acceptable', 'unacceptable' (reason for missing it) or 'service'
  function TEXT NOT NULL,
  greeted INTEGER NOT NULL,       -- it happened, and a mentor greeted the person
  PRIMARY KEY (area, day, id)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS appointment (
  area TEXT NOT NULL,
  day TEXT NOT NULL,              -- on which it starts
  id TEXT NOT NULL,
  week TEXT NOT NULL,
  pathway TEXT NOT NULL,
  practitioner TEXT NOT NULL,
  state TEXT NOT NULL,            -- PLANNED, SUPERSEDED or CANCELLED
  engagement_id TEXT NOT NULL,
  starts_at_ms INTEGER NOT NULL,
  PRIMARY KEY (area, day, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS appointment_of_id ON appointment (area, id);

-- A mentor beside the one-to-one work of a match.
CREATE TABLE IF NOT EXISTS booking (
  area TEXT NOT NULL,
  appointment_id TEXT NOT NULL,
  role TEXT NOT NULL,             -- GREETER or CO_FACILITATOR
  state TEXT NOT NULL,            -- a BookingState
  PRIMARY KEY (area, appointment_id)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS reminder (
  area TEXT NOT NULL,
  day TEXT NOT NULL,              -- on which it was due
  appointment_id TEXT NOT NULL,
  minutes_before INTEGER NOT NULL,
  week TEXT NOT NULL,
  pathway TEXT NOT NULL,
  practitioner TEXT NOT NULL,
  state TEXT NOT NULL,            -- HANDED_OVER, SENT or NOT_SENT
  reason TEXT NOT NULL,           -- of NOT_SENT
  PRIMARY KEY (area, day, appointment_id, minutes_before)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS reminder_of_appointment ON reminder (area, appointment_id, minutes_before);

CREATE TABLE IF NOT EXISTS mentor (
  area TEXT NOT NULL,
  id TEXT NOT NULL,
  capacity INTEGER NOT NULL,
  paused INTEGER NOT NULL,
  PRIMARY KEY (area, id)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS offer (
  area TEXT NOT NULL,
  id TEXT NOT NULL,
  crn TEXT NOT NULL,              -- joins offers to people; no report shows it
  mentor_id TEXT NOT NULL,
  day TEXT NOT NULL,              -- on which it was made
  week TEXT NOT NULL,
  state TEXT NOT NULL,            -- an OfferState
  hours REAL,                     -- until the mentor answered; NULL: the mentor did not
  ended INTEGER NOT NULL,         -- of ACCEPTED: the match has ended
  PRIMARY KEY (area, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS offer_of_person ON offer (area, crn);

CREATE TABLE IF NOT EXISTS person (
  area TEXT NOT NULL,
  crn TEXT NOT NULL,              -- as above
  practitioner TEXT NOT NULL,
  mentor_wanted INTEGER NOT NULL,
  PRIMARY KEY (area, crn)
) WITHOUT ROWID;

-- Which pathways a person is or was on.
CREATE TABLE IF NOT EXISTS engagement (
  area TEXT NOT NULL,
  crn TEXT NOT NULL,              -- as above
  id TEXT NOT NULL,
  pathway TEXT NOT NULL,
  closed INTEGER NOT NULL,
  PRIMARY KEY (area, crn, id)
) WITHOUT ROWID;

-- One group of one way of cutting at the moment when it was counted: no person is in it but as a number.
CREATE TABLE IF NOT EXISTS fairness (
  area TEXT NOT NULL,
  counted_at_ms INTEGER NOT NULL,
  cut TEXT NOT NULL,              -- "age", "language" ...; empty: everybody
  part TEXT NOT NULL,             -- the group
  quarter TEXT NOT NULL,          -- of the count
  matched INTEGER NOT NULL,
  fits INTEGER NOT NULL,          -- of those who wait: a mentor fits; each of them is in one of these
  several INTEGER NOT NULL,       -- any one of several rules keeps every mentor from them
  no_single INTEGER NOT NULL,     -- no one rule does
  median_days INTEGER,            -- NULL: not reached
  only_rule TEXT NOT NULL,        -- a JSON object: people by the one rule that does
  PRIMARY KEY (area, counted_at_ms, cut, part)
) WITHOUT ROWID;
