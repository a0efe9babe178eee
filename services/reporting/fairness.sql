-- The report "fairness": everybody who wants a mentor, by group, as the newest count of the asked quarters has them: those
-- who have one; and each of those who wait in exactly one of the counts behind it (schema.sql), since counts that overlap
-- would bound each other. A row whose part is NULL is for everybody. How things stand at one moment is not added up over
-- quarters, so that there is one count in an answer and nothing to subtract. Whole quarters, as in attendance.sql.
WITH asked AS (
  SELECT
    coalesce(strftime('%Y', :from, 'weekday 0', '-6 days') || 'Q' ||
      ((strftime('%m', :from, 'weekday 0', '-6 days') + 2) / 3), '') AS first,
    coalesce(strftime('%Y', :to, 'weekday 0', '-6 days') || 'Q' ||
      ((strftime('%m', :to, 'weekday 0', '-6 days') + 2) / 3), '9999') AS last
),
newest AS (
  SELECT max(counted_at_ms) AS at_ms
  FROM fairness JOIN asked ON quarter BETWEEN first AND last
  WHERE area = :area
)
SELECT
  quarter,
  iif(cut = '', NULL, part) AS part,
  matched,
  fits,
  several,
  no_single,
  coalesce(only_rule ->> 'paused', 0),
  coalesce(only_rule ->> 'no_free_place', 0),
  coalesce(only_rule ->> 'safe_contact', 0),
  coalesce(only_rule ->> 'vetting_not_known', 0),
  coalesce(only_rule ->> 'vetting_not_current', 0),
  coalesce(only_rule ->> 'supervision_overdue', 0),
  coalesce(only_rule ->> 'mentor_conflicts_not_known', 0),
  coalesce(only_rule ->> 'conflict', 0),
  coalesce(only_rule ->> 'conflicts_not_known', 0),
  coalesce(only_rule ->> 'same_practitioner', 0),
  coalesce(only_rule ->> 'own_choice', 0),
  coalesce(only_rule ->> 'gender_not_known', 0),
  coalesce(only_rule ->> 'gender', 0),
  coalesce(only_rule ->> 'no_common_language', 0),
  coalesce(only_rule ->> 'exclusion_zone', 0),
  coalesce(only_rule ->> 'no_way_to_meet', 0),
  median_days
FROM fairness JOIN newest ON counted_at_ms = at_ms
WHERE area = :area AND cut IN ('', iif(:by = '', 'language', :by))
ORDER BY quarter, part NULLS LAST;
