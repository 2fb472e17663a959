-- How work comes in: by INSERT into llava.job, from any language, or by llava.enqueue.
--
-- Functions that look into llava.job forbid sequential scans: every look has its index, and
-- statistics taken when the queue was full, or never, mislead the planner. Claiming one of
-- 1,000,000 fresh jobs took 1.5 s by a sort and takes under 1 ms by the index.

CREATE FUNCTION llava.announce_jobs() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
BEGIN
    -- A NOTIFY takes a lock that all commits of the server share, so it is sent only when it may
    -- wake someone: with older ready jobs about, the daemons are awake or will look anyway.
    -- It is a hint: every daemon also looks every second or two.
    IF NOT EXISTS (SELECT FROM llava.job j
        WHERE j.state = 'ready' AND j.id < (SELECT min(n.id) FROM new_jobs n)) THEN
        PERFORM pg_notify('llava_job', '');
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION llava.announce_jobs() IS
    'Wakes daemons. Runs with its owner''s rights, so that the right to insert is enough.';
CREATE TRIGGER job_announces AFTER INSERT ON llava.job
    REFERENCING NEW TABLE AS new_jobs
    FOR EACH STATEMENT EXECUTE FUNCTION llava.announce_jobs();

CREATE FUNCTION llava.enqueue(
    p_paths text[], p_sizes bigint[] DEFAULT NULL, p_mtimes bigint[] DEFAULT NULL,
    p_presets text[] DEFAULT '{}', p_priority int DEFAULT 100,
    OUT added int, OUT known int, OUT job_ids bigint[])
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    wanted text[] := llava.preset_names(p_presets);
    has_unknown boolean := llava.unknown_presets(p_presets) <> '{}';
    model int := llava.current_model();
    wanted_ids int[];
    wanted_answers bigint;
    old_ids bigint[];
    open_ids bigint[];
    open_sizes bigint[];
    open_mtimes bigint[];
    new_paths text[];
    new_sizes bigint[];
    new_mtimes bigint[];
    new_ids bigint[];
BEGIN
    SELECT coalesce(array_agg(p.preset_id), '{}'), coalesce(sum(cardinality(p.questions)), 0)
    INTO wanted_ids, wanted_answers FROM llava.latest_presets(p_presets) p;

    -- One enqueue at a time: two of them never make two jobs of one path.
    PERFORM pg_advisory_xact_lock(7810771480114291815);

    -- The newest job of each path, and whether there is something to add to it. Nothing is
    -- locked or written for paths with nothing new, so a rescan of a collection costs no bloat.
    -- OFFSET 0 keeps the planner from walking the primary key backwards in search of the path.
    WITH given AS (
        SELECT DISTINCT ON (t.path) t.path, t.size, t.mtime_ns
        FROM unnest(p_paths, p_sizes, p_mtimes) AS t (path, size, mtime_ns)
        ORDER BY t.path),
    found AS MATERIALIZED (
        SELECT g.*, (SELECT max(k.id) FROM (
            SELECT j.id FROM llava.job j WHERE j.path = g.path OFFSET 0) k) AS job_id
        FROM given g),
    judged AS (
        SELECT f.*, f.job_id IS NOT NULL AND CASE
            WHEN j.state IN ('ready', 'waiting', 'running') THEN
                NOT llava.preset_names(j.presets) @> wanted
                OR (j.state = 'running' AND j.started_fence = j.fence AND c.changed)
            WHEN j.state = 'done' THEN
                c.changed OR has_unknown OR wanted_answers > (
                    SELECT count(*) FROM llava.answer a
                    WHERE a.image_id = j.image_id AND a.preset_id = ANY (wanted_ids)
                        AND a.model_id = model)
            ELSE c.changed OR NOT llava.preset_names(j.presets) @> wanted END AS needs
        FROM found f
        LEFT JOIN llava.job j ON j.id = f.job_id
        CROSS JOIN LATERAL (SELECT
            coalesce(f.size <> j.size, f.size IS NOT NULL)
            OR coalesce(f.mtime_ns <> j.mtime_ns, f.mtime_ns IS NOT NULL) AS changed) c)
    SELECT coalesce(array_agg(d.job_id) FILTER (WHERE d.job_id IS NOT NULL), '{}'),
        coalesce(array_agg(d.job_id ORDER BY d.job_id) FILTER (WHERE d.needs), '{}'),
        array_agg(d.size ORDER BY d.job_id) FILTER (WHERE d.needs),
        array_agg(d.mtime_ns ORDER BY d.job_id) FILTER (WHERE d.needs),
        array_agg(d.path ORDER BY d.path) FILTER (WHERE d.job_id IS NULL),
        array_agg(d.size ORDER BY d.path) FILTER (WHERE d.job_id IS NULL),
        array_agg(d.mtime_ns ORDER BY d.path) FILTER (WHERE d.job_id IS NULL)
    INTO old_ids, open_ids, open_sizes, open_mtimes, new_paths, new_sizes, new_mtimes
    FROM judged d;

    -- Judged without locks; now locked in one order, and the update goes by the state found then.
    PERFORM FROM llava.job j WHERE j.id = ANY (open_ids) ORDER BY j.id FOR UPDATE;
    UPDATE llava.job j SET
        presets = CASE
            WHEN j.state = 'dead' AND j.failure_class = 'preset' THEN p_presets
            WHEN llava.preset_names(j.presets) @> wanted THEN j.presets
            ELSE ARRAY(SELECT DISTINCT n FROM unnest(llava.preset_names(j.presets) || wanted) AS n
                ORDER BY n) END,
        size = coalesce(o.size, j.size),
        mtime_ns = coalesce(o.mtime_ns, j.mtime_ns),
        cancel = false,
        state = CASE WHEN l.live THEN j.state ELSE 'ready' END,
        priority = CASE WHEN l.live THEN least(j.priority, p_priority) ELSE p_priority END,
        attempts = CASE WHEN l.live THEN j.attempts ELSE 0 END,
        crashes = CASE WHEN l.live THEN j.crashes ELSE 0 END,
        failure_class = CASE WHEN l.live THEN j.failure_class END,
        last_error = CASE WHEN l.live THEN j.last_error END,
        finished_at = NULL
    FROM unnest(open_ids, open_sizes, open_mtimes) AS o (id, size, mtime_ns)
    JOIN llava.job w ON w.id = o.id
    CROSS JOIN LATERAL (SELECT w.state IN ('ready', 'waiting', 'running') AS live) l
    WHERE j.id = o.id;
    IF FOUND THEN PERFORM pg_notify('llava_job', ''); END IF;

    WITH made AS (
        INSERT INTO llava.job (path, presets, priority, size, mtime_ns)
        SELECT t.path, p_presets, p_priority, t.size, t.mtime_ns
        FROM unnest(new_paths, new_sizes, new_mtimes) AS t (path, size, mtime_ns)
        RETURNING id)
    SELECT coalesce(array_agg(m.id), '{}') INTO new_ids FROM made m;

    added := cardinality(new_ids) + cardinality(open_ids);
    known := cardinality(old_ids) - cardinality(open_ids);
    job_ids := old_ids || new_ids;
END $$;
COMMENT ON FUNCTION llava.enqueue(text[], bigint[], bigint[], text[], int) IS
    'Makes sure that paths get described: new jobs for unknown paths, further presets for open ones, and done ones opened again if the file changed or answers are missing. At most 1,000 paths a call keep it short.';
