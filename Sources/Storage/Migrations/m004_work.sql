-- How daemons work through jobs. Every write holds the job's row lock and checks that the job is
-- running under the caller's own fence.

CREATE FUNCTION llava.register(
    p_host text, p_boot_id text, p_pid int, p_pid_start bigint,
    p_fingerprint text, p_model_name text, p_workers int)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    model int;
    result bigint;
BEGIN
    INSERT INTO llava.model AS m (fingerprint, name) VALUES (p_fingerprint, p_model_name)
    ON CONFLICT (fingerprint) DO UPDATE SET name = excluded.name
        WHERE m.name <> excluded.name;
    SELECT m.model_id INTO STRICT model FROM llava.model m WHERE m.fingerprint = p_fingerprint;
    DELETE FROM llava.daemon d WHERE d.dead AND d.beat_at < now() - interval '7 days'
        AND NOT EXISTS (SELECT FROM llava.job j WHERE j.state = 'running' AND j.owner = d.epoch);
    INSERT INTO llava.daemon (host, boot_id, pid, pid_start, model_id, workers)
    VALUES (p_host, p_boot_id, p_pid, p_pid_start, model, p_workers)
    RETURNING epoch INTO result;
    RETURN result;
END $$;
COMMENT ON FUNCTION llava.register(text, text, int, bigint, text, text, int) IS
    'Makes a daemon known under a new epoch.';

CREATE FUNCTION llava.claim(p_epoch bigint, p_limit int)
RETURNS TABLE (id bigint, fence bigint, path text, preset_ids int[], unknown_presets text[],
    crashes int, attempts int)
LANGUAGE sql SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
    WITH me AS MATERIALIZED (
        SELECT d.epoch, d.beat FROM llava.daemon d
        WHERE d.epoch = p_epoch AND NOT d.dead
            AND NOT EXISTS (SELECT FROM llava.pause p WHERE p.host IN ('*', d.host))),
    chosen AS MATERIALIZED (
        SELECT j.id FROM llava.job j
        WHERE j.state = 'ready' AND EXISTS (SELECT FROM me)
        ORDER BY j.priority, j.id LIMIT p_limit FOR UPDATE OF j SKIP LOCKED),
    claimed AS (
        UPDATE llava.job j SET state = 'running', owner = me.epoch, claim_beat = me.beat,
            fence = j.fence + 1, attempts = j.attempts + 1, claimed_at = clock_timestamp()
        FROM chosen, me WHERE j.id = chosen.id
        RETURNING j.id, j.fence, j.path, j.presets, j.crashes, j.attempts, j.priority)
    SELECT c.id, c.fence, c.path,
        ARRAY(SELECT p.preset_id FROM llava.latest_presets(c.presets) p),
        llava.unknown_presets(c.presets), c.crashes, c.attempts
    FROM claimed c ORDER BY c.priority, c.id
$$;
COMMENT ON FUNCTION llava.claim(bigint, int) IS
    'Claims ready jobs for a daemon, each under a new fence; none when it is paused or written off.';

CREATE FUNCTION llava.identify(
    p_job bigint, p_fence bigint, p_sha256 bytea, p_size bigint, p_mtime_ns bigint)
RETURNS TABLE (outcome text, preset_id int, questions text[]) LANGUAGE plpgsql AS $$
DECLARE
    j llava.job;
    image bigint;
    model int;
BEGIN
    SELECT * INTO j FROM llava.job WHERE job.id = p_job FOR UPDATE;
    IF NOT FOUND THEN RETURN QUERY SELECT 'gone', NULL::int, NULL::text[]; RETURN; END IF;
    IF j.state <> 'running' OR j.fence <> p_fence THEN
        RETURN QUERY SELECT 'stale', NULL::int, NULL::text[]; RETURN;
    END IF;
    IF j.cancel THEN RETURN QUERY SELECT 'cancel', NULL::int, NULL::text[]; RETURN; END IF;

    INSERT INTO llava.image (sha256, bytes) VALUES (p_sha256, p_size)
    ON CONFLICT (sha256) DO NOTHING RETURNING image_id INTO image;
    IF image IS NULL THEN
        SELECT i.image_id INTO STRICT image FROM llava.image i WHERE i.sha256 = p_sha256;
    END IF;

    -- Two jobs of one path take turns here, so that one picture is current at a path.
    PERFORM pg_advisory_xact_lock(hashtextextended(j.path, 0));
    UPDATE llava.sighting s SET current = false
    WHERE s.path_hash = hashtextextended(j.path, 0) AND s.current AND s.image_id <> image;
    INSERT INTO llava.sighting AS s (path, image_id, job_id, size, mtime_ns)
    VALUES (j.path, image, p_job, p_size, p_mtime_ns)
    ON CONFLICT (path_hash, image_id) DO UPDATE SET job_id = excluded.job_id,
        size = excluded.size, mtime_ns = excluded.mtime_ns, seen_at = excluded.seen_at,
        current = true;

    UPDATE llava.job SET image_id = image, size = p_size, mtime_ns = p_mtime_ns,
        started_fence = p_fence
    WHERE job.id = p_job;
    SELECT d.model_id INTO STRICT model FROM llava.daemon d WHERE d.epoch = j.owner;
    RETURN QUERY SELECT 'missing', m.preset_id, m.questions
        FROM llava.missing(image, model, j.presets) m;
    IF NOT FOUND THEN RETURN QUERY SELECT 'complete', NULL::int, NULL::text[]; END IF;
END $$;
COMMENT ON FUNCTION llava.identify(bigint, bigint, bytea, bigint, bigint) IS
    'Records which picture a job''s path holds and gives the questions still to be answered.';

CREATE FUNCTION llava.put(p_job bigint, p_fence bigint, p_answers jsonb, p_final boolean)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    j llava.job;
    d llava.daemon;
    stored int;
    progress boolean;
    again boolean;
BEGIN
    SELECT * INTO j FROM llava.job WHERE job.id = p_job FOR UPDATE;
    IF NOT FOUND THEN RETURN 'gone'; END IF;
    IF j.state <> 'running' OR j.fence <> p_fence THEN
        -- A repetition of a call whose reply was lost, or a worker that was written off.
        RETURN CASE WHEN j.put_fence = p_fence
            OR (p_answers <> '[]' AND NOT EXISTS (
                SELECT FROM jsonb_to_recordset(p_answers) AS x (preset_id int, question text)
                WHERE NOT EXISTS (SELECT FROM llava.answer a
                    WHERE a.image_id = j.image_id AND a.preset_id = x.preset_id
                        AND a.question = x.question AND a.job_id = p_job AND a.fence = p_fence)))
            THEN 'already' ELSE 'stale' END;
    END IF;
    IF j.started_fence IS DISTINCT FROM p_fence THEN
        RAISE EXCEPTION 'job %: put before identify', p_job
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF EXISTS (SELECT FROM jsonb_to_recordset(p_answers) AS x (preset_id int, question text)
        WHERE NOT EXISTS (SELECT FROM llava.preset p
            WHERE p.preset_id = x.preset_id AND x.question = ANY (p.questions))) THEN
        RAISE EXCEPTION 'job %: an answer to a question that its preset does not have', p_job
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT * INTO STRICT d FROM llava.daemon WHERE daemon.epoch = j.owner;

    -- Sorted, so that two jobs of the same picture cannot wait for each other.
    INSERT INTO llava.answer (image_id, preset_id, question, model_id, job_id, fence, answer, data,
        confidence, finish_reason, tokens, duration_ms)
    SELECT j.image_id, x.preset_id, x.question, d.model_id, p_job, p_fence, x.answer,
        x.data::jsonb, x.confidence, x.finish_reason, x.tokens, x.duration_ms
    FROM jsonb_to_recordset(p_answers) AS x (preset_id int, question text, answer text, data text,
        confidence real, finish_reason text, tokens int, duration_ms int)
    ORDER BY x.preset_id, x.question
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS stored = ROW_COUNT;
    IF stored > 0 THEN
        -- At most every 100 ms a daemon: a NOTIFY takes a lock that all commits share. What the
        -- pause swallows, listeners find at their next look.
        UPDATE llava.daemon SET notified_at = clock_timestamp()
        WHERE daemon.epoch = d.epoch
            AND daemon.notified_at < clock_timestamp() - interval '100 ms';
        IF FOUND THEN PERFORM pg_notify('llava_result', ''); END IF;
    END IF;

    IF NOT p_final THEN
        IF stored > 0 THEN
            UPDATE llava.job SET claim_beat = d.beat, crashes = 0 WHERE job.id = p_job;
        END IF;
        RETURN CASE WHEN j.cancel THEN 'cancel' ELSE 'ok' END;
    END IF;

    -- Again, if a preset or a new state of the file came meanwhile, or the worker left something
    -- out. Each round must store an answer, or it counts as an attempt, so this ends.
    again := EXISTS (SELECT FROM llava.missing(j.image_id, d.model_id, j.presets))
        OR llava.unknown_presets(j.presets) <> '{}';
    progress := EXISTS (SELECT FROM llava.answer a
        WHERE a.image_id = j.image_id AND a.job_id = p_job AND a.fence = p_fence);
    IF NOT EXISTS (SELECT FROM llava.sighting s
        WHERE s.path_hash = hashtextextended(j.path, 0) AND s.image_id = j.image_id
            AND s.size = j.size AND s.mtime_ns = j.mtime_ns) THEN
        again := true;
        progress := true;
    END IF;
    UPDATE llava.job SET owner = NULL, put_fence = p_fence,
        state = CASE WHEN NOT again THEN 'done' WHEN j.cancel THEN 'cancelled'
            WHEN progress OR j.attempts < j.max_attempts THEN 'ready' ELSE 'dead' END,
        attempts = CASE WHEN again AND progress THEN 0 ELSE j.attempts END,
        crashes = CASE WHEN again AND NOT progress THEN j.crashes ELSE 0 END,
        failure_class = CASE WHEN NOT again THEN NULL WHEN j.cancel THEN 'cancelled'
            WHEN progress OR j.attempts < j.max_attempts THEN j.failure_class ELSE 'engine' END,
        last_error = CASE WHEN NOT again THEN NULL
            WHEN j.cancel OR progress OR j.attempts < j.max_attempts THEN j.last_error
            ELSE 'the worker finished ' || j.attempts || ' times and left questions unanswered' END,
        finished_at = CASE WHEN NOT again OR j.cancel
            OR NOT (progress OR j.attempts < j.max_attempts) THEN clock_timestamp() END
    WHERE job.id = p_job;
    RETURN CASE WHEN NOT again THEN 'done' WHEN j.cancel THEN 'cancel' ELSE 'more' END;
END $$;
COMMENT ON FUNCTION llava.put(bigint, bigint, jsonb, boolean) IS
    'Stores answers, and with p_final finishes the job: ok, done, more, already, stale, cancel or gone. May be repeated.';

CREATE FUNCTION llava.giveback(
    p_job bigint, p_fence bigint, p_how text, p_class text DEFAULT NULL,
    p_error text DEFAULT NULL, p_max_attempts int DEFAULT NULL)
RETURNS text LANGUAGE sql AS $$
    WITH mine AS MATERIALIZED (
        SELECT j.id, CASE
            WHEN j.cancel THEN 'cancelled'
            WHEN p_how = 'release' THEN 'ready'
            WHEN p_how = 'dead' OR j.attempts >= coalesce(p_max_attempts, j.max_attempts)
                THEN 'dead'
            ELSE 'waiting' END AS next
        FROM llava.job j
        WHERE j.id = p_job AND j.state = 'running' AND j.fence = p_fence FOR UPDATE),
    given AS (
        UPDATE llava.job j SET owner = NULL, state = m.next,
            attempts = j.attempts - (m.next = 'ready')::int,
            failure_class = CASE m.next WHEN 'cancelled' THEN 'cancelled'
                WHEN 'ready' THEN j.failure_class ELSE p_class END,
            last_error = CASE m.next WHEN 'cancelled' THEN 'a person cancelled it'
                ELSE coalesce(left(p_error, 2000), j.last_error) END,
            -- Doubling from 2 s to 15 min, each time by a random factor from 0.5 to 1.5.
            run_at = now() + CASE m.next WHEN 'waiting'
                THEN least(900, power(2, least(j.attempts, 20))) * (0.5 + random()) ELSE 0 END
                * interval '1 second',
            finished_at = CASE WHEN m.next IN ('dead', 'cancelled') THEN clock_timestamp() END
        FROM mine m WHERE j.id = m.id RETURNING j.state)
    SELECT coalesce((SELECT g.state FROM given g), 'stale')
$$;
COMMENT ON FUNCTION llava.giveback(bigint, bigint, text, text, text, int) IS
    'Gives a job back unfinished (release, retry or dead); gives its state now, or stale.';
