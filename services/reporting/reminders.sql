-- The report "reminders": by the day on which each was due; and, of the sessions that started in the same days and had an
-- appointment, how many the person came to, by whether a reminder of that appointment had been sent. Sessions that the
-- service did not hold say nothing about reminders and are left out.
WITH held AS MATERIALIZED (
  SELECT
    CASE :by WHEN 'pathway' THEN pathway WHEN 'practitioner' THEN practitioner ELSE week END AS part,
    came,
    EXISTS (
      SELECT 1 FROM reminder INDEXED BY reminder_of_appointment
      WHERE reminder.area = :area AND reminder.appointment_id = session.appointment_id AND state = 'SENT'
    ) AS reminded
  FROM session
  WHERE area = :area
    AND day >= :from AND day <= iif(:to = '', '9999-12-31', :to)
    AND (:pathway = '' OR pathway = :pathway)
    AND (:practitioner = '' OR practitioner = :practitioner)
    AND appointment_id <> '' AND came <> 'service'
)
SELECT
  part,
  sum(due) AS due,
  sum(sent) AS sent,
  sum(handed_over) AS handed_over,
  sum(no_consent) AS no_consent,
  sum(not_needed) AS not_needed,
  sum(too_late) AS too_late,
  sum(failed) AS failed,
  sum(due) - sum(sent) - sum(handed_over) - sum(no_consent) - sum(not_needed) - sum(too_late) - sum(failed) AS other,
  round(100.0 * sum(sent) / nullif(sum(due) - sum(handed_over), 0), 1) AS sent_rate,
  round(100.0 * sum(came_reminded) / nullif(sum(reminded), 0), 1) AS attendance_reminded,
  round(100.0 * sum(came_unreminded) / nullif(sum(unreminded), 0), 1) AS attendance_unreminded
FROM (
  SELECT
    CASE :by WHEN 'pathway' THEN pathway WHEN 'practitioner' THEN practitioner ELSE week END AS part,
    count(*) AS due,
    sum(state = 'SENT') AS sent,
    sum(state = 'HANDED_OVER') AS handed_over,
    sum(reason IN ('NO_CONSENT', 'OPTED_OUT')) AS no_consent,
    sum(reason IN ('APPOINTMENT_CANCELLED', 'APPOINTMENT_SUPERSEDED')) AS not_needed,
    sum(reason IN ('QUIET_HOURS', 'TOO_LATE')) AS too_late,
    sum(reason = 'DELIVERY_FAILED') AS failed,
    0 AS reminded,
    0 AS came_reminded,
    0 AS unreminded,
    0 AS came_unreminded
  FROM reminder
  WHERE area = :area
    AND day >= :from AND day <= iif(:to = '', '9999-12-31', :to)
    AND (:pathway = '' OR pathway = :pathway)
    AND (:practitioner = '' OR practitioner = :practitioner)
  GROUP BY part
  UNION ALL
  SELECT
    part, 0, 0, 0, 0, 0, 0, 0,
    sum(reminded),
    sum(reminded AND came IN ('on time', 'late')),
    sum(NOT reminded),
    sum(NOT reminded AND came IN ('on time', 'late'))
  FROM held
  GROUP BY part
)
GROUP BY part
ORDER BY part;
