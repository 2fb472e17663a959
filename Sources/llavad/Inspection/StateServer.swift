import Glibc
import ServiceLifecycle
import Threads
import Workers

/// Answers people and monitoring about the daemon, one connection after the other, on a thread
/// of its own: a client that hangs costs others two seconds and the daemon nothing.
struct StateServer: Service {
    private static let clientSeconds = 2
    private static let longestRequest = 8192

    let sockets: [ListeningSocket]
    let service: DescribingService

    /// Answers until the daemon has stopped.
    func run() async throws {
        guard !sockets.isEmpty else { return try await gracefulShutdown() }
        let (sockets, service) = (sockets, service)
        let thread = NamedThread("state-server") { Self.serve(sockets, service) }
        try? await gracefulShutdown()
        // A listening socket that is shut down wakes the thread that waits for it.
        for socket in sockets { shutdown(socket.descriptor, CInt(SHUT_RDWR)) }
        await withCheckedContinuation { continuation in
            _ = NamedThread("state-stop") {
                thread.join()
                continuation.resume()
            }
        }
        for socket in sockets { close(socket.descriptor) }
    }

    private static func serve(_ sockets: [ListeningSocket], _ service: DescribingService) {
        var waiting = sockets.map {
            pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0)
        }
        while true {
            guard poll(&waiting, nfds_t(waiting.count), -1) > 0 || errno == EINTR else { return }
            for (entry, socket) in zip(waiting, sockets) {
                if entry.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 { return }
                guard entry.revents & Int16(POLLIN) != 0 else { continue }
                let client = accept(socket.descriptor, nil, nil)
                guard client >= 0 else { continue }
                answer(client, socket.reply, service)
                close(client)
            }
        }
    }

    private static func answer(
        _ client: CInt, _ reply: ListeningSocket.Reply, _ service: DescribingService
    ) {
        var limit = timeval(tv_sec: clientSeconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        switch reply {
        case .state: send(service.state.json + "\n", to: client)
        case .metrics:
            guard let request = requestLine(from: client) else { return }
            let isMetrics = request.hasPrefix("GET /metrics ") || request.hasPrefix("GET / ")
            let body = isMetrics ? MetricsText.text(of: service.state) : "see /metrics\n"
            send(
                "HTTP/1.1 \(isMetrics ? "200 OK" : "404 Not Found")\r\n"
                    + "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
                    + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n" + body,
                to: client)
        }
    }

    /// The first line of an HTTP request, once all of its head has come.
    private static func requestLine(from client: CInt) -> String? {
        var head: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1024)
        let end = Array("\r\n\r\n".utf8)
        while head.count < longestRequest {
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            head += buffer.prefix(count)
            if head.suffix(count + 3).contains(end) {
                return String(
                    decoding: head.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
            }
        }
        return nil
    }

    private static func send(_ text: String, to client: CInt) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(client, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }
}
