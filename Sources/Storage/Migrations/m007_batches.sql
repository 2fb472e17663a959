-- The same protocol for many jobs in one statement: what several lanes of a daemon have to say goes
-- into one transaction, so that they share its commit, its round trip and its plans.
--
-- Functions in SQL are planned at every call unless they can be inlined, which costs more than our
-- small statements run; those in PL/pgSQL keep their plans for the session. The plans are generic,
-- because with a batch of one the planner would rather plan anew every time, and go by indexes
-- alone, because every look here has one.

COMMENT ON COLUMN llava.answer.finish_reason IS
    'stop: the model ended. length: it was cut. repetition: it went in circles and was cut. cancelled: a person stopped it.';

CREATE OR REPLACE FUNCTION llava.preset_names(p_presets text[]) RETURNS text[]
STABLE LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(p_presets) > 0 THEN RETURN p_presets; END IF;
    RETURN ARRAY(SELECT p.name FROM llava.preset p WHERE p.is_default);
END $$;

CREATE OR REPLACE FUNCTION llava.unknown_presets(p_presets text[]) RETURNS text[]
STABLE LANGUAGE plpgsql AS $$
BEGIN
    IF cardinality(llava.preset_names(p_presets)) = 0 THEN RETURN ARRAY['(default)']; END IF;
    RETURN ARRAY(SELECT n FROM unnest(p_presets) AS n
        WHERE NOT EXISTS (SELECT FROM llava.preset p WHERE p.name = n));
END $$;

-- Each name is looked up once, where the condition before compared every preset with all names.
CREATE OR REPLACE FUNCTION llava.latest_presets(p_presets text[]) RETURNS SETOF llava.preset
STABLE LANGUAGE sql AS $$
    SELECT latest.*
    FROM (SELECT n.name, min(n.place) AS place
        FROM unnest(llava.preset_names(p_presets)) WITH ORDINALITY AS n (name, place)
        GROUP BY n.name) wanted
    CROSS JOIN LATERAL (SELECT p.* FROM llava.preset p WHERE p.name = wanted.name
        ORDER BY p.version DESC LIMIT 1) latest
    ORDER BY wanted.place
$$;

CREATE OR REPLACE FUNCTION llava.claim(p_epoch bigint, p_limit int)
RETURNS TABLE (id bigint, fence bigint, path text, preset_ids int[], unknown_presets text[],
    crashes int, attempts int)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
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
    FROM claimed c ORDER BY c.priority, c.id;
END $$;

CREATE FUNCTION llava.identify_many(
    p_jobs bigint[], p_fences bigint[], p_sha256 bytea[], p_sizes bigint[], p_mtimes bigint[])
RETURNS TABLE (place bigint, outcome text, preset_id int, questions text[])
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    places bigint[];
    paths text[];
    hashes bytea[];
    images bigint[];
BEGIN
    -- Every batch takes its locks in one order, jobs by number, pictures by hash, paths by hash:
    -- two batches may wait for each other, but never both.
    PERFORM FROM llava.job j WHERE j.id = ANY (p_jobs) ORDER BY j.id FOR UPDATE;
    SELECT array_agg(g.place ORDER BY g.place), array_agg(j.path ORDER BY g.place),
        array_agg(g.sha256 ORDER BY g.place)
    INTO places, paths, hashes
    FROM unnest(p_jobs, p_fences, p_sha256) WITH ORDINALITY AS g (job, fence, sha256, place)
    JOIN llava.job j ON j.id = g.job
    WHERE j.state = 'running' AND j.fence = g.fence AND NOT j.cancel;

    IF places IS NOT NULL THEN
        INSERT INTO llava.image (sha256, bytes)
        SELECT DISTINCT ON (h.sha256) h.sha256, p_sizes[h.place]
        FROM unnest(places, hashes) AS h (place, sha256) ORDER BY h.sha256
        ON CONFLICT (sha256) DO NOTHING;
        images := ARRAY(SELECT i.image_id
            FROM unnest(hashes) WITH ORDINALITY AS h (sha256, number)
            JOIN llava.image i ON i.sha256 = h.sha256 ORDER BY h.number);

        -- Two jobs of one path take turns here, so that one picture is current at a path: the
        -- last one of the batch.
        PERFORM pg_advisory_xact_lock(p.hash) FROM (
            SELECT DISTINCT hashtextextended(t.path, 0) AS hash FROM unnest(paths) AS t (path)
            ORDER BY hash) p;
        UPDATE llava.sighting s SET current = false
        FROM (SELECT DISTINCT ON (hashtextextended(t.path, 0)) t.path, t.image_id
            FROM unnest(paths, images) WITH ORDINALITY AS t (path, image_id, number)
            ORDER BY hashtextextended(t.path, 0), t.number DESC) latest
        WHERE s.path_hash = hashtextextended(latest.path, 0) AND s.current
            AND s.image_id <> latest.image_id;
        INSERT INTO llava.sighting (path, image_id, job_id, size, mtime_ns, current)
        SELECT DISTINCT ON (t.path, t.image_id) t.path, t.image_id, p_jobs[t.place],
            p_sizes[t.place], p_mtimes[t.place],
            t.place = max(t.place) OVER (PARTITION BY t.path)
        FROM unnest(places, paths, images) AS t (place, path, image_id)
        ORDER BY t.path, t.image_id, t.place DESC
        ON CONFLICT (path_hash, image_id) DO UPDATE SET job_id = excluded.job_id,
            size = excluded.size, mtime_ns = excluded.mtime_ns, seen_at = excluded.seen_at,
            current = excluded.current;

        UPDATE llava.job j SET image_id = t.image_id, size = p_sizes[t.place],
            mtime_ns = p_mtimes[t.place], started_fence = j.fence
        FROM unnest(places, images) AS t (place, image_id) WHERE j.id = p_jobs[t.place];
    END IF;

    RETURN QUERY
    SELECT g.place,
        CASE WHEN j.id IS NULL THEN 'gone'
            WHEN j.state <> 'running' OR j.fence <> g.fence THEN 'stale'
            WHEN j.cancel THEN 'cancel'
            WHEN m.preset_id IS NULL THEN 'complete' ELSE 'missing' END,
        m.preset_id, m.questions
    FROM unnest(p_jobs, p_fences) WITH ORDINALITY AS g (job, fence, place)
    LEFT JOIN llava.job j ON j.id = g.job
    LEFT JOIN llava.daemon d ON d.epoch = j.owner
    LEFT JOIN LATERAL llava.missing(j.image_id, d.model_id, j.presets) m
        ON g.place = ANY (places)
    ORDER BY g.place;
END $$;
COMMENT ON FUNCTION llava.identify_many(bigint[], bigint[], bytea[], bigint[], bigint[]) IS
    'Records which pictures the paths of jobs hold and gives, by place in the arrays, the questions still to be answered.';

CREATE OR REPLACE FUNCTION llava.identify(
    p_job bigint, p_fence bigint, p_sha256 bytea, p_size bigint, p_mtime_ns bigint)
RETURNS TABLE (outcome text, preset_id int, questions text[]) LANGUAGE sql AS $$
    SELECT i.outcome, i.preset_id, i.questions FROM llava.identify_many(
        ARRAY[p_job], ARRAY[p_fence], ARRAY[p_sha256], ARRAY[p_size], ARRAY[p_mtime_ns]) i
$$;

CREATE FUNCTION llava.put_many(p_puts jsonb) RETURNS TABLE (place bigint, outcome text)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    jobs bigint[];
    fences bigint[];
    answers jsonb[];
    finals boolean[];
    -- NULL for what the claim still holds.
    outcomes text[];
    stored bigint[];
    different bigint;
    unidentified bigint;
    unasked bigint;
BEGIN
    SELECT array_agg(x.job ORDER BY x.place), array_agg(x.fence ORDER BY x.place),
        array_agg(x.answers ORDER BY x.place), array_agg(x.is_final ORDER BY x.place),
        count(DISTINCT x.job)
    INTO jobs, fences, answers, finals, different
    FROM ROWS FROM (jsonb_to_recordset(p_puts)
        AS (job bigint, fence bigint, answers jsonb, is_final boolean))
        WITH ORDINALITY AS x (job, fence, answers, is_final, place);
    -- What one of a job's puts does decides what the other finds.
    IF cardinality(jobs) > different THEN
        RAISE EXCEPTION 'two puts of one job in one batch'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    -- Every batch takes its locks in one order, jobs by number, then answers by their key.
    PERFORM FROM llava.job j WHERE j.id = ANY (jobs) ORDER BY j.id FOR UPDATE;
    SELECT array_agg(CASE
            WHEN j.id IS NULL THEN 'gone'
            WHEN j.state = 'running' AND j.fence = g.fence THEN NULL
            -- A repetition of a call whose reply was lost, or a worker that was written off.
            WHEN j.put_fence = g.fence
                OR (g.answers <> '[]' AND NOT EXISTS (
                    SELECT FROM jsonb_to_recordset(g.answers) AS x (preset_id int, question text)
                    WHERE NOT EXISTS (SELECT FROM llava.answer a
                        WHERE a.image_id = j.image_id AND a.preset_id = x.preset_id
                            AND a.question = x.question AND a.job_id = j.id
                            AND a.fence = g.fence)))
                THEN 'already'
            ELSE 'stale' END ORDER BY g.place),
        min(j.id) FILTER (WHERE j.state = 'running' AND j.fence = g.fence
            AND j.started_fence IS DISTINCT FROM g.fence),
        min(j.id) FILTER (WHERE j.state = 'running' AND j.fence = g.fence AND EXISTS (
            SELECT FROM jsonb_to_recordset(g.answers) AS x (preset_id int, question text)
            WHERE NOT EXISTS (SELECT FROM llava.preset p
                WHERE p.preset_id = x.preset_id AND x.question = ANY (p.questions))))
    INTO outcomes, unidentified, unasked
    FROM unnest(jobs, fences, answers) WITH ORDINALITY AS g (job, fence, answers, place)
    LEFT JOIN llava.job j ON j.id = g.job;
    IF unidentified IS NOT NULL THEN
        RAISE EXCEPTION 'job %: put before identify', unidentified
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF unasked IS NOT NULL THEN
        RAISE EXCEPTION 'job %: an answer to a question that its preset does not have', unasked
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    WITH made AS (
        INSERT INTO llava.answer (image_id, preset_id, question, model_id, job_id, fence, answer,
            data, confidence, finish_reason, tokens, duration_ms)
        SELECT j.image_id, x.preset_id, x.question, d.model_id, j.id, j.fence, x.answer,
            x.data::jsonb, x.confidence, x.finish_reason, x.tokens, x.duration_ms
        FROM unnest(jobs, answers) WITH ORDINALITY AS g (job, answers, place)
        JOIN llava.job j ON j.id = g.job
        JOIN llava.daemon d ON d.epoch = j.owner
        CROSS JOIN LATERAL jsonb_to_recordset(g.answers) AS x (preset_id int, question text,
            answer text, data text, confidence real, finish_reason text, tokens int,
            duration_ms int)
        WHERE outcomes[g.place] IS NULL
        ORDER BY j.image_id, x.preset_id, x.question
        ON CONFLICT DO NOTHING
        RETURNING job_id)
    SELECT array_agg(DISTINCT m.job_id) INTO stored FROM made m;
    IF stored IS NOT NULL THEN
        -- At most every 100 ms a daemon: a NOTIFY takes a lock that all commits share. What the
        -- pause swallows, listeners find at their next look.
        UPDATE llava.daemon d SET notified_at = clock_timestamp()
        WHERE d.epoch IN (SELECT j.owner FROM llava.job j WHERE j.id = ANY (stored))
            AND d.notified_at < clock_timestamp() - interval '100 ms';
        IF FOUND THEN PERFORM pg_notify('llava_result', ''); END IF;
    END IF;

    IF false = ANY (finals) THEN
        UPDATE llava.job j SET claim_beat = d.beat, crashes = 0
        FROM unnest(jobs, finals) AS g (job, is_final), llava.daemon d
        WHERE NOT g.is_final AND g.job = ANY (stored) AND j.id = g.job AND d.epoch = j.owner;
        outcomes := ARRAY(
            SELECT CASE WHEN o.outcome IS NOT NULL OR o.is_final THEN o.outcome
                WHEN j.cancel THEN 'cancel' ELSE 'ok' END
            FROM unnest(jobs, finals, outcomes)
                WITH ORDINALITY AS o (job, is_final, outcome, place)
            LEFT JOIN llava.job j ON j.id = o.job ORDER BY o.place);
    END IF;

    -- Again, if a preset or a new state of the file came meanwhile, or the worker left something
    -- out. Each round must store an answer, or it counts as an attempt, so this ends.
    WITH found AS MATERIALIZED (
        SELECT g.place, j.id, j.cancel, j.attempts, j.max_attempts,
            EXISTS (SELECT FROM llava.missing(j.image_id, d.model_id, j.presets))
                OR llava.unknown_presets(j.presets) <> '{}' AS is_incomplete,
            EXISTS (SELECT FROM llava.answer a WHERE a.image_id = j.image_id
                AND a.job_id = j.id AND a.fence = j.fence) AS has_stored,
            NOT EXISTS (SELECT FROM llava.sighting s
                WHERE s.path_hash = hashtextextended(j.path, 0) AND s.image_id = j.image_id
                    AND s.size = j.size AND s.mtime_ns = j.mtime_ns) AS has_changed
        FROM unnest(jobs, outcomes) WITH ORDINALITY AS g (job, outcome, place)
        JOIN llava.job j ON j.id = g.job
        JOIN llava.daemon d ON d.epoch = j.owner
        WHERE g.outcome IS NULL),
    judged AS MATERIALIZED (
        SELECT f.place, f.id, f.is_incomplete OR f.has_changed AS again,
            f.has_stored OR f.has_changed AS progress,
            f.has_stored OR f.has_changed OR f.attempts < f.max_attempts AS may_go_on
        FROM found f),
    ended AS (
        UPDATE llava.job j SET owner = NULL, put_fence = j.fence,
            state = CASE WHEN NOT f.again THEN 'done' WHEN j.cancel THEN 'cancelled'
                WHEN f.may_go_on THEN 'ready' ELSE 'dead' END,
            attempts = CASE WHEN f.again AND f.progress THEN 0 ELSE j.attempts END,
            crashes = CASE WHEN f.again AND NOT f.progress THEN j.crashes ELSE 0 END,
            failure_class = CASE WHEN NOT f.again THEN NULL WHEN j.cancel THEN 'cancelled'
                WHEN f.may_go_on THEN j.failure_class ELSE 'engine' END,
            last_error = CASE WHEN NOT f.again THEN NULL
                WHEN j.cancel OR f.may_go_on THEN j.last_error
                ELSE 'the worker finished ' || j.attempts || ' times and left questions unanswered'
                END,
            finished_at = CASE WHEN NOT f.again OR j.cancel OR NOT f.may_go_on
                THEN clock_timestamp() END
        FROM judged f WHERE j.id = f.id
        RETURNING f.place,
            CASE WHEN NOT f.again THEN 'done' WHEN j.cancel THEN 'cancel' ELSE 'more' END AS outcome)
    SELECT array_agg(coalesce(o.outcome, e.outcome) ORDER BY o.place) INTO outcomes
    FROM unnest(outcomes) WITH ORDINALITY AS o (outcome, place)
    LEFT JOIN ended e ON e.place = o.place;
    RETURN QUERY SELECT o.place, o.outcome
        FROM unnest(outcomes) WITH ORDINALITY AS o (outcome, place);
END $$;
COMMENT ON FUNCTION llava.put_many(jsonb) IS
    'Stores answers of jobs and finishes those whose put is final: ok, done, more, already, stale, cancel or gone for each, in the order given; all or nothing. May be repeated.';

CREATE OR REPLACE FUNCTION llava.put(
    p_job bigint, p_fence bigint, p_answers jsonb, p_final boolean)
RETURNS text LANGUAGE sql AS $$
    SELECT p.outcome FROM llava.put_many(jsonb_build_array(jsonb_build_object(
        'job', p_job, 'fence', p_fence, 'answers', p_answers, 'is_final', p_final))) p
$$;
