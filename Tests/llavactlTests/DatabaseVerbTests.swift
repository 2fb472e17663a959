import Foundation
import Testing

/// The verbs on the queue, against a throw-away embedded database, as a person would use them.
///
/// One test walks through them all: starting a server takes longer than every verb together.
@Suite struct DatabaseVerbTests {
    private static let mayRun: Bool = ["/usr/lib/postgresql", "/usr/bin/initdb"].contains {
        FileManager.default.fileExists(atPath: $0)
    }

    @Test(.enabled(if: mayRun, "PostgreSQL's server is not installed"))
    func verbsOnTheQueue() throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let session = try Session(folder)
        for name in ["b.png", "a.jpg", "sub/c.JPEG", "notes.txt", ".hidden.jpg"] {
            try folder.write("pictures/" + name, "not really")
        }
        // Keeps the server running between the verbs, as a daemon would.
        let holder = try session.program.holdDatabase()
        defer { holder.stop() }
        try enqueuing(session)
        try jobs(session)
        try sql(session)
        try answers(session)
        try exports(session)
        try sidecars(session)
        try control(session)
        try presets(session)
    }

    /// The program on a folder `pictures`, with a way to say what it must print.
    private struct Session {
        let folder: TemporaryFolder
        let program: Program
        let pictures: String

        init(_ folder: TemporaryFolder) throws {
            self.folder = folder
            program = try Program(folder)
            pictures = folder.path + "/pictures"
        }

        func run(_ arguments: String...) throws -> Program.Outcome {
            try program.run(arguments)
        }

        func expect(
            _ arguments: String..., input: String = "", code: Int32 = 0, output: String,
            errors: String = "", sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let outcome = try program.run(arguments, input: input)
            #expect(outcome.code == code, sourceLocation: sourceLocation)
            #expect(outcome.output == output, sourceLocation: sourceLocation)
            #expect(outcome.errors == errors, sourceLocation: sourceLocation)
        }
    }

    /// Enqueuing is idempotent, and says what it leaves out.
    private func enqueuing(_ session: Session) throws {
        let pictures = session.pictures
        try session.expect("enqueue", "pictures", output: "3 added, 0 known already\n")
        try session.expect(
            "enqueue", "pictures", "--json", output: #"{"added":0,"known":3,"skipped":[]}"# + "\n")
        try session.expect(
            "enqueue", "--files-from", "-", "--preset", "tags,people",
            input: "pictures/a.jpg\n\npictures/gone.jpg\n", code: 1,
            output: "1 added, 0 known already, 1 skipped\n",
            errors: "Skipped: \(pictures)/gone.jpg does not exist: check the path\n")
        try session.expect(
            "enqueue", "--files-from", "-", input: "pictures/b.png\0pictures/a.jpg\0",
            output: "0 added, 2 known already\n")
        let unknown = try session.run("enqueue", "pictures", "--preset", "haiku")
        #expect(unknown.code == 2)
        #expect(unknown.errors.hasPrefix("llavactl: there is no preset 'haiku': give some of "))
        let setting = try session.program.run(
            ["enqueue", "pictures"], environment: ["LLAVA_PRESETS_DEFAULT": "haiku"])
        #expect(setting.code == 78)
        #expect(setting.errors.contains("presets.default: there is no preset 'haiku'"))
    }

    private func jobs(_ session: Session) throws {
        let pictures = session.pictures
        let padding = String(repeating: " ", count: pictures.utf8.count + 7)
        try session.expect(
            "jobs",
            output: """
                ID  STATE  PATH\(padding)  PRESETS            ATTEMPTS  FAILURE CLASS  LAST ERROR
                 1  ready  \(pictures)/a.jpg       brief,people,tags         0
                 2  ready  \(pictures)/b.png       brief                     0
                 3  ready  \(pictures)/sub/c.JPEG  brief                     0

                """)
        try session.expect(
            "cancel", "--path", "pictures/sub", output: "1 job was cancelled\n")
        try session.expect("cancel", "2", "--json", output: #"{"cancelled":1}"# + "\n")
        try session.expect(
            "retry", "--class", "cancelled", output: "2 jobs are ready again\n")
        let shown = try session.run("job", "show", "3", "--json")
        #expect(shown.output.contains(#""path":"\#(pictures)/sub/c.JPEG""#))
        try session.expect(
            "job", "show", "99", code: 1, output: "",
            errors: "llavactl: there is no job 99: llavactl jobs lists them\n")
        let listed = try session.run("jobs", "--json").output
        let rows = try #require(
            try JSONSerialization.jsonObject(with: Data(listed.utf8)) as? [[String: Any]])
        #expect(rows.map { $0["id"] as? Int } == [1, 2, 3])
    }

    /// Anybody's INSERT is a job, and psql's exit code is ours.
    private func sql(_ session: Session) throws {
        try session.expect(
            "sql", "--", "-XqAtc",
            "INSERT INTO llava.job(path) VALUES ('/x.jpg'); SELECT count(*) FROM llava.job",
            output: "4\n")
        #expect(try session.run("sql", "--", "-Xc", "SELECT broken").code == 1)
    }

    private func answers(_ session: Session) throws {
        let pictures = session.pictures
        let script = try session.folder.write("answers.sql", Self.answers(pictures))
        try session.expect("sql", "--", "-Xqf", script, output: "")
        try session.expect(
            "results", "--format", "csv", "--preset", "brief",
            output: """
                path,sha256,preset,preset_version,question,answer,data,confidence,finish_reason,\
                model,tokens,duration_ms,created_at,job_id
                \(pictures)/a.jpg,\(String(repeating: "ab", count: 32)),brief,1,caption,\
                "A red star, and a ""blue"" circle.",,0.5,stop,tiny,7,12,2026-01-02T03:04:05Z,1

                """)
        try session.expect(
            "show", "pictures/a.jpg",
            output: """
                \(pictures)/a.jpg
                  caption: A red star, and a "blue" circle.
                  tags: star, circle

                """, errors: "Job 1 is ready\n")
        try session.expect(
            "search", "red star", "--format", "text",
            output: """
                \(pictures)/a.jpg
                  caption: A red star, and a "blue" circle.

                """)
        try session.expect(
            "show", "pictures/none.jpg", code: 1, output: "",
            errors: "llavactl: '\(pictures)/none.jpg' is not known: llavactl enqueue "
                + "'\(pictures)/none.jpg'\n")
    }

    private func exports(_ session: Session) throws {
        let pictures = session.pictures
        let lines = try session.run("results", "--format", "jsonl").output
        try session.expect(
            "export", "--format", "jsonl", "--out", "all.jsonl",
            output: "2 answers, 1 files written\n")
        let written = try String(
            contentsOfFile: session.folder.path + "/all.jsonl", encoding: .utf8)
        #expect(written == lines)
        try session.expect(
            "export", "--format", "llava", "--preset", "tags",
            output: """
                [{"id":"\(String(repeating: "ab", count: 32))","image":"\(pictures)/a.jpg",\
                "conversations":[{"from":"human","value":"<image>\\nList keywords for the \
                picture, separated by commas."},{"from":"gpt","value":"star, circle"}]}]

                """)
    }

    /// Files for each picture are whole, and never somebody else's.
    private func sidecars(_ session: Session) throws {
        let (folder, pictures) = (session.folder, session.pictures)
        try folder.write("pictures/a.txt", "mine\n")
        let refused = try session.run("export", "--format", "txt", "--beside")
        #expect(refused.code == 1)
        #expect(refused.errors.contains("somebody else wrote it"))
        try session.expect(
            "export", "--format", "txt", "--out", "captions",
            output: "2 answers, 1 files written\n")
        let caption = try String(
            contentsOfFile: folder.path + "/captions/a.txt", encoding: .utf8)
        #expect(caption == "A red star, and a \"blue\" circle.\nstar, circle\n")
        for files in ["1 files written", "0 files written, 1 unchanged"] {
            try session.expect(
                "export", "--format", "xmp", "--beside", output: "2 answers, \(files)\n")
        }
        let sidecar = try String(contentsOfFile: pictures + "/a.jpg.xmp", encoding: .utf8)
        #expect(sidecar.contains("<rdf:li>circle</rdf:li>"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: pictures).sorted()
                == [".hidden.jpg", "a.jpg", "a.jpg.xmp", "a.txt", "b.png", "notes.txt", "sub"])
    }

    private func control(_ session: Session) throws {
        let pictures = session.pictures
        try session.expect("watch", "add", "pictures", output: "Watching \(pictures)\n")
        #expect(try session.run("watch", "list", "--json").output.contains("\"\(pictures)\""))
        try session.expect(
            "watch", "remove", "pictures", output: "No longer watching \(pictures)\n")
        #expect(try session.run("watch", "remove", "pictures").code == 1)
        let pattern = try session.run("watch", "add", "pictures", "--include", "[a")
        #expect(pattern.code == 2)
        #expect(pattern.errors.contains("the pattern '[a' is not valid"))
        try session.expect("pause", output: "Paused all hosts; llavactl resume to go on\n")
        #expect(try session.run("status").output.contains("Paused    all hosts"))
        try session.expect("drain", output: "Nothing runs; llavactl resume to go on\n")
        try session.expect("resume", output: "Nothing is paused any more\n")
        #expect(try session.run("reload").code == 3)
        let looks = try session.run("top", "--json", "--number", "2", "--interval", "0.2")
        #expect(looks.output.split(separator: "\n").count == 2)
    }

    /// A changed preset file is a new version, an unchanged one is not.
    private func presets(_ session: Session) throws {
        let preset = "name: haiku\nsummary: S.\nquestions:\n  - name: q\n    prompt: Write.\n"
        try session.expect(
            "presets", "add", "-", input: preset, output: "Added haiku, version 1\n")
        try session.expect(
            "presets", "add", "-", input: preset, output: "Known already: haiku, version 1\n")
        try session.expect(
            "presets", "add", "-", input: preset.replacing("Write", with: "Sing"),
            output: "Added haiku, version 2\n")
        #expect(try session.run("presets", "show", "haiku").output.contains("  Sing."))
        #expect(try session.run("presets", "add", "answers.sql").code == 1)
    }

    /// What a worker stores: the first picture with a caption and keywords.
    private static func answers(_ pictures: String) -> String {
        """
        INSERT INTO llava.image(sha256, bytes) VALUES (decode(repeat('ab', 32), 'hex'), 10);
        INSERT INTO llava.model(fingerprint, name) VALUES (repeat('cd', 32), 'tiny');
        INSERT INTO llava.sighting(path, image_id, job_id, size, mtime_ns)
            SELECT '\(pictures)/a.jpg', image_id, 1, 10, 0 FROM llava.image;
        INSERT INTO llava.answer(image_id, preset_id, question, model_id, job_id, fence, answer,
            confidence, finish_reason, tokens, duration_ms, created_at)
            SELECT image_id, preset_id, q, model_id, 1, 1, a, 0.5, 'stop', 7, 12,
                '2026-01-02 03:04:05+00'
            FROM llava.image, llava.model, llava.preset
            JOIN (VALUES ('brief', 'caption', 'A red star, and a "blue" circle.'),
                ('tags', 'tags', 'star, circle')) v(p, q, a) ON p = name;
        """
    }
}
