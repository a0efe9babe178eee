-- What the read model has about one person, for subject access.
SELECT 'person' AS about, '' AS id, '' AS pathway, practitioner, iif(mentor_wanted, 'MENTOR_WANTED', '') AS state
FROM person WHERE area = :area AND crn = :crn
UNION ALL
SELECT 'engagement', id, pathway, '', iif(closed, 'CLOSED', 'OPEN')
FROM engagement WHERE area = :area AND crn = :crn
UNION ALL
SELECT 'offer', id, '', '', iif(ended, 'ENDED', state)
FROM offer INDEXED BY offer_of_person WHERE area = :area AND crn = :crn;
