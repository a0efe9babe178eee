#!lua name=alongside
-- What changes the store: one function call commits a batch of changes, each of them whole or not at all.
--
-- Every redis.call costs some microseconds, so their number does not grow with the number of changes: one MGET reads
-- all records of the batch, one MSET writes what became of them, and the events of an area share one stream entry.
-- Bytes go through untouched. The arguments are laid out in commit.h. An incompatible change of them takes a new
-- version at the end of this file and in greeting.h.

-- The version of a record that is not there. (Libraries of Lua cannot be reached while this file loads.)
local NONE = '\0\0\0\0\0\0\0\0'
-- The most values that go through one call: below the 8,000 that unpack() can return, and even, as pairs stay together.
local CHUNK = 4000
-- What becomes of a record; 0 keeps it.
local PUT, DELETE = 1, 2
-- The bytes of a change's header before its records, and those of each record: what becomes of it, the version seen.
local HEADER, RECORD = 11, 9

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
  local keys, fetched, written, at = batch.keys, batch.fetched, batch.written, batch.key_at
  for i = 1, n_records do
    local value = written[keys[at + i]]
    if value == nil then value = fetched[at + i] end
    local version = value and string.sub(value, 1, 8) or NONE
    local p = HEADER + (i - 1) * RECORD
    if version ~= string.sub(header, p + 2, p + RECORD) then return false end
  end
  return true
end

-- Notes what becomes of the records: the value, or false where it is deleted. Answers the place of the next argument.
local function write_records(batch, header, n_records, arg)
  local keys, written, at = batch.keys, batch.written, batch.key_at
  for i = 1, n_records do
    local becomes = string.byte(header, HEADER + (i - 1) * RECORD + 1)
    if becomes == PUT then
      written[keys[at + i]] = batch.args[arg]
      arg = arg + 1
    elseif becomes == DELETE then
      written[keys[at + i]] = false
    end
  end
  return arg
end

-- Notes the entries of sorted sets: key, member, score ('' removes). The last word on a member counts.
local function write_scores(batch, n_scores, arg)
  local args, sets = batch.args, batch.sets
  for i = arg, arg + 3 * n_scores - 1, 3 do
    local set = sets[args[i]]
    if not set then
      set = {}
      sets[args[i]] = set
    end
    set[args[i + 1]] = args[i + 2]
  end
  return arg + 3 * n_scores
end

-- Adds a list of n messages to those that the area's stream will get. Answers how many were there before it.
local function add(stream, list, n)
  local before = stream.n
  stream[#stream + 1] = list
  stream.n = before + n
  return before
end

-- Decides one change. Answers the place of the next one's header.
local function decide(batch, c, arg)
  local header = batch.args[arg]
  local a, r1, r2, s1, s2, e1, e2, u1, u2, n1, n2 = string.byte(header, 1, HEADER)
  local area, n_records, n_scores = batch.areas[a], r1 * 256 + r2, s1 * 256 + s2
  local n_events, n_audit = e1 * 256 + e2, u1 * 256 + u2
  if is_current(batch, header, n_records) then
    local at = write_records(batch, header, n_records, arg + 1)
    at = write_scores(batch, n_scores, at)
    batch.results[c] = 0
    if n_events > 0 then
      batch.results[c] = add(area.events, batch.args[at], n_events) + 1
      batch.area_of[c] = area
      at = at + 1
    end
    if n_audit > 0 then add(area.audit, batch.args[at], n_audit) end
  else
    batch.results[c] = -1
  end
  batch.key_at = batch.key_at + n_records
  return arg + 1 + n1 * 256 + n2
end

-- Appends what an area gathered as one entry, whose id is the sequence of its last message. Answers the sequence that
-- the area had before.
local function append(stream, sequence_key, stream_key, field)
  if stream.n == 0 then return 0 end
  local last = redis.call('INCRBY', sequence_key, stream.n)
  redis.call('XADD', stream_key, string.format('%.0f-0', last), field, table.concat(stream))
  return last - stream.n
end

local function append_all(batch)
  for _, area in ipairs(batch.areas) do
    area.before = append(area.events, area.prefix .. 'sequence', area.prefix .. 'events', 'e')
    append(area.audit, area.prefix .. 'audit-sequence', area.prefix .. 'audit', 'a')
  end
  for c, area in pairs(batch.area_of) do batch.results[c] = batch.results[c] + area.before end
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

-- The areas that the batch touches, as they are numbered in its headers.
local function areas_of(args, n_areas)
  local areas = {}
  for i = 1, n_areas do
    areas[i] = {prefix = '{' .. args[1 + i] .. '}:', events = {n = 0}, audit = {n = 0}}
  end
  return areas
end

-- Answers one integer for each change: -1 for a conflict, else the sequence of its first event, 0 where it has none.
-- The streams come first: should one refuse its entry, no record has been touched.
local function commit(keys, args)
  local n_areas = tonumber(args[1])
  local batch = {
    keys = keys, args = args, fetched = fetch(keys), key_at = 0, areas = areas_of(args, n_areas),
    written = {}, sets = {}, results = {}, area_of = {},
  }
  local arg, c = 2 + n_areas, 1
  while arg <= #args do
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
  callback = function() return 1 end,
  flags = {'no-writes'},
}
