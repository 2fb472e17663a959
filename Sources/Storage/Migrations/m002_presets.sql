-- Which presets a job wants, and which answers are missing.

CREATE FUNCTION llava.preset_names(p_presets text[]) RETURNS text[] STABLE LANGUAGE sql AS $$
    SELECT CASE WHEN cardinality(p_presets) > 0 THEN p_presets
        ELSE ARRAY(SELECT p.name FROM llava.preset p WHERE p.is_default) END
$$;
COMMENT ON FUNCTION llava.preset_names(text[]) IS
    'The names a list of presets stands for: an empty one stands for the default preset.';

CREATE FUNCTION llava.latest_presets(p_presets text[]) RETURNS SETOF llava.preset
STABLE LANGUAGE sql AS $$
    SELECT p.* FROM llava.preset p
    WHERE p.name = ANY (llava.preset_names(p_presets))
        AND NOT EXISTS (SELECT FROM llava.preset n
            WHERE n.name = p.name AND n.version > p.version)
    ORDER BY array_position(llava.preset_names(p_presets), p.name)
$$;
COMMENT ON FUNCTION llava.latest_presets(text[]) IS 'The latest version of each preset of a list.';

CREATE FUNCTION llava.unknown_presets(p_presets text[]) RETURNS text[] STABLE LANGUAGE sql AS $$
    SELECT CASE
        WHEN cardinality(llava.preset_names(p_presets)) = 0 THEN ARRAY['(default)']
        ELSE ARRAY(SELECT n FROM unnest(p_presets) AS n
            WHERE NOT EXISTS (SELECT FROM llava.preset p WHERE p.name = n)) END
$$;
COMMENT ON FUNCTION llava.unknown_presets(text[]) IS
    'The names of a list that no preset has; (default) when there is no default preset.';

CREATE FUNCTION llava.missing(p_image bigint, p_model int, p_presets text[])
RETURNS TABLE (preset_id int, questions text[]) STABLE LANGUAGE sql AS $$
    SELECT p.preset_id, m.questions
    FROM llava.latest_presets(p_presets) p
    CROSS JOIN LATERAL (
        SELECT array_agg(q.question ORDER BY q.place) AS questions
        FROM unnest(p.questions) WITH ORDINALITY AS q (question, place)
        WHERE NOT EXISTS (SELECT FROM llava.answer a
            WHERE a.image_id = p_image AND a.preset_id = p.preset_id
                AND a.question = q.question AND a.model_id = p_model)) m
    WHERE m.questions IS NOT NULL
$$;
COMMENT ON FUNCTION llava.missing(bigint, int, text[]) IS
    'The questions of the presets'' latest versions that have no answer for a picture and model.';

CREATE FUNCTION llava.current_model() RETURNS int STABLE LANGUAGE sql AS $$
    SELECT d.model_id FROM llava.daemon d ORDER BY d.dead, d.epoch DESC LIMIT 1
$$;
COMMENT ON FUNCTION llava.current_model() IS
    'The model of the newest living daemon, else of the newest daemon.';

CREATE FUNCTION llava.add_preset(
    p_name text, p_body jsonb, p_questions text[], p_default boolean DEFAULT NULL)
RETURNS llava.preset LANGUAGE plpgsql AS $$
DECLARE
    latest llava.preset;
    result llava.preset;
    becomes_default boolean;
BEGIN
    -- Adding is rare: one at a time keeps versions without gaps and one default.
    LOCK TABLE llava.preset IN SHARE ROW EXCLUSIVE MODE;
    SELECT * INTO latest FROM llava.preset p WHERE p.name = p_name ORDER BY p.version DESC LIMIT 1;
    -- The mark sits on a version, but means the name: a new version takes it over.
    becomes_default := coalesce(p_default, EXISTS (
        SELECT FROM llava.preset p WHERE p.name = p_name AND p.is_default));
    IF latest.preset_id IS NOT NULL
        AND latest.body = p_body AND latest.questions = p_questions THEN
        result := latest;
    ELSE
        INSERT INTO llava.preset (name, version, body, questions)
        VALUES (p_name, coalesce(latest.version, 0) + 1, p_body, p_questions)
        RETURNING * INTO result;
    END IF;
    IF becomes_default AND NOT result.is_default THEN
        UPDATE llava.preset p SET is_default = false WHERE p.is_default;
        UPDATE llava.preset p SET is_default = true WHERE p.preset_id = result.preset_id;
    ELSIF NOT becomes_default THEN
        UPDATE llava.preset p SET is_default = false WHERE p.name = p_name AND p.is_default;
    END IF;
    result.is_default := becomes_default;
    RETURN result;
END $$;
COMMENT ON FUNCTION llava.add_preset(text, jsonb, text[], boolean) IS
    'Stores a preset as the next version of its name, unless the latest one is the same.';
