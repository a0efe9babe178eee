-- The report "attendance": sessions by the day on which they started, and appointments by the day for which they were
-- made. Whoever came, of the sessions that the service did not fail to hold, is the attendance rate.
SELECT
  part,
  sum(sessions) AS sessions,
  sum(happened) AS happened,
  sum(on_time) AS on_time,
  sum(late) AS late,
  sum(missed_acceptable) AS missed_acceptable,
  sum(missed_unacceptable) AS missed_unacceptable,
  sum(missed_by_service) AS missed_by_service,
  round(100.0 * (sum(on_time) + sum(late)) / nullif(sum(sessions) - sum(missed_by_service), 0), 1) AS attendance_rate,
  sum(support) AS support,
  sum(control) AS control,
  sum(appointments) AS appointments,
  sum(cancelled) AS cancelled,
  sum(rescheduled) AS rescheduled
FROM (
  SELECT
    CASE :by WHEN 'pathway' THEN pathway WHEN 'practitioner' THEN practitioner ELSE week END AS part,
    count(*) AS sessions,
    sum(happened) AS happened,
    sum(came = 'on time') AS on_time,
    sum(came = 'late') AS late,
    sum(came = 'acceptable') AS missed_acceptable,
    sum(came = 'unacceptable') AS missed_unacceptable,
    sum(came = 'service') AS missed_by_service,
    sum(function = 'SUPPORT') AS support,
    sum(function = 'CONTROL') AS control,
    0 AS appointments,
    0 AS cancelled,
    0 AS rescheduled
  FROM session
  WHERE area = :area
    AND day >= :from AND day <= iif(:to = '', '9999-12-31', :to)
    AND (:pathway = '' OR pathway = :pathway)
    AND (:practitioner = '' OR practitioner = :practitioner)
  GROUP BY part
  UNION ALL
  SELECT
    CASE :by WHEN 'pathway' THEN pathway WHEN 'practitioner' THEN practitioner ELSE week END AS part,
    0, 0, 0, 0, 0, 0, 0, 0, 0,
    count(*),
    sum(state = 'CANCELLED'),
    sum(state = 'SUPERSEDED')
  FROM appointment
  WHERE area = :area
    AND day >= :from AND day <= iif(:to = '', '9999-12-31', :to)
    AND (:pathway = '' OR pathway = :pathway)
    AND (:practitioner = '' OR practitioner = :practitioner)
  GROUP BY part
)
GROUP BY part
ORDER BY part;
