import Testing

/// The command line itself: help, wrong usage, wrong settings.
///
/// No database is touched.
@Suite struct UsageTests {
    private func run(
        _ arguments: String..., settings: String = "", environment: [String: String] = [:]
    ) throws -> Program.Outcome {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        return try Program(folder, settings: settings).run(arguments, environment: environment)
    }

    @Test func helpNamesEveryVerb() throws {
        let help = try run("--help")
        #expect(help.code == 0)
        #expect(help.errors == "")
        for verb in [
            "describe", "enqueue", "watch", "status", "top", "jobs", "job", "retry", "cancel",
            "results", "show", "search", "export", "presets", "pause", "resume", "drain", "reload",
            "ask", "model", "image", "sql", "doctor",
        ] {
            #expect(help.output.contains("\n  \(verb) "), "\(verb)")
        }
    }

    @Test(arguments: [
        ["paint"], ["describe"], ["enqueue"], ["watch", "ad", "/a"], ["jobs", "--state", "lost"],
        ["jobs", "--limit", "-1"], ["retry"], ["retry", "--all", "3"], ["cancel"],
        ["export", "--format", "doc"], ["export", "--format", "txt"],
        ["export", "--format", "csv", "--beside"], ["ask", "a.jpg"],
        ["ask", "a.jpg", "q", "--max-tokens", "0"], ["ask", "a.jpg", "q", "--temperature", "-1"],
        ["ask"], ["ask", "--no-image"], ["ask", "a.jpg", "q", "--no-image"],
        ["ask", "a.jpg", "q", "--chat", "--raw-prompt", "x"],
        ["ask", "a.jpg", "-", "--raw-prompt", "x"],
        ["ask", "a.jpg", "q", "--top-k", "-1"], ["ask", "a.jpg", "q", "--top-p", "0"],
        ["ask", "a.jpg", "q", "--min-p", "1"], ["ask", "a.jpg", "q", "--stop", ""],
        ["ask", "a.jpg", "q", "--repetition-penalty", "0"],
        ["model", "tokenize"], ["model", "tokenize", "x", "--file", "y"],
        ["model", "tokenize", "--lines", "x"],
        ["image", "a.jpg", "--model", "m.gguf"], ["top", "--interval", "0"],
        ["results", "--format", "xml"], ["job", "show", "x"], ["status", "--nosuch"],
        ["enqueue", "/a", "--priority", "99999"],
    ])
    func wrongUsageExitsWithTwo(arguments: [String]) throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let outcome = try Program(folder).run(arguments)
        #expect(outcome.code == 2)
        #expect(outcome.output == "")
        #expect(outcome.errors.hasPrefix("llavactl: "))
        #expect(outcome.errors.contains(": see llavactl "))
        #expect(outcome.errors.filter { $0 == "\n" }.count == 1)
    }

    @Test func anUnknownVerbIsNamed() throws {
        let outcome = try run("paint")
        #expect(outcome.errors == "llavactl: Unexpected argument 'paint': see llavactl --help\n")
    }

    @Test func wrongSettingsExitWithSeventyEight() throws {
        let outcome = try run("status", settings: "workers:\n  cuont: 2\n")
        #expect(outcome.code == 78)
        #expect(outcome.output == "")
        #expect(outcome.errors.hasPrefix("llavactl: /tmp/llavactl-"))
        #expect(
            outcome.errors.hasSuffix(
                "/llavad.yaml:3: there is no key 'workers.cuont': the nearest is "
                    + "'workers.count'\n"))
        let missing = try run("jobs", "--config", "/nonexistent.yaml")
        #expect(missing.code == 78)
        let variable = try run("status", environment: ["LLAVA_WORKERS_COUNT": "many"])
        #expect(variable.code == 78)
        #expect(variable.errors.contains("LLAVA_WORKERS_COUNT: is 'many'"))
    }

    @Test func anUnreachableDatabaseExitsWithThree() throws {
        let outcome = try run(
            "status", environment: ["LLAVA_DATABASE": "host=/nonexistent/folder dbname=x"])
        #expect(outcome.code == 3)
        #expect(outcome.output == "")
        #expect(outcome.errors.hasPrefix("llavactl: "))
        #expect(outcome.errors.filter { $0 == "\n" }.count == 1)
    }

    @Test func aMissingModelIsBadConfiguration() throws {
        let outcome = try run("ask", "a.jpg", "What is this?")
        #expect(outcome.code == 78)
        #expect(outcome.errors.contains("set model.text or LLAVA_MODEL_TEXT, or give --model"))
    }
}
