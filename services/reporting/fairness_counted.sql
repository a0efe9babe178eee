-- FairnessCounted. The rules by code, each with its number of people, as one JSON object.
INSERT INTO fairness (area, counted_at_ms, cut, part, quarter, matched, fits, several, no_single, median_days, only_rule)
SELECT
  :area,
  :at_ms,
  :by,
  :part,
  strftime('%Y', :at_ms / 1000, 'unixepoch', 'weekday 0', '-6 days') || 'Q' ||
    ((strftime('%m', :at_ms / 1000, 'unixepoch', 'weekday 0', '-6 days') + 2) / 3),
  :matched,
  :fits,
  :several,
  :no_single,
  iif(:median_known, :median_days, NULL),
  (SELECT json_group_object(rule.value, people.value)
   FROM json_each(:rules) AS rule JOIN json_each(:only) AS people ON people.key = rule.key)
WHERE true
ON CONFLICT (area, counted_at_ms, cut, part) DO NOTHING;
