-- SessionRecorded. Every session has exactly one `came`, so that these add up to all sessions. Whoever came and was sent
-- home by the service counts as the service's reason, like a session that the service did not hold.
INSERT OR REPLACE INTO session (
  area, day, id, week, appointment_id, pathway, practitioner, happened, came, function, greeted
)
VALUES (
  :area,
  date(:starts_at_ms / 1000, 'unixepoch'),
  :id,
  date(:starts_at_ms / 1000, 'unixepoch', 'weekday 0', '-6 days'),
  :appointment_id,
  :pathway,
  :practitioner,
  coalesce(:attendance_happened = 'HAPPENED', 0),
  CASE
    WHEN :attendance_absence = 'SERVICE' THEN 'service'
    WHEN :attendance_attended = 'ON_TIME' THEN 'on time'
    WHEN :attendance_attended IN ('LATE_WITH_REASON', 'LATE_WITHOUT_REASON') THEN 'late'
    WHEN :attendance_absence = 'PERSON_ACCEPTABLE' THEN 'acceptable'
    ELSE 'unacceptable'
  END,
  :function,
  coalesce(:mentor_role = 'GREETER' AND :attendance_happened = 'HAPPENED', 0)
);
