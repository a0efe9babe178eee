-- EngagementClosed.
UPDATE engagement SET closed = 1 WHERE area = :area AND crn = :crn AND id = :id;
