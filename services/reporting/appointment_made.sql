-- AppointmentMade.
INSERT INTO appointment (area, day, id, week, pathway, practitioner, state)
VALUES (
  :area,
  date(:starts_at_ms / 1000, 'unixepoch'),
  :id,
  date(:starts_at_ms / 1000, 'unixepoch', 'weekday 0', '-6 days'),
  :pathway,
  :practitioner,
  'PLANNED'
)
ON CONFLICT (area, id) DO NOTHING;
