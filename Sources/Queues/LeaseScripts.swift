/// The scripts of a leased list. Keys: the list, its lease.
///
/// The lease is a hash: `owner`, `expires_ms` on the server's clock (0 = handed back), `lease_ms` (its length),
/// `epoch`, `incarnation`, `position` of the tail, `tail` (digest of the tail element, empty when the list was),
/// `working` (how many messages the owner has in hand, or `alone`) and `server` (the run that wrote the lease).
///
/// Of deaths it knows: `attempts` (owners that died on this tail with messages in hand), `alone` (those that died with
/// its oldest message alone in hand) and `suspect_end`: from three deaths on, what the dead ones had in hand is
/// replayed one by one, up to this position.
///
/// `paused`, where it stands, is since when nobody may claim the list, in ms on the server's clock; see `ListControl`.
enum LeaseScripts {
  /// Reads fields of the lease, and notes what is to be written of it: nothing that stands there already, because each
  /// field is a copy in the AOF. The body begins with the `names` of the fields.
  private static let lease = """
    local lease, changes = {}, {}
    for i, value in ipairs(redis.call('HMGET', KEYS[2], unpack(names))) do lease[names[i]] = value end
    local function note(name, value)
      if lease[name] ~= value then
        changes[#changes + 1] = name
        changes[#changes + 1] = value
      end
    end
    local function write()
      if #changes > 0 then redis.call('HSET', KEYS[2], unpack(changes)) end
    end
    """

  /// Arguments: owner, length of the lease in ms, the server's run id, an owner known to be gone or nothing, how many
  /// messages the owner would take in hand.
  ///
  /// Answers 0 for an empty list; 1, ms to expiry, owner for one leased to somebody else; 3 for a paused one; or 2,
  /// epoch, incarnation, position, length, time, attempts, attempts alone, and 1 where the oldest message is to be
  /// worked on alone.
  static let claim = LuaScript(
    """
    local owner, span, server, gone, count = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], tonumber(ARGV[5])
    local names = {'owner', 'expires_ms', 'lease_ms', 'epoch', 'incarnation', 'position', 'tail', 'attempts', 'working',
      'server', 'alone', 'suspect_end', 'paused'}
    \(lease)
    if lease.paused then
      -- Whoever claims has nothing in hand: between two claims the first one's lease must not outlast the pause.
      if lease.owner == owner then redis.call('HSET', KEYS[2], 'expires_ms', '0', 'working', '0') end
      return {3}
    end

    local tail = redis.call('LINDEX', KEYS[1], -1)
    if not tail then
      -- A trim that empties a list leaves no digest: here somebody else did, and whatever comes next is another life.
      if lease.tail and lease.tail ~= '' then redis.call('HSET', KEYS[2], 'tail', 'gone') end
      return {0}
    end

    local expires = tonumber(lease.expires_ms or 0)
    if lease.owner and lease.owner ~= owner and lease.owner ~= gone and expires > now then
      -- Further off than one lease can be: the clock stepped back.
      local latest = now + tonumber(lease.lease_ms)
      if expires > latest then
        expires = latest
        redis.call('HSET', KEYS[2], 'expires_ms', whole(expires))
      end
      return {1, expires - now, lease.owner}
    end

    local epoch, position = tonumber(lease.epoch or 0), tonumber(lease.position or 0)
    local attempts, alone = tonumber(lease.attempts or 0), tonumber(lease.alone or 0)
    local suspect = tonumber(lease.suspect_end or 0)
    if attempts == 0 then alone = 0 end
    if lease.owner ~= owner then
      epoch = epoch + 1
      -- The owner before had messages in hand: it died on them, unless the server itself was away in between.
      if lease.working and lease.working ~= '0' and lease.server == server then
        attempts = attempts + 1
        if lease.working == 'alone' then
          alone = alone + 1
        elseif attempts >= 3 then
          suspect = math.max(suspect, position + tonumber(lease.working))
        end
      end
    end
    local digest = redis.sha1hex(tail)
    local incarnation = tonumber(lease.incarnation or 0)
    if incarnation == 0 or (lease.tail ~= '' and lease.tail ~= digest) then
      incarnation, position, attempts, alone, suspect = math.max(micros, incarnation + 1), 0, 0, 0, 0
    end
    local length = redis.call('LLEN', KEYS[1])
    -- A suspect is in hand only when its owner has said so: what that one never heard of cannot have killed it.
    local hand = position < suspect and 0 or math.min(count, length)
    note('owner', owner)
    note('expires_ms', whole(now + span))
    note('lease_ms', whole(span))
    note('epoch', whole(epoch))
    note('incarnation', whole(incarnation))
    note('position', whole(position))
    note('tail', digest)
    note('attempts', whole(attempts))
    note('alone', whole(alone))
    note('suspect_end', whole(suspect))
    note('working', whole(hand))
    note('server', server)
    write()
    return {2, epoch, incarnation, position, length, now, attempts, alone, position < suspect and 1 or 0}
    """)

  /// What every change of a held list begins with. Arguments: owner, length of the lease in ms, epoch, incarnation,
  /// position, and those of the script.
  private static let holding = """
    local names = {'owner', 'expires_ms', 'lease_ms', 'epoch', 'incarnation', 'position', 'tail', 'attempts', 'working',
      'alone'}
    \(lease)
    if lease.owner ~= ARGV[1] or lease.epoch ~= ARGV[3] or lease.incarnation ~= ARGV[4] or lease.position ~= ARGV[5]
      or lease.expires_ms == '0' then
      return {0}
    end
    local length = redis.call('LLEN', KEYS[1])
    -- Trimming goes by count: after a hand-made RPOP or RPUSH it would take messages that nobody worked on.
    local function untouched(count)
      return length >= count and redis.sha1hex(redis.call('LINDEX', KEYS[1], -1)) == lease.tail
    end
    local function move(count)
      redis.call('LTRIM', KEYS[1], 0, -(count + 1))
      length = length - count
      local tail = redis.call('LINDEX', KEYS[1], -1)
      note('position', whole(ARGV[5] + count))
      note('tail', tail and redis.sha1hex(tail) or '')
      note('attempts', '0')
      note('alone', '0')
    end

    """

  /// Further arguments: number of messages to trim, 1 to give the lease back, what is in hand from now on (nothing: as
  /// before).
  ///
  /// Answers 1, length, time; or 0 if the claim is void.
  static let settle = LuaScript(
    holding + """
      local count = tonumber(ARGV[6])
      if count > 0 then
        if not untouched(count) then return {0} end
        move(count)
      end
      local over = ARGV[7] == '1' or length == 0
      note('expires_ms', over and '0' or whole(now + ARGV[2]))
      note('lease_ms', ARGV[2])
      if over or ARGV[8] ~= '' then note('working', over and '0' or ARGV[8]) end
      write()
      return {1, length, now}
      """)

  /// Gives the list back after a failure that the messages themselves caused: as if their owner had died on them.
  ///
  /// Answers 1, or 0 if the claim is void.
  static let fail = LuaScript(
    holding + """
      local deaths = redis.call('HMGET', KEYS[2], 'working', 'attempts', 'alone', 'suspect_end')
      local attempts, suspect = tonumber(deaths[2] or 0) + 1, tonumber(deaths[4] or 0)
      if tonumber(ARGV[5]) < suspect then
        -- It came alone, and the failure is its own even where it was set down before.
        redis.call('HINCRBY', KEYS[2], 'alone', 1)
      elseif attempts >= 3 then
        suspect = math.max(suspect, ARGV[5] + (tonumber(deaths[1]) or 1))
      end
      redis.call('HSET', KEYS[2], 'attempts', whole(attempts), 'suspect_end', whole(suspect), 'working', '0',
        'expires_ms', '0')
      return {1}
      """)

  /// Further arguments: what stands in place of the oldest message, oldest first. Each of them is suspect.
  ///
  /// Answers 1, or 0 if the claim is void.
  static let split = LuaScript(
    holding + """
      if not untouched(1) then return {0} end
      redis.call('LTRIM', KEYS[1], 0, -2)
      for i = #ARGV, 6, -1 do redis.call('RPUSH', KEYS[1], ARGV[i]) end
      redis.call('HSET', KEYS[2], 'tail', redis.sha1hex(ARGV[6]), 'suspect_end', whole(ARGV[5] + #ARGV - 5),
        'attempts', '0', 'alone', '0', 'working', '0', 'expires_ms', '0')
      return {1}
      """)

  /// A third key: the list of what was set aside. Further argument: how many it may hold.
  ///
  /// Answers 1, 0 if the claim is void, or -1 if there is no room.
  static let setAside = LuaScript(
    holding + """
      if not untouched(1) then return {0} end
      if redis.call('LLEN', KEYS[3]) >= tonumber(ARGV[6]) then return {-1} end
      redis.call('LPUSH', KEYS[3], redis.call('LINDEX', KEYS[1], -1))
      move(1)
      note('working', '0')
      note('expires_ms', '0')
      write()
      return {1}
      """)
}
