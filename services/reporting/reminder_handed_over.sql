-- ReminderHandedOver: the courier has it, and will say what became of it.
INSERT INTO reminder (area, day, appointment_id, minutes_before, week, pathway, practitioner, state, reason)
VALUES (
  :area,
  date(:due_at_ms / 1000, 'unixepoch'),
  :appointment_id,
  :minutes_before,
  date(:due_at_ms / 1000, 'unixepoch', 'weekday 0', '-6 days'),
  :pathway,
  :practitioner,
  'HANDED_OVER',
  ''
)
ON CONFLICT (area, appointment_id, minutes_before) DO NOTHING;
