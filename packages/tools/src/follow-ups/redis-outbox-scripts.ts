/**
 * The steps of a {@link RedisOutboxStore}, each run by Redis as one. Keys, under one hash tag:
 *
 * - `agenda`: a sorted set of the open ids by the instant at which each is looked at next
 * - `entry:<id>`: a hash of `state`, `tool`, `followUp`, `outcome`, `refusals`, `claimant`
 * - `outcome:<id>`: an outcome without a promise; `early` is a sorted set of their ids by their ends
 * - `claim:<claimant>`: what a claimant got, for as long as its lease
 */
export interface OutboxScript {
  readonly name: string;
  readonly numberOfKeys: number;
  readonly lua: string;
}

/** Keys agenda, entry, early, outcome; id, follow-up, tool, now, give-up instant, most open. */
export const PROMISE: OutboxScript = {
  name: 'outboxPromise',
  numberOfKeys: 4,
  lua: `
    if redis.call('EXISTS', KEYS[2]) == 1 then return 1 end
    if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[6]) then return 0 end
    redis.call('HSET', KEYS[2], 'state', 'pending', 'followUp', ARGV[2], 'tool', ARGV[3], 'refusals', '0')
    local outcome = redis.call('GET', KEYS[4])
    if outcome then
      redis.call('HSET', KEYS[2], 'outcome', outcome)
      redis.call('DEL', KEYS[4])
      redis.call('ZREM', KEYS[3], ARGV[1])
      redis.call('ZADD', KEYS[1], ARGV[4], ARGV[1])
    else
      redis.call('ZADD', KEYS[1], ARGV[5], ARGV[1])
    end
    return 1`,
};

/** Keys agenda, entry; id. */
export const WITHDRAW: OutboxScript = {
  name: 'outboxWithdraw',
  numberOfKeys: 2,
  lua: `
    if redis.call('HGET', KEYS[2], 'state') == 'pending' then
      redis.call('DEL', KEYS[2])
      redis.call('ZREM', KEYS[1], ARGV[1])
    end
    return 1`,
};

/** Keys agenda, entry, early, outcome; id, outcome, now, how long to keep, most early, prefix. */
export const SETTLE: OutboxScript = {
  name: 'outboxSettle',
  numberOfKeys: 4,
  lua: `
    if redis.call('EXISTS', KEYS[2]) == 1 then
      if redis.call('HGET', KEYS[2], 'state') == 'pending'
          and redis.call('HSETNX', KEYS[2], 'outcome', ARGV[2]) == 1 then
        redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
      end
      return 1
    end
    if redis.call('EXISTS', KEYS[4]) == 1 then return 1 end
    redis.call('SET', KEYS[4], ARGV[2], 'PX', ARGV[4])
    redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', ARGV[3])
    redis.call('ZADD', KEYS[3], ARGV[3] + ARGV[4], ARGV[1])
    local excess = redis.call('ZCARD', KEYS[3]) - ARGV[5]
    if excess > 0 then
      local oldest = redis.call('ZPOPMIN', KEYS[3], excess)
      for index = 1, #oldest, 2 do redis.call('DEL', ARGV[6] .. 'outcome:' .. oldest[index]) end
    end
    return 1`,
};

/**
 * Keys agenda, claim; prefix, claimant, now, end of the lease, outcome of those given up, how long
 * final states are kept. Returns what was claimed (an empty list when nothing) as follow-up,
 * outcome and refusals, and the lost ones as pairs of id and tool.
 */
export const CLAIM: OutboxScript = {
  name: 'outboxClaim',
  numberOfKeys: 2,
  lua: `
    local lost = {}
    local held = redis.call('GET', KEYS[2])
    if held then
      local entry = ARGV[1] .. 'entry:' .. held
      local kept = redis.call('HMGET', entry, 'state', 'claimant', 'followUp', 'outcome', 'refusals')
      if kept[1] == 'sending' and kept[2] == ARGV[2] then
        return { { kept[3], kept[4], kept[5] }, lost }
      end
      return { {}, lost }
    end
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[3], 'LIMIT', 0, 100)) do
      local entry = ARGV[1] .. 'entry:' .. id
      local state = redis.call('HGET', entry, 'state')
      if state == 'pending' then
        redis.call('HSETNX', entry, 'outcome', ARGV[5])
        redis.call('HSET', entry, 'state', 'sending', 'claimant', ARGV[2])
        redis.call('ZADD', KEYS[1], ARGV[4], id)
        redis.call('SET', KEYS[2], id, 'PX', ARGV[4] - ARGV[3])
        return { redis.call('HMGET', entry, 'followUp', 'outcome', 'refusals'), lost }
      end
      redis.call('ZREM', KEYS[1], id)
      if state == 'sending' then
        redis.call('HSET', entry, 'state', 'unknown')
        redis.call('HDEL', entry, 'followUp', 'outcome')
        redis.call('PEXPIRE', entry, ARGV[6])
        table.insert(lost, id)
        table.insert(lost, redis.call('HGET', entry, 'tool') or '')
      end
    end
    return { {}, lost }`,
};

/**
 * Keys agenda, entry; id, claimant, state, and for `pending` when it is due, else how long the
 * state is kept. Returns 0 when the claim was lost. The same again changes nothing.
 */
export const FINISH: OutboxScript = {
  name: 'outboxFinish',
  numberOfKeys: 2,
  lua: `
    local kept = redis.call('HMGET', KEYS[2], 'state', 'claimant')
    if kept[2] ~= ARGV[2] then return 0 end
    if kept[1] == ARGV[3] then return 1 end
    if kept[1] ~= 'sending' then return 0 end
    redis.call('HSET', KEYS[2], 'state', ARGV[3])
    if ARGV[3] == 'pending' then
      redis.call('HINCRBY', KEYS[2], 'refusals', 1)
      redis.call('ZADD', KEYS[1], ARGV[4], ARGV[1])
    else
      redis.call('HDEL', KEYS[2], 'followUp', 'outcome')
      redis.call('ZREM', KEYS[1], ARGV[1])
      redis.call('PEXPIRE', KEYS[2], ARGV[4])
    end
    return 1`,
};

/**
 * Keys routes; process, its route, how long it is kept. Returns the route of another process that
 * is not the same, and keeps nothing then.
 */
export const POST_ROUTE: OutboxScript = {
  name: 'outboxPostRoute',
  numberOfKeys: 1,
  lua: `
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    local posted = redis.call('HGETALL', KEYS[1])
    for index = 1, #posted, 2 do
      local until_ms, route = string.match(posted[index + 1], '^(%d+) (.*)$')
      if tonumber(until_ms) <= now then
        redis.call('HDEL', KEYS[1], posted[index])
      elseif posted[index] ~= ARGV[1] and route ~= ARGV[2] then
        redis.call('HDEL', KEYS[1], ARGV[1])
        return route
      end
    end
    redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f %s', now + ARGV[3], ARGV[2]))
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
    return false`,
};
