-- The tables of llavad. Read them with psql; write to llava.job (INSERT) alone.
--
-- One picture is described at most once: the primary key of llava.answer says so. A job is run at
-- least once: its claim may be taken back from a daemon that died, and then every write of that
-- daemon is refused, because it names a fence that is not the job's any more.

CREATE SCHEMA IF NOT EXISTS llava;
COMMENT ON SCHEMA llava IS
    'llavad: descriptions of pictures. INSERT INTO llava.job(path) asks for one, llava.result has them.';

CREATE TABLE llava.migration (
    number     int PRIMARY KEY,
    name       text NOT NULL,
    sha256     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE llava.migration IS 'Which parts of the schema were applied; kept by llavad.';
COMMENT ON COLUMN llava.migration.number IS 'Order of application, from 1, without gaps.';
COMMENT ON COLUMN llava.migration.name IS 'Name of the migration''s file.';
COMMENT ON COLUMN llava.migration.sha256 IS 'SHA-256 of the file: an applied migration is never edited.';
COMMENT ON COLUMN llava.migration.applied_at IS 'When it was applied.';

CREATE TABLE llava.model (
    model_id    int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fingerprint text NOT NULL UNIQUE CHECK (fingerprint <> ''),
    name        text NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE llava.model IS 'Models that daemons have described with.';
COMMENT ON COLUMN llava.model.model_id IS 'The model.';
COMMENT ON COLUMN llava.model.fingerprint IS
    'SHA-256 over weights, tokenizer, template, preprocessing and numerics version, in hex digits.';
COMMENT ON COLUMN llava.model.name IS 'What people call it; the name the last daemon gave.';
COMMENT ON COLUMN llava.model.created_at IS 'When a daemon first used it.';

CREATE TABLE llava.preset (
    preset_id  int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    version    int NOT NULL CHECK (version > 0),
    body       jsonb NOT NULL,
    questions  text[] NOT NULL CHECK (cardinality(questions) BETWEEN 1 AND 1000
        AND array_ndims(questions) = 1 AND array_position(questions, NULL) IS NULL),
    is_default boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (name, version)
);
CREATE UNIQUE INDEX preset_default ON llava.preset (is_default) WHERE is_default;
COMMENT ON TABLE llava.preset IS
    'Named lists of questions. Rows never change: an edited preset is a new version.';
COMMENT ON COLUMN llava.preset.preset_id IS 'One version of one preset.';
COMMENT ON COLUMN llava.preset.name IS 'The preset''s name, as in llava.job.presets.';
COMMENT ON COLUMN llava.preset.version IS 'From 1; jobs get the highest.';
COMMENT ON COLUMN llava.preset.body IS 'The whole preset: questions, formats, sampling.';
COMMENT ON COLUMN llava.preset.questions IS 'The names of its questions, in order.';
COMMENT ON COLUMN llava.preset.is_default IS
    'Whether its name stands for an empty llava.job.presets. The one column that may change.';
COMMENT ON COLUMN llava.preset.created_at IS 'When the version was stored.';

CREATE FUNCTION llava.refuse_preset_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.preset_id, NEW.name, NEW.version, NEW.body, NEW.questions, NEW.created_at)
        IS DISTINCT FROM
       (OLD.preset_id, OLD.name, OLD.version, OLD.body, OLD.questions, OLD.created_at) THEN
        RAISE EXCEPTION 'preset % version % never changes: add a new version', OLD.name, OLD.version
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION llava.refuse_preset_change() IS 'Answers point at preset versions; keeps those as they are.';
CREATE TRIGGER preset_never_changes BEFORE UPDATE ON llava.preset
    FOR EACH ROW EXECUTE FUNCTION llava.refuse_preset_change();

CREATE TABLE llava.image (
    image_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256     bytea NOT NULL UNIQUE CHECK (length(sha256) = 32),
    bytes      bigint NOT NULL CHECK (bytes >= 0),
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE llava.image IS 'Pictures by content: the same bytes at ten paths are one picture.';
COMMENT ON COLUMN llava.image.image_id IS 'The picture.';
COMMENT ON COLUMN llava.image.sha256 IS 'SHA-256 of the file''s bytes.';
COMMENT ON COLUMN llava.image.bytes IS 'Size of the file in bytes.';
COMMENT ON COLUMN llava.image.created_at IS 'When it was first read.';

CREATE TABLE llava.daemon (
    epoch       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    host        text NOT NULL,
    boot_id     text NOT NULL,
    pid         int NOT NULL,
    pid_start   bigint NOT NULL,
    model_id    int NOT NULL REFERENCES llava.model,
    workers     int NOT NULL,
    beat        bigint NOT NULL DEFAULT 0,
    beat_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    dead        boolean NOT NULL DEFAULT false,
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    notified_at timestamptz NOT NULL DEFAULT '-infinity',
    status      jsonb
) WITH (fillfactor = 50);
COMMENT ON TABLE llava.daemon IS 'Daemons, one row a start.';
COMMENT ON COLUMN llava.daemon.epoch IS 'The number of this start; owns the jobs it claims.';
COMMENT ON COLUMN llava.daemon.host IS 'Host name of its machine.';
COMMENT ON COLUMN llava.daemon.boot_id IS 'Kernel boot id and pid namespace, within which pid means something.';
COMMENT ON COLUMN llava.daemon.pid IS 'Process id.';
COMMENT ON COLUMN llava.daemon.pid_start IS 'Start time of the process in clock ticks since boot.';
COMMENT ON COLUMN llava.daemon.model_id IS 'The model it describes with.';
COMMENT ON COLUMN llava.daemon.workers IS 'How many workers it runs.';
COMMENT ON COLUMN llava.daemon.beat IS 'Heartbeat counter; others judge by whether it moves, not by clocks.';
COMMENT ON COLUMN llava.daemon.beat_at IS 'When it last moved, for people.';
COMMENT ON COLUMN llava.daemon.dead IS 'Written off or gone: may neither claim nor beat again.';
COMMENT ON COLUMN llava.daemon.started_at IS 'When it registered.';
COMMENT ON COLUMN llava.daemon.notified_at IS 'When it last notified llava_result, to do so ten times a second at most.';
COMMENT ON COLUMN llava.daemon.status IS 'What it said of itself with its last heartbeat.';

CREATE TABLE llava.pause (
    host       text PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE llava.pause IS 'Machines whose daemons must not claim.';
COMMENT ON COLUMN llava.pause.host IS 'A host name, or * for all.';
COMMENT ON COLUMN llava.pause.created_at IS 'Since when.';

CREATE TABLE llava.watch (
    path     text PRIMARY KEY CHECK (octet_length(path) BETWEEN 1 AND 2000),
    presets  text[] NOT NULL DEFAULT '{}',
    include  text[] NOT NULL DEFAULT '{}',
    exclude  text[] NOT NULL DEFAULT '{}',
    added_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE llava.watch IS 'Folders whose pictures get described as they come.';
COMMENT ON COLUMN llava.watch.path IS 'Absolute path of the folder.';
COMMENT ON COLUMN llava.watch.presets IS 'Presets its pictures get; empty means the default preset.';
COMMENT ON COLUMN llava.watch.include IS 'Globs a file must match one of; empty means every picture.';
COMMENT ON COLUMN llava.watch.exclude IS 'Globs a file must match none of.';
COMMENT ON COLUMN llava.watch.added_at IS 'When it was added.';

-- No fillfactor: the columns that change are in index predicates, so no update could be HOT.
CREATE TABLE llava.job (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    path          text NOT NULL CONSTRAINT job_path_has_1_to_4096_bytes
        CHECK (octet_length(path) BETWEEN 1 AND 4096),
    presets       text[] NOT NULL DEFAULT '{}' CONSTRAINT job_presets_is_a_list_of_names
        CHECK (coalesce(array_ndims(presets), 1) = 1 AND array_position(presets, NULL) IS NULL
            AND cardinality(presets) <= 1000),
    priority      smallint NOT NULL DEFAULT 100,
    state         text NOT NULL DEFAULT 'ready'
        CHECK (state IN ('ready', 'waiting', 'running', 'done', 'dead', 'cancelled')),
    attempts      int NOT NULL DEFAULT 0,
    failure_class text,
    last_error    text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    finished_at   timestamptz,
    run_at        timestamptz NOT NULL DEFAULT now(),
    max_attempts  int NOT NULL DEFAULT 5,
    crashes       int NOT NULL DEFAULT 0,
    cancel        boolean NOT NULL DEFAULT false,
    fence         bigint NOT NULL DEFAULT 0,
    owner         bigint,
    claim_beat    bigint,
    claimed_at    timestamptz,
    started_fence bigint,
    put_fence     bigint,
    image_id      bigint REFERENCES llava.image,
    size          bigint,
    mtime_ns      bigint,
    CONSTRAINT job_running_has_an_owner CHECK ((state = 'running') = (owner IS NOT NULL))
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
-- One partial index a state that is looked for; a hash index because paths may be longer than
-- what fits into a B-tree entry.
CREATE INDEX job_ready ON llava.job (priority, id) WHERE state = 'ready';
CREATE INDEX job_waiting ON llava.job (run_at) WHERE state = 'waiting';
CREATE INDEX job_running ON llava.job (owner) WHERE state = 'running';
CREATE INDEX job_dead ON llava.job (failure_class, id) WHERE state = 'dead';
CREATE INDEX job_done ON llava.job (finished_at) WHERE state = 'done';
CREATE INDEX job_path ON llava.job USING hash (path);
COMMENT ON TABLE llava.job IS
    'Work: one path and the presets wanted for it. INSERT INTO llava.job(path) VALUES (...) is all it takes.';
COMMENT ON COLUMN llava.job.id IS 'The job.';
COMMENT ON COLUMN llava.job.path IS 'Absolute path of the picture, as the daemon''s machine sees it.';
COMMENT ON COLUMN llava.job.presets IS 'Names of the presets wanted; empty means the default preset.';
COMMENT ON COLUMN llava.job.priority IS 'Smaller runs first.';
COMMENT ON COLUMN llava.job.state IS
    'ready: may be claimed. waiting: failed, tried again at run_at. running: claimed. done: all answers stored. dead: given up. cancelled: withdrawn.';
COMMENT ON COLUMN llava.job.attempts IS 'Claims since the job was last opened.';
COMMENT ON COLUMN llava.job.failure_class IS
    'Why it failed last: missing, unreadable, not-a-file, empty, truncated, unsupported, too-large, corrupt, preset, engine, crash, cancelled or timeout.';
COMMENT ON COLUMN llava.job.last_error IS 'Why it failed last, as a sentence.';
COMMENT ON COLUMN llava.job.created_at IS 'When the row was made.';
COMMENT ON COLUMN llava.job.finished_at IS 'When it last became done, dead or cancelled.';
COMMENT ON COLUMN llava.job.run_at IS 'When a waiting job becomes ready.';
COMMENT ON COLUMN llava.job.max_attempts IS 'Attempts after which a retry is dead.';
COMMENT ON COLUMN llava.job.crashes IS 'Workers lost over this job since its last stored answer; dead at 3.';
COMMENT ON COLUMN llava.job.cancel IS 'A person asked to stop it while it runs.';
COMMENT ON COLUMN llava.job.fence IS 'Number of the last claim. Only grows; a write that names an older one is refused.';
COMMENT ON COLUMN llava.job.owner IS 'Epoch of the daemon that has it.';
COMMENT ON COLUMN llava.job.claim_beat IS 'The owner''s heartbeat counter at the claim or the last stored answer.';
COMMENT ON COLUMN llava.job.claimed_at IS 'When it was last claimed.';
COMMENT ON COLUMN llava.job.started_fence IS 'The claim under which the picture''s bytes were read; a lost worker counts as a crash from then on.';
COMMENT ON COLUMN llava.job.put_fence IS 'The claim whose last answers were stored; tells a repeated call from a stale one.';
COMMENT ON COLUMN llava.job.image_id IS 'The picture last found at the path.';
COMMENT ON COLUMN llava.job.size IS 'Size of the file when last seen, in bytes.';
COMMENT ON COLUMN llava.job.mtime_ns IS 'Modification time of the file when last seen, in ns since 1970.';

CREATE TABLE llava.sighting (
    path      text NOT NULL,
    path_hash bigint NOT NULL GENERATED ALWAYS AS (hashtextextended(path, 0)) STORED,
    image_id  bigint NOT NULL REFERENCES llava.image,
    job_id    bigint NOT NULL,
    size      bigint NOT NULL,
    mtime_ns  bigint NOT NULL,
    seen_at   timestamptz NOT NULL DEFAULT now(),
    current   boolean NOT NULL DEFAULT true,
    PRIMARY KEY (path_hash, image_id)
);
CREATE UNIQUE INDEX sighting_current ON llava.sighting (path_hash) WHERE current;
CREATE INDEX sighting_path ON llava.sighting USING hash (path);
CREATE INDEX sighting_image ON llava.sighting (image_id);
CREATE INDEX sighting_job ON llava.sighting (job_id);
COMMENT ON TABLE llava.sighting IS 'Which picture was found at which path.';
COMMENT ON COLUMN llava.sighting.path IS 'Where.';
COMMENT ON COLUMN llava.sighting.path_hash IS 'Hash of the path: a path may be too long for a B-tree.';
COMMENT ON COLUMN llava.sighting.image_id IS 'What.';
COMMENT ON COLUMN llava.sighting.job_id IS 'The job that last read it there.';
COMMENT ON COLUMN llava.sighting.size IS 'Size of the file then, in bytes.';
COMMENT ON COLUMN llava.sighting.mtime_ns IS 'Modification time of the file then, in ns since 1970.';
COMMENT ON COLUMN llava.sighting.seen_at IS 'When it was last read there.';
COMMENT ON COLUMN llava.sighting.current IS 'Whether it is the picture last found at the path.';

CREATE TABLE llava.answer (
    image_id      bigint NOT NULL REFERENCES llava.image,
    preset_id     int NOT NULL REFERENCES llava.preset,
    question      text NOT NULL,
    model_id      int NOT NULL REFERENCES llava.model,
    job_id        bigint NOT NULL,
    fence         bigint NOT NULL,
    answer        text NOT NULL,
    data          jsonb,
    confidence    real,
    finish_reason text NOT NULL,
    tokens        int NOT NULL,
    duration_ms   int NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    words         tsvector GENERATED ALWAYS AS
        (to_tsvector('english', left(answer, 100000))) STORED,
    PRIMARY KEY (image_id, preset_id, question, model_id)
);
CREATE INDEX answer_words ON llava.answer USING gin (words);
COMMENT ON TABLE llava.answer IS
    'Answers, each written once: one a picture, preset version, question and model. Never pruned.';
COMMENT ON COLUMN llava.answer.image_id IS 'The picture.';
COMMENT ON COLUMN llava.answer.preset_id IS 'The preset version.';
COMMENT ON COLUMN llava.answer.question IS 'The question''s name within the preset.';
COMMENT ON COLUMN llava.answer.model_id IS 'The model.';
COMMENT ON COLUMN llava.answer.job_id IS 'The job it was written for.';
COMMENT ON COLUMN llava.answer.fence IS 'The claim it was written under.';
COMMENT ON COLUMN llava.answer.answer IS 'What the model wrote.';
COMMENT ON COLUMN llava.answer.data IS 'The same parsed, where the question has a format.';
COMMENT ON COLUMN llava.answer.confidence IS 'How sure the model was, 0 to 1.';
COMMENT ON COLUMN llava.answer.finish_reason IS 'stop: the model ended. length: it was cut. cancelled: a person stopped it.';
COMMENT ON COLUMN llava.answer.tokens IS 'How many tokens were generated.';
COMMENT ON COLUMN llava.answer.duration_ms IS 'How long that took, in milliseconds.';
COMMENT ON COLUMN llava.answer.created_at IS 'When it was stored.';
COMMENT ON COLUMN llava.answer.words IS
    'For llava.search. The configuration is english: the models answer in English, and people who search for circle want circles found; words of other languages still match themselves.';
