-- The report "mentors": offers by the day on which they were made, and rows whose part is NULL for all of them together.
-- The rows of the quarter '' are how things stand now; NULL is a count that such a row does not have. An offer belongs to
-- the practitioner of its person, and to each pathway that the person is or was on, so that the parts by pathway can add
-- up to more than the whole. Somebody who wants a mentor and has no match waits, also while an offer is open. Whole
-- quarters, as in attendance.sql.
WITH asked AS (
  SELECT
    coalesce(strftime('%Y', :from, 'weekday 0', '-6 days') || 'Q' ||
      ((strftime('%m', :from, 'weekday 0', '-6 days') + 2) / 3), '') AS first,
    coalesce(strftime('%Y', :to, 'weekday 0', '-6 days') || 'Q' ||
      ((strftime('%m', :to, 'weekday 0', '-6 days') + 2) / 3), '9999') AS last
),
chosen AS MATERIALIZED (
  SELECT offer.id, offer.week, offer.state, offer.hours, offer.crn, coalesce(person.practitioner, '') AS practitioner,
    strftime('%Y', week) || 'Q' || ((strftime('%m', week) + 2) / 3) AS quarter
  FROM offer
  JOIN asked ON quarter BETWEEN first AND last
  LEFT JOIN person ON person.area = offer.area AND person.crn = offer.crn
  WHERE offer.area = :area
),
waiting AS MATERIALIZED (
  SELECT crn, practitioner
  FROM person
  WHERE area = :area AND mentor_wanted
    AND NOT EXISTS (
      SELECT 1 FROM offer INDEXED BY offer_of_person
      WHERE offer.area = :area AND offer.crn = person.crn AND offer.state = 'ACCEPTED' AND NOT offer.ended)
),
-- Each offer once in its part (in each of them, by pathway), and once in the whole.
placed AS MATERIALIZED (
  SELECT quarter, week AS part, id, state, hours FROM chosen WHERE :by NOT IN ('pathway', 'practitioner')
  UNION ALL
  SELECT quarter, practitioner, id, state, hours FROM chosen WHERE :by = 'practitioner'
  UNION ALL
  SELECT DISTINCT quarter, engagement.pathway, chosen.id, state, hours
  FROM chosen JOIN engagement ON engagement.area = :area AND engagement.crn = chosen.crn
  WHERE :by = 'pathway'
  UNION ALL
  SELECT quarter, NULL, id, state, hours FROM chosen
),
queue AS (
  SELECT practitioner AS part, crn FROM waiting WHERE :by = 'practitioner'
  UNION ALL
  SELECT DISTINCT engagement.pathway, waiting.crn
  FROM waiting JOIN engagement ON engagement.area = :area AND engagement.crn = waiting.crn
  WHERE :by = 'pathway' AND NOT closed
),
ranked AS (
  SELECT
    part,
    hours,
    row_number() OVER (PARTITION BY part ORDER BY hours) AS place,
    count(*) OVER (PARTITION BY part) AS places
  FROM placed
  WHERE hours IS NOT NULL
),
-- Of an even number the mean of the two in the middle.
median AS MATERIALIZED (
  SELECT part, avg(hours) AS hours FROM ranked WHERE place IN ((places + 1) / 2, (places + 2) / 2) GROUP BY part
),
taken AS (
  SELECT mentor_id, count(*) AS n FROM offer WHERE area = :area AND state = 'ACCEPTED' AND NOT ended GROUP BY mentor_id
)
SELECT
  '' AS quarter,
  NULL AS part,
  0 AS accepted,
  0 AS declined,
  0 AS expired,
  0 AS withdrawn,
  0 AS open,
  (SELECT count(*) FROM waiting) AS waiting,
  count(*) AS registered,
  coalesce(sum(NOT paused), 0) AS active,
  coalesce(sum(capacity), 0) AS places,
  coalesce(sum(n), 0) AS taken,
  coalesce(sum(iif(paused, 0, max(capacity - coalesce(n, 0), 0))), 0) AS free,
  NULL AS answer_hours
FROM mentor LEFT JOIN taken ON mentor_id = id
WHERE area = :area
UNION ALL
SELECT '', part, 0, 0, 0, 0, 0, count(*), NULL, NULL, NULL, NULL, NULL, NULL FROM queue GROUP BY part
UNION ALL
SELECT
  quarter,
  part,
  sum(state = 'ACCEPTED'),
  sum(state = 'DECLINED'),
  sum(state = 'EXPIRED'),
  sum(state = 'WITHDRAWN'),
  sum(state NOT IN ('ACCEPTED', 'DECLINED', 'EXPIRED', 'WITHDRAWN')),
  iif(:by IN ('pathway', 'practitioner') OR part IS NULL, 0, NULL), NULL, NULL, NULL, NULL, NULL,
  (SELECT round(hours, 1) FROM median WHERE median.part IS placed.part)
FROM placed
GROUP BY quarter, part
ORDER BY quarter, part NULLS LAST;
