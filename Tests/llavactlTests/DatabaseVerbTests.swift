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
        let program = try Program(folder)
        for name in ["b.png", "a.jpg", "sub/c.JPEG", "notes.txt", ".hidden.jpg"] {
            try folder.write("pictures/" + name, "not really")
        }
        let pictures = folder.path + "/pictures"
        // Keeps the server running between the verbs, as a daemon would.
        let holder = try program.holdDatabase()
        defer { holder.stop() }

        func run(_ arguments: String..., input: String = "") throws -> Program.Outcome {
            try program.run(arguments, input: input)
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

        // Enqueuing is idempotent, and says what it leaves out.
        try expect("enqueue", "pictures", output: "3 added, 0 known already\n")
        try expect(
            "enqueue", "pictures", "--json", output: #"{"added":0,"known":3,"skipped":[]}"# + "\n")
        try expect(
            "enqueue", "--files-from", "-", "--preset", "tags,people",
            input: "pictures/a.jpg\n\npictures/gone.jpg\n", code: 1,
            output: "1 added, 0 known already, 1 skipped\n",
            errors: "Skipped: \(pictures)/gone.jpg does not exist: check the path\n")
        try expect(
            "enqueue", "--files-from", "-", input: "pictures/b.png\0pictures/a.jpg\0",
            output: "0 added, 2 known already\n")
        let unknown = try run("enqueue", "pictures", "--preset", "haiku")
        #expect(unknown.code == 2)
        #expect(unknown.errors.hasPrefix("llavactl: there is no preset 'haiku': give some of "))

        // Jobs, in every format.
        try expect(
            "jobs",
            output: """
                ID  STATE  PATH\(String(repeating: " ", count: pictures.count + 7))PRESETS\
                            ATTEMPTS  FAILURE CLASS  LAST ERROR
                 1  ready  \(pictures)/a.jpg       brief,tags,people         0
                 2  ready  \(pictures)/b.png       brief                     0
                 3  ready  \(pictures)/sub/c.JPEG  brief                     0

                """)
        try expect(
            "cancel", "--path", "pictures/sub", output: "1 job was cancelled\n")
        try expect("cancel", "2", "--json", output: #"{"cancelled":1}"# + "\n")
        try expect("retry", "--class", "cancelled", output: "2 jobs are ready again\n")
        let shown = try run("job", "show", "3", "--json")
        #expect(shown.output.contains(#""path":"\#(pictures)/sub/c.JPEG""#))
        try expect(
            "job", "show", "99", code: 1, output: "",
            errors: "llavactl: there is no job 99: llavactl jobs lists them\n")
        let rows = try #require(
            try JSONSerialization.jsonObject(
                with: Data(run("jobs", "--json").output.utf8)) as? [[String: Any]])
        #expect(rows.map { $0["id"] as? Int } == [1, 2, 3])

        // Anybody's INSERT is a job; psql's exit code is ours.
        try expect(
            "sql", "--", "-XqAtc",
            "INSERT INTO llava.job(path) VALUES ('/x.jpg'); SELECT count(*) FROM llava.job",
            output: "4\n")
        #expect(try run("sql", "--", "-Xc", "SELECT broken").code == 1)

        // Answers as a worker would have stored them.
        try expect("sql", "--", "-Xqf", try folder.write("answers.sql", Self.answers(pictures)), output: "")
        try expect(
            "results", "--format", "csv", "--preset", "brief",
            output: """
                path,sha256,preset,preset_version,question,answer,data,confidence,finish_reason,\
                model,tokens,duration_ms,created_at,job_id
                \(pictures)/a.jpg,\(String(repeating: "ab", count: 32)),brief,1,caption,\
                "A red star, and a ""blue"" circle.",,0.5,stop,tiny,7,12,2026-01-02T03:04:05Z,1

                """)
        try expect(
            "show", "pictures/a.jpg",
            output: """
                \(pictures)/a.jpg
                  caption: A red star, and a "blue" circle.
                  tags: star, circle

                """)
        try expect(
            "search", "red star", "--format", "text",
            output: """
                \(pictures)/a.jpg
                  caption: A red star, and a "blue" circle.

                """)
        try expect(
            "show", "pictures/none.jpg", code: 1, output: "",
            errors: "llavactl: '\(pictures)/none.jpg' is not known: llavactl enqueue "
                + "'\(pictures)/none.jpg'\n")

        // Exports: whole files, and never somebody else's.
        try folder.write("pictures/a.txt", "mine\n")
        let refused = try run("export", "--format", "txt", "--beside")
        #expect(refused.code == 1)
        #expect(refused.errors.contains("somebody else wrote it"))
        try expect(
            "export", "--format", "txt", "--out", "captions",
            output: "2 answers, 1 files written\n")
        let caption = try String(contentsOfFile: folder.path + "/captions/a.txt", encoding: .utf8)
        #expect(caption == "A red star, and a \"blue\" circle.\nstar, circle\n")
        for files in ["1 files written", "0 files written, 1 unchanged"] {
            try expect(
                "export", "--format", "xmp", "--beside", output: "2 answers, \(files)\n")
        }
        let sidecar = try Data(contentsOf: URL(fileURLWithPath: pictures + "/a.jpg.xmp"))
        #expect(String(decoding: sidecar, as: UTF8.self).contains("<rdf:li>circle</rdf:li>"))
        try expect(
            "export", "--format", "llava", "--preset", "tags",
            output: """
                [{"id":"\(String(repeating: "ab", count: 32))","image":"\(pictures)/a.jpg",\
                "conversations":[{"from":"human","value":"<image>\\nList keywords for the \
                picture, separated by commas."},{"from":"gpt","value":"star, circle"}]}]

                """)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: pictures).sorted()
                == [".hidden.jpg", "a.jpg", "a.jpg.xmp", "a.txt", "b.png", "notes.txt", "sub"])

        // Watched folders and pauses.
        try expect("watch", "add", "pictures", output: "Watching \(pictures)\n")
        try expect(
            "watch", "list", "--format", "csv",
            output: try run("watch", "list", "--format", "csv").output)
        try expect("watch", "remove", "pictures", output: "No longer watching \(pictures)\n")
        #expect(try run("watch", "remove", "pictures").code == 1)
        try expect("pause", output: "Paused all hosts; llavactl resume to go on\n")
        #expect(try run("status").output.contains("Paused    all hosts"))
        try expect("drain", output: "Nothing runs; llavactl resume to go on\n")
        try expect("resume", output: "Nothing is paused any more\n")
        #expect(try run("reload").code == 3)

        // A preset of one's own: a changed file is a new version.
        let preset = "name: haiku\nsummary: S.\nquestions:\n  - name: q\n    prompt: Write.\n"
        try expect("presets", "add", "-", input: preset, output: "Added haiku, version 1\n")
        try expect(
            "presets", "add", "-", input: preset, output: "Known already: haiku, version 1\n")
        try expect(
            "presets", "add", "-", input: preset.replacing("Write", with: "Sing"),
            output: "Added haiku, version 2\n")
        #expect(try run("presets", "show", "haiku").output.contains("  Sing."))
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
