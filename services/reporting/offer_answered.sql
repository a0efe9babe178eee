-- OfferAnswered. Only a mentor's own answer takes time to answer: an expired or withdrawn offer had none.
UPDATE offer SET
  state = :state,
  hours = CASE WHEN :state IN ('ACCEPTED', 'DECLINED') THEN (:answered_at_ms - :offered_at_ms) / 3600000.0 END
WHERE area = :area AND id = :id;
