import Testing

@testable import Storage

@Suite struct ClaimTests {
    @Test func goesFromPathToResult() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare()
        let job = try await database.claimAndIdentify(epoch)
        #expect(job.path == "/p/a.jpg")
        #expect(job.presets.map(\.name) == ["brief"])
        #expect(try await database.finish(job) == .done)
        let rows = try await database.results()
        #expect(rows.map(\.answer) == ["a red circle"])
        #expect(try await database.job(job.id)?.state == .done)
    }
}
