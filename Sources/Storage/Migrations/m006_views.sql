-- What people and programs read.

CREATE VIEW llava.result AS
SELECT s.path, encode(i.sha256, 'hex') AS sha256, p.name AS preset, p.version AS preset_version,
    a.question, a.answer, a.data, a.confidence, a.finish_reason,
    coalesce(nullif(m.name, ''), m.fingerprint) AS model, a.tokens, a.duration_ms, a.created_at,
    s.job_id
FROM llava.sighting s
JOIN llava.image i ON i.image_id = s.image_id
JOIN llava.answer a ON a.image_id = s.image_id
JOIN llava.preset p ON p.preset_id = a.preset_id
JOIN llava.model m ON m.model_id = a.model_id
WHERE s.current;
COMMENT ON VIEW llava.result IS
    'Answers about the picture last found at each path; a picture at ten paths is here ten times. These columns stay.';
COMMENT ON COLUMN llava.result.path IS 'The picture''s path.';
COMMENT ON COLUMN llava.result.sha256 IS 'SHA-256 of its bytes in hex digits.';
COMMENT ON COLUMN llava.result.preset IS 'The preset''s name.';
COMMENT ON COLUMN llava.result.preset_version IS 'The preset''s version.';
COMMENT ON COLUMN llava.result.question IS 'The question''s name.';
COMMENT ON COLUMN llava.result.answer IS 'What the model wrote.';
COMMENT ON COLUMN llava.result.data IS 'The same parsed, where the question has a format.';
COMMENT ON COLUMN llava.result.confidence IS 'How sure the model was, 0 to 1.';
COMMENT ON COLUMN llava.result.finish_reason IS 'Why the model stopped.';
COMMENT ON COLUMN llava.result.model IS 'The model''s name, or its fingerprint if it has none.';
COMMENT ON COLUMN llava.result.tokens IS 'How many tokens were generated.';
COMMENT ON COLUMN llava.result.duration_ms IS 'How long that took, in milliseconds.';
COMMENT ON COLUMN llava.result.created_at IS 'When the answer was stored.';
COMMENT ON COLUMN llava.result.job_id IS 'The job that last read this path.';

CREATE VIEW llava.progress AS
SELECT (SELECT count(*) FROM llava.job WHERE state = 'ready') AS ready,
    (SELECT count(*) FROM llava.job WHERE state = 'waiting') AS waiting,
    (SELECT count(*) FROM llava.job WHERE state = 'running') AS running,
    (SELECT count(*) FROM llava.job WHERE state = 'done') AS done,
    (SELECT count(*) FROM llava.job WHERE state = 'dead') AS dead,
    (SELECT count(*) FROM llava.job WHERE state = 'cancelled') AS cancelled,
    (SELECT count(*) FROM llava.job
        WHERE state = 'done' AND finished_at > now() - interval '1 minute') AS done_last_minute,
    (SELECT count(*) FROM llava.job
        WHERE state = 'done' AND finished_at > now() - interval '10 minutes')
        AS done_last_10_minutes,
    (SELECT extract(epoch FROM now() - min(created_at)) FROM llava.job
        WHERE state = 'ready') AS oldest_ready_s;
COMMENT ON VIEW llava.progress IS 'Where the queue stands, in one row.';

CREATE FUNCTION llava.search(query text, max_rows int DEFAULT 100)
RETURNS TABLE (path text, preset text, question text, answer text, rank real, headline text,
    sha256 text, preset_version int, model text, job_id bigint)
STABLE LANGUAGE sql AS $$
    WITH asked AS MATERIALIZED (SELECT websearch_to_tsquery('english', query) AS words),
    hit AS MATERIALIZED (
        -- 1: divided by 1 + log of the length, so that long answers do not win by length.
        SELECT s.path, p.name, a.question, a.answer, ts_rank(a.words, q.words, 1) AS rank,
            i.sha256, p.version, coalesce(nullif(m.name, ''), m.fingerprint) AS model, s.job_id,
            q.words AS asked
        FROM asked q
        JOIN llava.answer a ON a.words @@ q.words
        JOIN llava.sighting s ON s.image_id = a.image_id AND s.current
        JOIN llava.image i ON i.image_id = a.image_id
        JOIN llava.preset p ON p.preset_id = a.preset_id
        JOIN llava.model m ON m.model_id = a.model_id
        ORDER BY rank DESC, s.path, p.name, a.question LIMIT max_rows)
    SELECT h.path, h.name, h.question, h.answer, h.rank,
        ts_headline('english', left(h.answer, 100000), h.asked,
            'StartSel=«, StopSel=», MaxFragments=2, MaxWords=30, MinWords=10'),
        encode(h.sha256, 'hex'), h.version, h.model, h.job_id
    FROM hit h ORDER BY h.rank DESC, h.path, h.name, h.question
$$;
COMMENT ON FUNCTION llava.search(text, int) IS
    'Full-text search over answers: words, "phrases", OR, -not; best first.';
