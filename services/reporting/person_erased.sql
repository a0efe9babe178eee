-- PersonErased: nothing that bears the person's CRN stays. Counts of sessions, appointments and reminders stay: their rows
-- never had one.
DELETE FROM person WHERE area = :area AND crn = :crn;
DELETE FROM engagement WHERE area = :area AND crn = :crn;
DELETE FROM offer WHERE area = :area AND crn = :crn;
