-- MentorPaused.
UPDATE mentor SET paused = 1 WHERE area = :area AND id = :id;
