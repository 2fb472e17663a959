import Foundation
import Testing

@testable import llavad

@Suite struct SystemdNotifyTests {
    /// Listens on a name and gives what the first datagrams say.
    private func received(
        at name: String, count: Int, _ send: (SystemdNotify) -> Void
    ) throws -> [String] {
        let kind = CInt(SOCK_DGRAM.rawValue)
        let file = socket(AF_UNIX, kind, 0)
        try #require(file >= 0)
        defer { close(file) }
        var bytes = Array(name.utf8)
        if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(file, $0, socklen_t(2 + bytes.count))
            }
        }
        try #require(bound == 0)
        send(SystemdNotify(environment: ["NOTIFY_SOCKET": name]))
        return (0..<count).map { _ in
            var buffer = [UInt8](repeating: 0, count: 1024)
            let length = recv(file, &buffer, buffer.count, CInt(MSG_DONTWAIT))
            return String(decoding: buffer.prefix(max(0, length)), as: UTF8.self)
        }
    }

    @Test func theManagerHearsOverAFile() throws {
        let path = "/tmp/llavad-notify-\(getpid())"
        defer { unlink(path) }
        let messages = try received(at: path, count: 4) { systemd in
            #expect(systemd.isHeard)
            systemd.ready()
            systemd.status("one\ntwo")
            systemd.extendTimeout(.seconds(30))
            systemd.ping()
        }
        #expect(
            messages == [
                "READY=1", "STATUS=onetwo", "EXTEND_TIMEOUT_USEC=30000000", "WATCHDOG=1",
            ])
    }

    @Test func theManagerHearsOverAnAbstractName() throws {
        let messages = try received(at: "@llavad-notify-\(getpid())", count: 1) { $0.stopping() }
        #expect(messages == ["STOPPING=1"])
    }

    @Test func withoutAManagerNothingIsSaid() {
        let systemd = SystemdNotify(environment: [:])
        #expect(!systemd.isHeard)
        systemd.ready()
    }

    @Test func theWatchdogIsOursAlone() {
        let ours = ["WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "\(getpid())"]
        #expect(SystemdNotify(environment: ours).watchdog == .seconds(60))
        let others = ["WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"]
        #expect(SystemdNotify(environment: others).watchdog == nil)
        #expect(SystemdNotify(environment: ["WATCHDOG_USEC": "x"]).watchdog == nil)
    }
}
