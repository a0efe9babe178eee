-- The report "attendance": sessions by the day on which they started, and appointments by the day for which they were
-- made. Whole quarters from that of the first day to that of the last; a week belongs to the quarter of its Monday.
WITH asked AS (
  SELECT
    coalesce(strftime('%Y', :from, 'weekday 0', '-6 days') || 'Q' ||
      ((strftime('%m', :from, 'weekday 0', '-6 days') + 2) / 3), '') AS first,
    coalesce(strftime('%Y', :to, 'weekday 0', '-6 days') || 'Q' ||
      ((strftime('%m', :to, 'weekday 0', '-6 days') + 2) / 3), '9999') AS last
),
counted AS (
  SELECT
    week,
    pathway,
    practitioner,
    came = 'on time' AS on_time,
    came = 'late' AS late,
    came = 'acceptable' AS missed_acceptable,
    came = 'unacceptable' AS missed_unacceptable,
    came = 'service' AS missed_by_service,
    happened,
    function = 'SUPPORT' AS support,
    function = 'CONTROL' AS control,
    0 AS kept,
    0 AS cancelled,
    0 AS rescheduled
  FROM session
  WHERE area = :area
  UNION ALL
  SELECT
    week, pathway, practitioner, 0, 0, 0, 0, 0, 0, 0, 0,
    state NOT IN ('CANCELLED', 'SUPERSEDED'),
    state = 'CANCELLED',
    state = 'SUPERSEDED'
  FROM appointment
  WHERE area = :area
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
  sum(on_time) AS on_time,
  sum(late) AS late,
  sum(missed_acceptable) AS missed_acceptable,
  sum(missed_unacceptable) AS missed_unacceptable,
  sum(missed_by_service) AS missed_by_service,
  sum(happened) AS happened,
  sum(support) AS support,
  sum(control) AS control,
  sum(kept) AS kept,
  sum(cancelled) AS cancelled,
  sum(rescheduled) AS rescheduled
FROM placed JOIN asked ON quarter BETWEEN first AND last
GROUP BY quarter, part
ORDER BY quarter, part;
