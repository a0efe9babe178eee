-- The report "mentors": offers by the day on which they were made, and a last row, whose part is NULL, for all of them
-- together and for how things stand now. An offer belongs to the practitioner of its person, and to each pathway that the
-- person is or was on, so that the parts by pathway can add up to more than the whole. Somebody who wants a mentor and has
-- no match waits, also while an offer is open. Mentors belong to the area alone, so no filter narrows them.
WITH chosen AS (
  SELECT offer.id, offer.week, offer.state, offer.hours, offer.crn, coalesce(person.practitioner, '') AS practitioner
  FROM offer
  LEFT JOIN person ON person.area = offer.area AND person.crn = offer.crn
  WHERE offer.area = :area
    AND offer.day >= :from AND offer.day <= iif(:to = '', '9999-12-31', :to)
    AND (:practitioner = '' OR person.practitioner = :practitioner)
    AND (:pathway = '' OR EXISTS (
      SELECT 1 FROM engagement
      WHERE engagement.area = :area AND engagement.crn = offer.crn AND engagement.pathway = :pathway))
),
waiting AS (
  SELECT crn, practitioner
  FROM person
  WHERE area = :area AND mentor_wanted
    AND NOT EXISTS (
      SELECT 1 FROM offer INDEXED BY offer_of_person
      WHERE offer.area = :area AND offer.crn = person.crn AND offer.state = 'ACCEPTED' AND NOT offer.ended)
    AND (:practitioner = '' OR practitioner = :practitioner)
    AND (:pathway = '' OR EXISTS (
      SELECT 1 FROM engagement
      WHERE engagement.area = :area AND engagement.crn = person.crn AND engagement.pathway = :pathway AND NOT closed))
),
-- Each offer once in its part (in each of them, by pathway), and once in the whole.
placed AS MATERIALIZED (
  SELECT week AS part, id, state, hours FROM chosen WHERE :by NOT IN ('pathway', 'practitioner')
  UNION ALL
  SELECT practitioner, id, state, hours FROM chosen WHERE :by = 'practitioner'
  UNION ALL
  SELECT DISTINCT engagement.pathway, chosen.id, state, hours
  FROM chosen JOIN engagement ON engagement.area = :area AND engagement.crn = chosen.crn
  WHERE :by = 'pathway' AND (:pathway = '' OR engagement.pathway = :pathway)
  UNION ALL
  SELECT NULL, id, state, hours FROM chosen
),
queue AS MATERIALIZED (
  SELECT practitioner AS part, crn FROM waiting WHERE :by = 'practitioner'
  UNION ALL
  SELECT DISTINCT engagement.pathway, waiting.crn
  FROM waiting JOIN engagement ON engagement.area = :area AND engagement.crn = waiting.crn
  WHERE :by = 'pathway' AND NOT closed AND (:pathway = '' OR engagement.pathway = :pathway)
  UNION ALL
  SELECT NULL, crn FROM waiting
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
),
stock AS (
  SELECT
    count(*) AS registered,
    coalesce(sum(NOT paused), 0) AS active,
    coalesce(sum(capacity), 0) AS places,
    coalesce(sum(n), 0) AS taken,
    coalesce(sum(iif(paused, 0, max(capacity - coalesce(n, 0), 0))), 0) AS free
  FROM mentor LEFT JOIN taken ON mentor_id = id
  WHERE area = :area
),
counted AS (
  SELECT
    part,
    count(id) AS made,
    coalesce(sum(state = 'ACCEPTED'), 0) AS accepted,
    coalesce(sum(state = 'DECLINED'), 0) AS declined,
    coalesce(sum(state = 'EXPIRED'), 0) AS expired,
    coalesce(sum(state = 'WITHDRAWN'), 0) AS withdrawn
  FROM (
    SELECT part, id, state FROM placed
    UNION ALL
    SELECT DISTINCT part, NULL, NULL FROM queue
    UNION ALL
    SELECT NULL, NULL, NULL
  )
  GROUP BY part
)
SELECT
  counted.part,
  made,
  accepted,
  declined,
  expired,
  withdrawn,
  (SELECT round(hours, 2) FROM median WHERE median.part IS counted.part) AS answer_hours,
  CASE
    WHEN counted.part IS NULL OR :by IN ('pathway', 'practitioner')
    THEN (SELECT count(*) FROM queue WHERE queue.part IS counted.part)
  END AS waiting,
  registered,
  active,
  places,
  taken,
  free
FROM counted LEFT JOIN stock ON counted.part IS NULL
ORDER BY counted.part IS NULL, counted.part;
