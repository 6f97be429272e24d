-- owns: limit_use

-- name: count_call
-- Count one call of a client in a lane, and begin a new hour where the last one is over.
-- $1 lane text · $2 client uuid · $3 calls an hour, int · $4 a blocked attempt restarts the hour, boolean
-- gives (used, retry_after_s): used > $3 means blocked · index limit_use_pkey · locks its own row
insert into limit_use as seen (lane, client, window_started_at, used)
values ($1, $2, now(), 1)
on conflict (lane, client) do update set
    used = case
        when seen.window_started_at <= now() - interval '1 hour' then 1
        else least(seen.used, $3) + 1
    end,
    window_started_at = case
        when seen.window_started_at <= now() - interval '1 hour' then now()
        when $4 and seen.used > $3 then now()
        else seen.window_started_at
    end
returning
    used,
    greatest(
        1, ceil(extract(epoch from window_started_at + interval '1 hour' - now()))
    )::integer as retry_after_s

-- name: forget_past_hours
-- Clients are not remembered longer than they are counted.
-- gives nothing · scans limit_use, which holds an hour's clients · locks the rows it removes
delete from limit_use
where window_started_at < now() - interval '1 hour'

-- name: forgive
-- Forget what was counted. $1 lane text · $2 client uuid · index limit_use_pkey
update limit_use set used = 0 where limit_use.lane = $1 and limit_use.client = $2
