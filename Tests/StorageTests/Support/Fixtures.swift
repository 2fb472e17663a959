import Testing

@testable import Storage

/// Things most tests of the queue begin with.
extension Database {
    /// Stores a preset with the given questions.
    @discardableResult
    func addTestPreset(
        _ name: String = "brief", questions: [String] = ["caption"], isDefault: Bool? = nil
    ) throws -> PresetRow {
        let list = questions.map { "\"\($0)\"" }.joined(separator: ",")
        let body = "{\"name\": \"\(name)\", \"questions\": [\(list)]}"
        return try addPreset(
            NewPreset(name: name, body: body, questions: questions, isDefault: isDefault))
    }

    /// Registers a daemon that exists in the test alone.
    func addTestDaemon(
        model: String = "a", host: String = "testhost", pid: Int32 = 1
    ) throws -> Int64 {
        try registerDaemon(
            DaemonIdentity(host: host, bootID: "boot", pid: pid, pidStart: 1),
            modelFingerprint: String(repeating: model, count: 64), modelName: "model \(model)",
            workers: 2)
    }

    /// A default preset with one question, a daemon, and a job for each path.
    func prepare(paths: [String] = ["/p/a.jpg"]) throws -> Int64 {
        try addTestPreset(isDefault: true)
        let epoch = try addTestDaemon()
        _ = try enqueue(paths.map { NewJob(path: $0) })
        return epoch
    }

    /// Claims one job.
    func claimOne(_ epoch: Int64) throws -> ClaimedJob {
        try #require(try claim(epoch: epoch, limit: 1).first)
    }

    /// Claims one job and says that its picture's bytes hash to `content` repeated.
    func claimAndIdentify(
        _ epoch: Int64, content: UInt8 = 1,
        stamp: FileStamp = .init(size: 9, modificationNanoseconds: 9)
    ) throws -> ClaimedJob {
        let job = try claimOne(epoch)
        _ = try identify(
            job: job.id, fence: job.fence, sha256: [UInt8](repeating: content, count: 32),
            stamp: stamp)
        return job
    }

    /// Answers every question of a claimed job and finishes it.
    func finish(_ job: ClaimedJob, text: String = "a red circle") throws -> PutOutcome {
        try put(
            job: job.id, fence: job.fence,
            answers: job.presets.flatMap { preset in
                preset.questions.map {
                    NewAnswer(presetID: preset.id, question: $0, answer: text, tokens: 4)
                }
            }, final: true)
    }

    /// Runs SQL of the test's own.
    @discardableResult
    func execute(_ sql: String) throws -> Int {
        try run(Statement("test", sql)).affected
    }

    /// Runs a statement of the test's own.
    func runForTest(_ statement: Statement) throws {
        _ = try run(statement)
    }

    /// The first column of every row of SQL of the test's own.
    func column(_ sql: String) throws -> [String] {
        let result = try run(Statement("test", sql))
        let name = result.columnNames[0]
        return try result.map { row throws(StorageError) in try row.textIfPresent(name) ?? "NULL" }
    }
}
