#!lua name=peer_one
-- One session for each call. Answers 1, or 0 where the same id is there already.
redis.register_function('record_session', function(keys, args)
  if not redis.call('SET', keys[1], args[1], 'NX') then return 0 end
  redis.call('XADD', keys[2], '*', 'event', args[2])
  return 1
end)
