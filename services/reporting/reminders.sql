-- The report "reminders": by the day on which each was due; and, of the sessions that started in the same time and had
-- an appointment, how many the person came to, by whether a reminder of that appointment had been sent. Sessions that the
-- service did not hold say nothing about reminders and are left out. Whole quarters, as in attendance.sql.
WITH asked AS (
  SELECT
    coalesce(strftime('%Y', :from, 'weekday 0', '-6 days') || 'Q' ||
      ((strftime('%m', :from, 'weekday 0', '-6 days') + 2) / 3), '') AS first,
    coalesce(strftime('%Y', :to, 'weekday 0', '-6 days') || 'Q' ||
      ((strftime('%m', :to, 'weekday 0', '-6 days') + 2) / 3), '9999') AS last
),
held AS MATERIALIZED (
  SELECT
    week,
    pathway,
    practitioner,
    came IN ('on time', 'late') AS came,
    EXISTS (
      SELECT 1 FROM reminder INDEXED BY reminder_of_appointment
      WHERE reminder.area = :area AND reminder.appointment_id = session.appointment_id AND state = 'SENT'
    ) AS reminded
  FROM session
  WHERE area = :area AND appointment_id <> '' AND came <> 'service'
),
counted AS (
  SELECT
    week,
    pathway,
    practitioner,
    CASE
      WHEN state IN ('SENT', 'HANDED_OVER') THEN state
      WHEN reason IN ('NO_CONSENT', 'OPTED_OUT') THEN 'NO_CONSENT'
      WHEN reason IN ('APPOINTMENT_CANCELLED', 'APPOINTMENT_SUPERSEDED') THEN 'NOT_NEEDED'
      WHEN reason IN ('QUIET_HOURS', 'TOO_LATE') THEN 'TOO_LATE'
      WHEN reason = 'DELIVERY_FAILED' THEN 'FAILED'
      ELSE 'OTHER'
    END AS outcome,
    0 AS came_reminded,
    0 AS missed_reminded,
    0 AS came_unreminded,
    0 AS missed_unreminded
  FROM reminder
  WHERE area = :area
  UNION ALL
  SELECT
    week, pathway, practitioner, '',
    reminded AND came, reminded AND NOT came, NOT reminded AND came, NOT reminded AND NOT came
  FROM held
),
placed AS (
  SELECT
    *,
    strftime('%Y', week) || 'Q' || ((strftime('%m', week) + 2) / 3) AS quarter,
    CASE :by WHEN 'pathway' THEN pathway WHEN 'practitioner' THEN practitioner ELSE week END AS part
  FROM counted
)
SELECT
  quarter,
  part,
  sum(outcome = 'SENT') AS sent,
  sum(outcome = 'HANDED_OVER') AS handed_over,
  sum(outcome = 'NO_CONSENT') AS no_consent,
  sum(outcome = 'NOT_NEEDED') AS not_needed,
  sum(outcome = 'TOO_LATE') AS too_late,
  sum(outcome = 'FAILED') AS failed,
  sum(outcome = 'OTHER') AS other,
  sum(came_reminded) AS came_reminded,
  sum(missed_reminded) AS missed_reminded,
  sum(came_unreminded) AS came_unreminded,
  sum(missed_unreminded) AS missed_unreminded
FROM placed JOIN asked ON quarter BETWEEN first AND last
GROUP BY quarter, part
ORDER BY quarter, part;
