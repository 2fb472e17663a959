import Glibc
import Testing

@testable import Storage

@Suite struct ConnectionTests {
    @Test(arguments: [
        ("40001", true), ("40P01", true), ("53100", true), ("53300", true), ("57P01", true),
        ("57P03", true), ("25006", true), ("08007", true), ("XX000", true), ("58P01", true),
        ("55P03", true), ("23505", false), ("22P02", false), ("42P01", false), ("P0001", false),
    ])
    func statesNotKnownToBePermanentMayPass(state: String, mayPass: Bool) {
        #expect(StorageError(.statement, "x", sqlState: state).isTransient == mayPass)
        #expect(StorageError(.connection, "x").isTransient)
        #expect(!StorageError(.schema, "x").isTransient)
    }

    @Test func errorsNameTheStatementAndNoValue() async throws {
        let database = try await TestServer.database()
        try await database.execute("INSERT INTO llava.watch(path) VALUES ('/secret')")
        let error = await #expect(throws: StorageError.self) {
            try await database.execute("INSERT INTO llava.watch(path) VALUES ('/secret')")
        }
        #expect(error?.sqlState == "23505" && error?.statementName == "test")
        #expect(error.map { !"\($0)".contains("secret") } == true)
        await database.close()
    }

    @Test func aSlowStatementIsGivenUpAndTheNextOneWorks() async throws {
        let database = try await TestServer.database()
        let error = await #expect(throws: StorageError.self) {
            try await database.runForTest(
                Statement("slow", "SELECT pg_sleep(60)", deadline: .milliseconds(100)))
        }
        #expect(error?.kind == .timeout && error?.isTransient == true)
        #expect(try await database.column("SELECT 1") == ["1"])
        await database.close()
    }

    @Test func aServerThatNeverAnswersIsGivenUp() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                try #require(bind(listener, pointer, length) == 0)
                try #require(listen(listener, 1) == 0)
                try #require(getsockname(listener, pointer, &length) == 0)
            }
        }
        let port = UInt16(bigEndian: address.sin_port)
        let error = #expect(throws: StorageError.self) {
            _ = try PostgresConnection(
                conninfo: "host=127.0.0.1 port=\(port) dbname=x", applicationName: "test",
                connectLimit: .milliseconds(200))
        }
        #expect(error?.kind == .timeout)
    }

    @Test func aTerminatedConnectionIsOpenedAgain() async throws {
        let database = try await TestServer.database()
        let other = try await TestServer.another(database)
        let pid = await database.backendPID
        #expect(pid > 0)
        #expect(try await other.column("SELECT pg_terminate_backend(\(pid), 5000)") == ["t"])
        let error = await #expect(throws: StorageError.self) { try await database.ping() }
        #expect(error?.isTransient == true)
        try await database.reconnect(within: .seconds(10))
        try await database.ping()
        #expect(await database.backendPID != pid)
        await other.close()
        await database.close()
        let closed = await #expect(throws: StorageError.self) { try await database.ping() }
        #expect(closed?.kind == .closed)
    }

    @Test func anUnreachableServerIsAConnectionError() async throws {
        let error = await #expect(throws: StorageError.self) {
            try await Database.open(.external(conninfo: "host=/nonexistent dbname=x"))
        }
        #expect(error?.kind == .connection && error?.isTransient == true)
        let malformed = await #expect(throws: StorageError.self) {
            try await Database.open(.external(conninfo: "nonsense=1"))
        }
        #expect(malformed?.message.contains("nonsense") == true)
    }

    @Test func aListenerHearsOfJobsAndComesBackWhenCutOff() async throws {
        let database = try await TestServer.database()
        try await database.addTestPreset(isDefault: true)
        let listener = NotificationListener(
            database.location, channels: [NotificationListener.jobChannel],
            applicationName: "cut me")
        var events = listener.events.makeAsyncIterator()
        #expect(await events.next() == .listening)
        try await database.execute("INSERT INTO llava.job(path) VALUES ('/p/a.jpg')")
        #expect(await events.next() == .notified(channel: "llava_job"))
        // With older ready jobs about, nobody needs waking.
        try await database.execute("INSERT INTO llava.job(path) VALUES ('/p/b.jpg')")
        try await database.execute(
            """
            SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE application_name = 'cut me' AND datname = current_database()
            """)
        guard case .lost(let error) = await events.next() else {
            Issue.record("the listener did not notice that it was cut off")
            return
        }
        #expect(error.isTransient)
        #expect(await events.next() == .listening)
        _ = try await database.cancel(.all)
        try await database.execute("INSERT INTO llava.job(path) VALUES ('/p/c.jpg')")
        #expect(await events.next() == .notified(channel: "llava_job"))
        listener.stop()
        while await events.next() != nil {}
        await database.close()
    }

    @Test func resultsAreAnnouncedTenTimesASecondAtMost() async throws {
        let database = try await TestServer.database()
        let epoch = try await database.prepare(paths: (0..<20).map { "/p/\($0).jpg" })
        // As if a notification had just been sent: none follows.
        try await database.execute(
            "UPDATE llava.daemon SET notified_at = clock_timestamp() + '1 h'")
        let listener = NotificationListener(
            database.location, channels: [NotificationListener.resultChannel])
        var events = listener.events.makeAsyncIterator()
        #expect(await events.next() == .listening)
        for content in 0..<10 {
            _ = try await database.finish(
                database.claimAndIdentify(epoch, content: UInt8(content)))
        }
        try await database.execute("UPDATE llava.daemon SET notified_at = '-infinity'")
        _ = try await database.finish(database.claimAndIdentify(epoch, content: 99))
        #expect(await events.next() == .notified(channel: "llava_result"))
        listener.stop()
        #expect(await events.next() == nil)
        await database.close()
    }

    @Test(
        arguments: [
            ("{}", []), ("{a}", ["a"]), (#"{"a b",c}"#, ["a b", "c"]),
            (#"{"\"\\,{}"}"#, [#""\,{}"#]), ("{NULL}", nil), ("{a,}", nil), ("{{a}}", nil),
            ("a", nil), ("", nil), ("{\"a}", nil), (#"{"NULL"}"#, ["NULL"]),
        ] as [(String, [String]?)])
    func arraysAreRead(text: String, elements: [String]?) {
        #expect(ArrayLiteral.elements(of: text) == elements)
    }

    @Test func psqlIsGivenPasswordsInItsEnvironment() throws {
        let invocation = try PsqlInvocation(
            conninfo: "postgresql://ann:se%20cret@db.example/photos?connect_timeout=3",
            executable: "psql")
        #expect(invocation.environment == ["PGPASSWORD": "se cret"])
        #expect(invocation.arguments.first == "--dbname")
        let conninfo = try #require(invocation.arguments.last)
        #expect(conninfo.contains("host='db.example'") && conninfo.contains("user='ann'"))
        #expect(!conninfo.contains("cret"))
    }
}
