import Foundation

/// The built `llavactl`, run as a user runs it.
struct Program {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// What a run left behind.
    struct Outcome {
        let code: Int32
        let output: String
        let errors: String
    }

    private let folder: TemporaryFolder

    /// A program whose settings and state are a test's own.
    init(_ folder: TemporaryFolder, settings: String = "") throws {
        self.folder = folder
        try folder.write("llavad.yaml", "state: \(folder.path)/state\n" + settings)
    }

    /// Where SwiftPM puts programs: beside the bundle of the tests.
    private static let executable: String? = {
        let places =
            [CommandLine.arguments[0], Bundle.main.executablePath ?? ""]
            + CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let folders = places.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
        return (folders + [root.path + "/.build/debug"])
            .map { $0 + "/llavactl" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// Runs the program to its end.
    ///
    /// - Parameters:
    ///   - arguments: The verb and what follows it.
    ///   - input: What it reads from standard input.
    ///   - environment: Variables beside the usual ones.
    ///   - addressSpace: The most memory it may map, in bytes; nil for any.
    /// - Returns: What it left behind.
    /// - Throws: If it cannot be started or its files not be read.
    func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:],
        addressSpace: Int? = nil
    ) throws -> Outcome {
        let process = try prepared(arguments, environment: environment)
        if let addressSpace, let executable = process.executableURL {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments =
                ["-c", "ulimit -v \(addressSpace / 1024) && exec \"$0\" \"$@\"", executable.path]
                + arguments
        }
        // Files instead of pipes: a full pipe would stop the program.
        let (output, errors) = (folder.path + "/stdout", folder.path + "/stderr")
        try folder.write("stdout", "")
        try folder.write("stderr", "")
        let inputFile = try folder.write("stdin", input)
        process.standardInput = FileHandle(forReadingAtPath: inputFile)
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = FileHandle(forWritingAtPath: errors)
        try process.run()
        process.waitUntilExit()
        return Outcome(
            code: process.terminationStatus,
            output: try String(contentsOfFile: output, encoding: .utf8),
            errors: try String(contentsOfFile: errors, encoding: .utf8))
    }

    private func prepared(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> Process {
        guard let executable = Self.executable else {
            throw Failure(description: "llavactl was not built beside the tests")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
            "HOME": folder.path, "LLAVA_CONFIG": folder.path + "/llavad.yaml",
            "TZ": "UTC", "LC_ALL": "C.UTF-8",
        ].merging(environment) { _, new in new }
        return process
    }

    /// A verb left running, so that the embedded server stays up.
    struct Holder {
        fileprivate let process: Process
        fileprivate let input: Pipe

        /// Ends its input, so that it leaves, which stops the server if it is the last user.
        func stop() {
            try? input.fileHandleForWriting.close()
            process.waitUntilExit()
        }
    }

    /// Starts psql and leaves it waiting for input.
    func holdDatabase() throws -> Holder {
        let process = try prepared(["sql", "--", "-XqAt"])
        let input = Pipe()
        process.standardInput = input
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        // psql answers once the server is up.
        try input.fileHandleForWriting.write(contentsOf: Data("SELECT 1;\n".utf8))
        _ = try output.fileHandleForReading.read(upToCount: 1)
        return Holder(process: process, input: input)
    }

    /// A verb that runs while a test goes on.
    struct Running {
        let process: Process
        fileprivate let errorPath: String

        /// What it has said on standard error so far.
        func errors() throws -> String {
            try String(contentsOfFile: errorPath, encoding: .utf8)
        }
    }

    /// Starts a verb and returns at once.
    func start(_ arguments: [String]) throws -> Running {
        let process = try prepared(arguments)
        let path = try folder.write("running.stderr", "")
        process.standardError = FileHandle(forWritingAtPath: path)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        return Running(process: process, errorPath: path)
    }
}
