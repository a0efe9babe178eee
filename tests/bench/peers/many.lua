#!lua name=peer_many
-- Many sessions for each call. The keys come in pairs, record and stream, as do the arguments, record and event. Answers
-- for each 1, or 0 where the same id is there already.
redis.register_function('record_sessions', function(keys, args)
  local results = {}
  for i = 1, #keys, 2 do
    if redis.call('SET', keys[i], args[i], 'NX') then
      redis.call('XADD', keys[i + 1], '*', 'event', args[i + 1])
      results[#results + 1] = 1
    else
      results[#results + 1] = 0
    end
  end
  return results
end)
