-- OfferMade.
INSERT INTO offer (area, id, crn, mentor_id, day, week, state, hours, ended)
VALUES (
  :area,
  :id,
  :crn,
  :mentor_id,
  date(:at_ms / 1000, 'unixepoch'),
  date(:at_ms / 1000, 'unixepoch', 'weekday 0', '-6 days'),
  'OFFERED',
  NULL,
  0
)
ON CONFLICT (area, id) DO NOTHING;
