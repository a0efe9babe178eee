-- SessionAmended: the new facts take the place of the earlier ones, which may stand under another day.
DELETE FROM session WHERE area = :area AND day = date(:was_starts_at_ms / 1000, 'unixepoch') AND id = :now_id;

INSERT OR REPLACE INTO session (
  area, day, id, week, appointment_id, pathway, practitioner, happened, came, function, greeted
)
VALUES (
  :area,
  date(:now_starts_at_ms / 1000, 'unixepoch'),
  :now_id,
  date(:now_starts_at_ms / 1000, 'unixepoch', 'weekday 0', '-6 days'),
  :now_appointment_id,
  :now_pathway,
  :now_practitioner,
  coalesce(:now_attendance_happened = 'HAPPENED', 0),
  CASE
    WHEN :now_attendance_absence = 'SERVICE' THEN 'service'
    WHEN :now_attendance_attended = 'ON_TIME' THEN 'on time'
    WHEN :now_attendance_attended IN ('LATE_WITH_REASON', 'LATE_WITHOUT_REASON') THEN 'late'
    WHEN :now_attendance_absence = 'PERSON_ACCEPTABLE' THEN 'acceptable'
    ELSE 'unacceptable'
  END,
  :now_function,
  coalesce(:now_mentor_role = 'GREETER' AND :now_attendance_happened = 'HAPPENED', 0)
);
