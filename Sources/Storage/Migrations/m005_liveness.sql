-- How daemons tell each other from the dead. No wall clock takes part, but in the pause before a
-- retry: a daemon is judged by whether its counter moves while the judge's own clock runs.

CREATE FUNCTION llava.beat(p_epoch bigint, p_held bigint[], p_status jsonb DEFAULT NULL)
RETURNS TABLE (alive boolean, handed_back int, cancelled bigint[], paused boolean)
LANGUAGE sql SET enable_seqscan = off AS $$
    WITH me AS (
        UPDATE llava.daemon d SET beat = d.beat + 1, beat_at = clock_timestamp(),
            status = coalesce(p_status, d.status)
        WHERE d.epoch = p_epoch AND NOT d.dead RETURNING d.host),
    lost AS MATERIALIZED (
        -- Claimed here, but the reply never reached the daemon. The beats between keep a claim
        -- that is just being answered out of it.
        SELECT j.id FROM llava.job j
        WHERE j.state = 'running' AND j.owner = p_epoch AND NOT j.id = ANY (p_held)
            AND j.claim_beat < (SELECT d.beat FROM llava.daemon d WHERE d.epoch = p_epoch) - 2
        FOR UPDATE SKIP LOCKED),
    handed AS (
        UPDATE llava.job j SET state = CASE WHEN j.cancel THEN 'cancelled' ELSE 'ready' END,
            owner = NULL, attempts = j.attempts - 1,
            failure_class = CASE WHEN j.cancel THEN 'cancelled' ELSE j.failure_class END,
            finished_at = CASE WHEN j.cancel THEN clock_timestamp() END
        FROM lost WHERE j.id = lost.id RETURNING 1)
    SELECT EXISTS (SELECT FROM me), (SELECT count(*)::int FROM handed),
        ARRAY(SELECT j.id FROM llava.job j
            WHERE j.state = 'running' AND j.owner = p_epoch AND j.cancel AND j.id = ANY (p_held)),
        EXISTS (SELECT FROM llava.pause p WHERE p.host = '*' OR p.host = (SELECT me.host FROM me))
$$;
COMMENT ON FUNCTION llava.beat(bigint, bigint[], jsonb) IS
    'A daemon''s heartbeat: hands back what it does not hold, and gives what people cancelled.';

CREATE FUNCTION llava.take_back(p_max_beats bigint) RETURNS int LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    taken int;
BEGIN
    -- All jobs of all dead owners each time, so a claim that slipped in while its daemon was
    -- being written off is found too. Blamed are jobs whose picture was open, and hung ones.
    WITH victim AS MATERIALIZED (
        SELECT j.id, d.epoch IS NOT NULL AS hung,
            d.epoch IS NOT NULL OR coalesce(j.started_fence = j.fence, false) AS blamed
        FROM llava.job j
        LEFT JOIN llava.daemon d ON d.epoch = j.owner AND NOT d.dead
        WHERE j.state = 'running'
            AND (d.epoch IS NULL OR d.beat - j.claim_beat > p_max_beats)
        FOR UPDATE OF j SKIP LOCKED),
    verdict AS (
        SELECT v.*, j.crashes + v.blamed::int AS crashes, CASE
            WHEN j.cancel THEN 'cancelled'
            WHEN v.blamed AND (j.crashes >= 2 OR j.attempts >= j.max_attempts) THEN 'dead'
            WHEN v.blamed THEN 'waiting' ELSE 'ready' END AS next
        FROM victim v JOIN llava.job j ON j.id = v.id)
    UPDATE llava.job j SET owner = NULL, state = v.next, crashes = v.crashes,
        attempts = j.attempts - (NOT v.blamed)::int,
        failure_class = CASE WHEN v.next = 'cancelled' THEN 'cancelled'
            WHEN NOT v.blamed THEN j.failure_class WHEN v.hung THEN 'timeout' ELSE 'crash' END,
        last_error = CASE WHEN NOT v.blamed THEN j.last_error
            WHEN v.hung THEN 'no answer came for ' || p_max_beats || ' heartbeats'
            ELSE 'the worker was lost while it had this picture open' END
            || CASE WHEN v.blamed THEN ' (' || v.crashes || ' of 3)' ELSE '' END,
        run_at = now() + CASE v.next WHEN 'waiting' THEN v.crashes * interval '10 seconds'
            ELSE interval '0' END,
        finished_at = CASE WHEN v.next IN ('dead', 'cancelled') THEN clock_timestamp() END
    FROM verdict v WHERE j.id = v.id;
    GET DIAGNOSTICS taken = ROW_COUNT;
    IF taken > 0 THEN PERFORM pg_notify('llava_job', ''); END IF;
    RETURN taken;
END $$;
COMMENT ON FUNCTION llava.take_back(bigint) IS
    'Takes the jobs of dead daemons and hung jobs back; the third time a worker is lost a job is dead.';

CREATE FUNCTION llava.sweep(p_epochs bigint[], p_beats bigint[], p_max_beats bigint DEFAULT 720)
RETURNS int LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    taken int;
BEGIN
    -- No leader: whoever comes first sweeps, the others have nothing to do.
    IF NOT pg_try_advisory_xact_lock(7810771480114291816) THEN RETURN 0; END IF;
    -- Only if the counter is still what the sweeper saw.
    UPDATE llava.daemon d SET dead = true
    FROM unnest(p_epochs, p_beats) AS s (epoch, beat)
    WHERE d.epoch = s.epoch AND d.beat = s.beat AND NOT d.dead;
    taken := llava.take_back(p_max_beats);
    -- A time in the far future means that the server's clock was set back.
    UPDATE llava.job j SET state = 'ready' WHERE j.id IN (
        SELECT w.id FROM llava.job w
        WHERE w.state = 'waiting'
            AND (w.run_at <= now() OR w.run_at > now() + interval '1 hour')
        ORDER BY w.run_at LIMIT 1000 FOR UPDATE SKIP LOCKED);
    IF FOUND THEN PERFORM pg_notify('llava_job', ''); END IF;
    RETURN taken;
END $$;
COMMENT ON FUNCTION llava.sweep(bigint[], bigint[], bigint) IS
    'Writes off daemons whose counter did not move, takes their jobs back, and wakes waiting jobs whose time has come.';

CREATE FUNCTION llava.retire(p_epochs bigint[]) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    UPDATE llava.daemon d SET dead = true WHERE d.epoch = ANY (p_epochs) AND NOT d.dead;
    RETURN llava.take_back(9223372036854775807);
END $$;
COMMENT ON FUNCTION llava.retire(bigint[]) IS
    'Writes off daemons whose process the caller knows to be gone, and takes their jobs back.';

CREATE FUNCTION llava.leave(p_epoch bigint) RETURNS int LANGUAGE plpgsql
SET enable_seqscan = off AS $$
DECLARE
    released int;
BEGIN
    UPDATE llava.job j SET owner = NULL, attempts = j.attempts - 1,
        state = CASE WHEN j.cancel THEN 'cancelled' ELSE 'ready' END,
        failure_class = CASE WHEN j.cancel THEN 'cancelled' ELSE j.failure_class END,
        finished_at = CASE WHEN j.cancel THEN clock_timestamp() END
    WHERE j.state = 'running' AND j.owner = p_epoch;
    GET DIAGNOSTICS released = ROW_COUNT;
    UPDATE llava.daemon d SET dead = true WHERE d.epoch = p_epoch AND NOT d.dead;
    IF released > 0 THEN PERFORM pg_notify('llava_job', ''); END IF;
    RETURN released;
END $$;
COMMENT ON FUNCTION llava.leave(bigint) IS 'A daemon stops: what it still has is ready again, the attempts not counted.';
