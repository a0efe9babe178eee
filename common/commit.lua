#!lua name=alongside
-- What changes the store: one function call commits a batch of changes, each of them whole or not at all.
--
-- Every redis.call costs some microseconds, so their number does not grow with the number of changes: one MGET reads
-- all records of the batch, one MSET writes what became of them, and the events of an area share one stream entry.
-- Every byte of what becomes a string of Lua costs too, as Lua hashes it: the events of an area come as the one string
-- that they will be, and nothing is cut or joined without need. Bytes go through untouched. The arguments are laid out
-- in commit.h. An incompatible change of them takes a new version at the end of this file and in greeting.h.

-- The version of a record that is not there. (Libraries of Lua cannot be reached while this file loads.)
local NONE = '\0\0\0\0\0\0\0\0'
-- The most values that go through one call: below the 8,000 that unpack() can return, and even, as pairs stay together.
local CHUNK = 4000
-- A change's header before its versions: the area's number; numbers of records, of those put and deleted, of scores, of
-- events and of audit entries; the bytes of the last two.
local HEADER, HEADER_BYTES = '>BI2I2I2I2I2I2I4I4', 21

-- Calls a command with a list of any length, and with the key before it where there is one.
local function call(command, key, list)
  for i = 1, #list, CHUNK do
    local last = math.min(i + CHUNK - 1, #list)
    if key then
      redis.call(command, key, unpack(list, i, last))
    else
      redis.call(command, unpack(list, i, last))
    end
  end
end

-- The values of all keys, in order; false where there is none.
local function fetch(keys)
  if #keys == 0 then return {} end
  if #keys <= CHUNK then return redis.call('MGET', unpack(keys)) end
  local all = {}
  for i = 1, #keys, CHUNK do
    for _, value in ipairs(redis.call('MGET', unpack(keys, i, math.min(i + CHUNK - 1, #keys)))) do
      all[#all + 1] = value
    end
  end
  return all
end

-- Whether each record of a change still is what its author saw, counting what earlier changes of the batch wrote.
local function is_current(batch, header, n_records)
  local sub, keys, fetched, written = string.sub, batch.keys, batch.fetched, batch.written
  local p = HEADER_BYTES + 1
  for i = batch.key_at + 1, batch.key_at + n_records do
    local value = written[keys[i]]
    if value == nil then value = fetched[i] end
    if (value and sub(value, 1, 8) or NONE) ~= sub(header, p, p + 7) then return false end
    p = p + 8
  end
  return true
end

-- Notes what becomes of the records: the value, or false where it is deleted.
local function write_records(batch, n_puts, n_deletes, arg)
  local keys, args, written, at = batch.keys, batch.args, batch.written, batch.key_at
  for i = 1, n_puts do written[keys[at + i]] = args[arg + i] end
  for i = at + n_puts + 1, at + n_puts + n_deletes do written[keys[i]] = false end
end

-- Notes the entries of sorted sets: key, member, score ('' removes). The last word on a member counts.
local function write_scores(batch, n_scores, arg)
  local args, sets = batch.args, batch.sets
  for i = arg + 1, arg + 3 * n_scores, 3 do
    local set = sets[args[i]]
    if not set then
      set = {}
      sets[args[i]] = set
    end
    set[args[i + 1]] = args[i + 2]
  end
end

-- Lets a change's n messages stay in what the area's stream will get. Answers how many were there before them.
local function keep(stream, n, size_bytes)
  local before = stream.n
  stream.n, stream.at = before + n, stream.at + size_bytes
  return before
end

-- Cuts a change's messages out of what the area's stream will get.
local function cut(stream, size_bytes)
  stream.pieces[#stream.pieces + 1] = string.sub(stream.list, stream.from + 1, stream.at)
  stream.at = stream.at + size_bytes
  stream.from = stream.at
end

-- What is left of an area's messages.
local function list_of(stream)
  if stream.from == 0 then return stream.list end
  cut(stream, 0)
  return table.concat(stream.pieces)
end

-- Decides one change, whose header is at that place. Answers the place of the next one's.
local function decide(batch, c, arg)
  local header = batch.args[arg]
  local a, n_records, n_puts, n_deletes, n_scores, n_events, n_audit, event_bytes, audit_bytes =
    struct.unpack(HEADER, header)
  local area = batch.areas[a]
  if is_current(batch, header, n_records) then
    write_records(batch, n_puts, n_deletes, arg)
    write_scores(batch, n_scores, arg + n_puts)
    local before = keep(area.events, n_events, event_bytes)
    keep(area.audit, n_audit, audit_bytes)
    batch.results[c] = n_events > 0 and before + 1 or 0
    batch.area_of[c] = n_events > 0 and area
  else
    cut(area.events, event_bytes)
    cut(area.audit, audit_bytes)
    batch.results[c] = -1
  end
  batch.key_at = batch.key_at + n_records
  return arg + n_puts + 3 * n_scores + 1
end

-- Appends what an area gathered as one entry, whose id is the sequence of its last message. Answers the sequence that
-- the area had before.
local function append(stream, sequence_key, stream_key, field)
  if stream.n == 0 then return 0 end
  local last = redis.call('INCRBY', sequence_key, stream.n)
  redis.call('XADD', stream_key, string.format('%.0f-0', last), field, list_of(stream))
  return last - stream.n
end

local function append_all(batch)
  local results, area_of = batch.results, batch.area_of
  for _, area in ipairs(batch.areas) do
    area.before = append(area.events, area.prefix .. 'sequence', area.prefix .. 'events', 'e')
    append(area.audit, area.prefix .. 'audit-sequence', area.prefix .. 'audit', 'a')
  end
  for c = 1, #results do
    local area = area_of[c]
    if area then results[c] = results[c] + area.before end
  end
end

local function put_records(written)
  local puts, deletes = {}, {}
  for key, value in pairs(written) do
    if value then
      puts[#puts + 1] = key
      puts[#puts + 1] = value
    else
      deletes[#deletes + 1] = key
    end
  end
  call('MSET', nil, puts)
  call('DEL', nil, deletes)
end

local function put_scores(sets)
  for key, set in pairs(sets) do
    local adds, removes = {}, {}
    for member, score in pairs(set) do
      if score == '' then
        removes[#removes + 1] = member
      else
        adds[#adds + 1] = score
        adds[#adds + 1] = member
      end
    end
    call('ZADD', key, adds)
    call('ZREM', key, removes)
  end
end

-- What the changes of an area would append, of which those that meet a conflict are cut out.
local function stream_of(list)
  return {n = 0, list = list, at = 0, from = 0, pieces = {}}
end

-- The areas that the batch touches, as they are numbered in its headers.
local function areas_of(args, n_areas)
  local areas = {}
  for i = 1, n_areas do
    local at = 3 * i - 1
    areas[i] = {prefix = '{' .. args[at] .. '}:', events = stream_of(args[at + 1]), audit = stream_of(args[at + 2])}
  end
  return areas
end

-- Answers one integer for each change: -1 for a conflict, else the sequence of its first event, 0 where it has none.
-- The streams come first: should one refuse its entry, no record has been touched.
local function commit(keys, args)
  local n_areas, n_args = tonumber(args[1]), #args
  local batch = {
    keys = keys, args = args, fetched = fetch(keys), key_at = 0, areas = areas_of(args, n_areas),
    written = {}, sets = {}, results = {}, area_of = {},
  }
  local arg, c = 2 + 3 * n_areas, 1
  while arg <= n_args do
    arg = decide(batch, c, arg)
    c = c + 1
  end
  append_all(batch)
  put_records(batch.written)
  put_scores(batch.sets)
  return batch.results
end

-- Answers the names of at most `limit` timers that are due, and pushes them forward by the lease, so that those which
-- are not finished come due again. keys: the timers; args: now and lease in milliseconds, limit.
local function claim(keys, args)
  local names = redis.call('ZRANGEBYSCORE', keys[1], '-inf', args[1], 'LIMIT', 0, args[3])
  local score, again = string.format('%.0f', tonumber(args[1]) + tonumber(args[2])), {}
  for _, name in ipairs(names) do
    again[#again + 1] = score
    again[#again + 1] = name
  end
  call('ZADD', keys[1], again)
  return names
end

redis.register_function('commit', commit)
redis.register_function('claim', claim)
redis.register_function{
  function_name = 'alongside_version',
  callback = function() return 2 end,
  flags = {'no-writes'},
}
