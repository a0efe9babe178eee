-- The report "greetings": first appointments by the day on which they start. The first of an engagement is the earliest
-- that was neither cancelled nor rescheduled. Each is exactly one of three: greeted (a session is recorded for it that
-- happened, with a mentor as GREETER), booked (a mentor is booked as GREETER, and no such session is recorded, or not
-- yet), or neither. Whole quarters, as in attendance.sql.
WITH asked AS (
  SELECT
    coalesce(strftime('%Y', :from, 'weekday 0', '-6 days') || 'Q' ||
      ((strftime('%m', :from, 'weekday 0', '-6 days') + 2) / 3), '') AS first,
    coalesce(strftime('%Y', :to, 'weekday 0', '-6 days') || 'Q' ||
      ((strftime('%m', :to, 'weekday 0', '-6 days') + 2) / 3), '9999') AS last
),
standing AS (
  SELECT id, week, pathway, practitioner,
    row_number() OVER (PARTITION BY engagement_id ORDER BY starts_at_ms, id) AS place
  FROM appointment
  WHERE area = :area AND state = 'PLANNED'
),
greeted AS MATERIALIZED (SELECT DISTINCT appointment_id AS id FROM session WHERE area = :area AND greeted),
booked AS MATERIALIZED (
  SELECT appointment_id AS id FROM booking WHERE area = :area AND role = 'GREETER' AND state = 'BOOKED'
),
placed AS (
  SELECT
    strftime('%Y', week) || 'Q' || ((strftime('%m', week) + 2) / 3) AS quarter,
    CASE :by WHEN 'pathway' THEN pathway WHEN 'practitioner' THEN practitioner ELSE week END AS part,
    greeted.id IS NOT NULL AS was_greeted,
    booked.id IS NOT NULL AS was_booked
  FROM standing LEFT JOIN greeted USING (id) LEFT JOIN booked USING (id)
  WHERE place = 1
)
SELECT
  quarter,
  part,
  sum(was_greeted) AS greeted,
  sum(was_booked AND NOT was_greeted) AS booked,
  sum(NOT was_booked AND NOT was_greeted) AS neither
FROM placed JOIN asked ON quarter BETWEEN first AND last
GROUP BY quarter, part
ORDER BY quarter, part;
