import Foundation
import Testing

/// `describe` from pictures to answers: a real daemon, a real database, and a model so small that
/// its words mean nothing.
@Suite(.serialized) struct DescribeTests {
    private static let fixtures =
        URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().path + "/Fixtures"

    private static let mayRun: Bool = ["/usr/lib/postgresql", "/usr/bin/initdb"].contains {
        FileManager.default.fileExists(atPath: $0)
    }

    /// A state of its own with two pictures and a file that is none.
    private func prepared() throws -> (program: Program, folder: TemporaryFolder) {
        let folder = try TemporaryFolder()
        let models = Self.fixtures + "/engine/models/mlp-mha-f16"
        let program = try Program(
            folder,
            settings: """
                model:
                  text: \(models).text.gguf
                  mmproj: \(models).mmproj.gguf
                  template: vicuna_v1
                workers:
                  count: 1
                  threads: 1
                  drain: 2s

                """)
        for name in ["jpeg-17x16.jpg", "jpeg-411.jpg"] {
            let bytes = try Data(
                contentsOf: URL(fileURLWithPath: Self.fixtures + "/images/" + name))
            try folder.write("pictures/" + name, Array(bytes))
        }
        return (program, folder)
    }

    @Test(.enabled(if: mayRun, "PostgreSQL's server is not installed"))
    func fromAFolderToItsAnswers() throws {
        let (program, folder) = try prepared()
        defer { withExtendedLifetime(folder) {} }
        try folder.write("pictures/broken.png", "no picture")
        let arguments = ["describe", "pictures", "--preset", "people", "--format", "jsonl"]
        let first = try program.run(arguments)
        #expect(first.code == 1, "\(first.errors)")
        let rows = try first.output.split(separator: "\n").map { line in
            try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(
            rows.map { "\($0["path"] ?? "") \($0["question"] ?? "")" } == [
                "\(folder.path)/pictures/jpeg-17x16.jpg people",
                "\(folder.path)/pictures/jpeg-17x16.jpg safety",
                "\(folder.path)/pictures/jpeg-411.jpg people",
                "\(folder.path)/pictures/jpeg-411.jpg safety",
            ])
        #expect(first.errors.contains("\n3/3 (100%), 1 failed, ") || first.errors.hasPrefix("3/3"))
        #expect(first.errors.contains("Failed: \(folder.path)/pictures/broken.png (unsupported): "))
        #expect(first.errors.hasSuffix("1 of 3 pictures could not be described\n"))

        let second = try program.run(arguments)
        #expect(second.code == 1)
        #expect(second.output == first.output)
        #expect(second.errors.hasPrefix("Nothing left to do: 2 already described\n"))
    }

    @Test(.enabled(if: mayRun, "PostgreSQL's server is not installed"))
    func anInterruptLeavesTheJobsQueued() throws {
        let (program, folder) = try prepared()
        defer { withExtendedLifetime(folder) {} }
        let holder = try program.holdDatabase()
        defer { holder.stop() }
        // Paused, the daemon starts and finds nothing it may do.
        #expect(try program.run(["pause"]).code == 0)
        let describe = try program.start(["describe", "pictures"])
        let deadline = ContinuousClock.now + .seconds(60)
        while try program.run(["status", "--json"]).output.contains("\"daemons\":[]") {
            try #require(ContinuousClock.now < deadline, "describe started no daemon")
        }
        describe.process.interrupt()
        describe.process.waitUntilExit()
        #expect(describe.process.terminationStatus == 130)
        let errors = try describe.errors()
        #expect(errors.contains("stopped with 2 of 2 pictures left in the queue"))
        #expect(try program.run(["status"]).output.hasPrefix("Jobs      ready 2,"))
        // The daemon went with it.
        #expect(try program.run(["reload"]).code == 3)
    }
}
