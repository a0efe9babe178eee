-- EngagementOpened.
INSERT INTO engagement (area, crn, id, pathway, closed) VALUES (:area, :crn, :id, :pathway, 0)
ON CONFLICT (area, crn, id) DO NOTHING;
