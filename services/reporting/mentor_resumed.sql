-- MentorResumed.
UPDATE mentor SET paused = 0 WHERE area = :area AND id = :id;
