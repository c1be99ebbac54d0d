/// The two scripts of a leased list. Keys: the list, its lease.
///
/// The lease is a hash: `owner`, `expires_ms` on the server's clock (0 = handed back), `lease_ms` (its length),
/// `epoch`, `incarnation`, `position` of the tail, `tail` (digest of the tail element, empty when the list was),
/// `attempts`, `working` (1 while the owner has messages in hand) and `server` (the run that wrote the lease).
enum LeaseScripts {
  /// Arguments: owner, length of the lease in ms, the server's run id, an owner known to be gone or nothing.
  ///
  /// Answers 0 for an empty list; 1, ms to expiry, owner for one leased to somebody else; or 2, epoch, incarnation,
  /// position, length, time, attempts.
  static let claim = LuaScript(
    """
    local owner, span, server, gone = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
    local names = {'owner', 'expires_ms', 'lease_ms', 'epoch', 'incarnation', 'position', 'tail', 'attempts', 'working',
      'server'}
    local lease = {}
    for i, value in ipairs(redis.call('HMGET', KEYS[2], unpack(names))) do lease[names[i]] = value end

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

    local epoch, attempts = tonumber(lease.epoch or 0), tonumber(lease.attempts or 0)
    if lease.owner ~= owner then
      epoch = epoch + 1
      -- The owner before had messages in hand: it died on them, unless the server itself was away in between.
      if lease.working == '1' and lease.server == server then attempts = attempts + 1 end
    end
    local digest = redis.sha1hex(tail)
    local incarnation, position = tonumber(lease.incarnation or 0), tonumber(lease.position or 0)
    if incarnation == 0 or (lease.tail ~= '' and lease.tail ~= digest) then
      incarnation, position, attempts = math.max(micros, incarnation + 1), 0, 0
    end
    redis.call('HSET', KEYS[2], 'owner', owner, 'expires_ms', whole(now + span), 'lease_ms', whole(span),
      'epoch', whole(epoch), 'incarnation', whole(incarnation), 'position', whole(position), 'tail', digest,
      'attempts', whole(attempts), 'working', '1', 'server', server)
    return {2, epoch, incarnation, position, redis.call('LLEN', KEYS[1]), now, attempts}
    """)

  /// Arguments: owner, length of the lease in ms, epoch, incarnation, position, number of messages to trim, 1 to give
  /// the lease back, 1 if messages stay in hand.
  ///
  /// Answers 1, length, time; or 0 if the claim is void.
  static let settle = LuaScript(
    """
    local lease = redis.call('HMGET', KEYS[2], 'owner', 'epoch', 'incarnation', 'position', 'expires_ms', 'tail')
    if lease[1] ~= ARGV[1] or lease[2] ~= ARGV[3] or lease[3] ~= ARGV[4] or lease[4] ~= ARGV[5] or lease[5] == '0' then
      return {0}
    end
    local length, count = redis.call('LLEN', KEYS[1]), tonumber(ARGV[6])
    if count > 0 then
      -- Trimming goes by count: after a hand-made RPOP or RPUSH it would take messages that nobody worked on.
      if length < count or redis.sha1hex(redis.call('LINDEX', KEYS[1], -1)) ~= lease[6] then return {0} end
      redis.call('LTRIM', KEYS[1], 0, -(count + 1))
      length = length - count
      local tail = redis.call('LINDEX', KEYS[1], -1)
      redis.call('HSET', KEYS[2], 'position', whole(ARGV[5] + count), 'tail', tail and redis.sha1hex(tail) or '',
        'attempts', '0')
    end
    local over = ARGV[7] == '1' or length == 0
    redis.call('HSET', KEYS[2], 'expires_ms', over and '0' or whole(now + ARGV[2]), 'lease_ms', ARGV[2],
      'working', over and '0' or ARGV[8])
    return {1, length, now}
    """)
}
