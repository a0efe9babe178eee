-- ReminderSent.
INSERT INTO reminder (area, day, appointment_id, minutes_before, week, pathway, practitioner, state, reason)
VALUES (
  :area,
  date(:due_at_ms / 1000, 'unixepoch'),
  :appointment_id,
  :minutes_before,
  date(:due_at_ms / 1000, 'unixepoch', 'weekday 0', '-6 days'),
  :pathway,
  :practitioner,
  'SENT',
  ''
)
ON CONFLICT (area, appointment_id, minutes_before) DO UPDATE SET state = excluded.state, reason = excluded.reason;
