-- MatchEnded: the mentor's place is free again.
UPDATE offer SET ended = 1 WHERE area = :area AND id = :id;
