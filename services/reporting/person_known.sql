-- PersonRegistered and PersonChanged.
INSERT INTO person (area, crn, practitioner, mentor_wanted) VALUES (:area, :crn, :practitioner, :mentor_wanted)
ON CONFLICT (area, crn) DO UPDATE SET practitioner = excluded.practitioner, mentor_wanted = excluded.mentor_wanted;
