-- AppointmentMade.
INSERT INTO appointment (area, day, id, week, pathway, practitioner, state, engagement_id, starts_at_ms)
VALUES (
  :area,
  date(:starts_at_ms / 1000, 'unixepoch'),
  :id,
  date(:starts_at_ms / 1000, 'unixepoch', 'weekday 0', '-6 days'),
  :pathway,
  :practitioner,
  'PLANNED',
  :engagement_id,
  :starts_at_ms
)
ON CONFLICT (area, id) DO NOTHING;
