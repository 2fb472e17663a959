import Crypto
import Foundation
import Glibc
import Synchronization
import Threads

/// A server on this machine that answers as a hub does: the list of a repository's files, and a
/// redirect to where the bytes are, on another origin.
///
/// `@unchecked Sendable`: `state` is behind its mutex, the descriptors never change.
final class TestHub: @unchecked Sendable {
    /// A request as it arrived.
    struct Request: Sendable {
        let path: String
        let headers: [String: String]
        /// Whether it came to the origin of the bytes.
        let isForBytes: Bool

        /// Where the bytes asked for begin.
        var offset: Int {
            headers["range"].flatMap { Int($0.dropFirst("bytes=".count).dropLast()) } ?? 0
        }
    }

    /// What goes wrong, and how often.
    enum Fault: Sendable, Equatable {
        /// The connection ends after so many bytes of a body.
        case cut(after: Int)
        /// Every byte of a body is another.
        case corruption
        /// The request is answered with this status.
        case status(Int)
        /// Nothing is ever answered.
        case silence
        /// A range is asked for and the whole file is sent.
        case noRanges
    }

    private struct State {
        var files: [String: [UInt8]] = [:]
        var extraNames: [String] = []
        var token: String?
        var faults: [Fault] = []
        var requests: [Request] = []
        var silent: [Int32] = []
    }

    static let commit = String(repeating: "c0ffee", count: 6) + "c0de"
    let repository = "owner/model"
    private let state = Mutex(State())
    private let hub: Int32
    private let bytes: Int32
    private let threads: Mutex<[NamedThread]> = Mutex([])

    /// The address a client is given.
    let endpoint: String
    /// The origin redirects lead to.
    private let bytesOrigin: String

    init(files: [String: [UInt8]], token: String? = nil) throws {
        let (hub, hubPort) = try Self.listen()
        let (bytes, bytesPort) = try Self.listen()
        self.hub = hub
        self.bytes = bytes
        endpoint = "http://127.0.0.1:\(hubPort)"
        bytesOrigin = "http://127.0.0.1:\(bytesPort)"
        state.withLock {
            $0.files = files
            $0.token = token
        }
        threads.withLock { threads in
            threads = [
                NamedThread("hub") { [self] in serve(hub, isForBytes: false) },
                NamedThread("hub-bytes") { [self] in serve(bytes, isForBytes: true) },
            ]
        }
    }

    /// Ends the server.
    func stop() {
        shutdown(hub, Int32(SHUT_RDWR))
        shutdown(bytes, Int32(SHUT_RDWR))
        for thread in threads.withLock({ $0 }) { thread.join() }
        close(hub)
        close(bytes)
        for socket in state.withLock({ $0.silent }) { close(socket) }
    }

    /// Makes the next requests for bytes go wrong, one fault each.
    func fail(_ faults: Fault...) { state.withLock { $0.faults += faults } }

    /// Lists a file that is not there.
    func list(_ name: String) { state.withLock { $0.extraNames.append(name) } }

    /// What was asked so far.
    var requests: [Request] { state.withLock { $0.requests } }

    // MARK: Sockets

    private static func listen() throws -> (Int32, UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
                bind(descriptor, plain, length) == 0 && Glibc.listen(descriptor, 16) == 0
                    && getsockname(descriptor, plain, &length) == 0
            }
        }
        guard status else { throw POSIXError(.EADDRNOTAVAIL) }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    private func serve(_ listener: Int32, isForBytes: Bool) {
        while true {
            let socket = accept(listener, nil, nil)
            guard socket >= 0 else { return }
            if let request = read(socket, isForBytes: isForBytes) {
                let fault = state.withLock { state -> Fault? in
                    state.requests.append(request)
                    let isFile = isForBytes || request.path.contains("/resolve/")
                    guard isFile, let next = state.faults.first else { return nil }
                    // Statuses are the hub's, the rest befalls the bytes.
                    if case .status = next { return isForBytes ? nil : state.faults.removeFirst() }
                    return isForBytes ? state.faults.removeFirst() : nil
                }
                if fault == .silence {
                    state.withLock { $0.silent.append(socket) }
                    continue
                }
                answer(request, on: socket, fault)
            }
            close(socket)
        }
    }

    private func read(_ socket: Int32, isForBytes: Bool) -> Request? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !bytes.suffix(4096 + 4).containsBlankLine {
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0, bytes.count < 1 << 16 else { return nil }
            bytes += buffer[..<count]
        }
        let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count == 3, words[0] == "GET" else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        return Request(path: String(words[1]), headers: headers, isForBytes: isForBytes)
    }

    // MARK: Answers

    private func answer(_ request: Request, on socket: Int32, _ fault: Fault?) {
        let (files, token) = state.withLock { ($0.files, $0.token) }
        if case .status(let status)? = fault {
            return send(socket, status, ["Retry-After": "0"], Array("no".utf8))
        }
        if request.isForBytes {
            return sendBytes(request, of: files, on: socket, fault)
        }
        if let token, request.headers["authorization"] != "Bearer \(token)" {
            return send(socket, 401, [:], Array("who are you".utf8))
        }
        if request.path == "/api/models/\(repository)/revision/main?blobs=true" {
            return send(socket, 200, ["Content-Type": "application/json"], listing)
        }
        let prefix = "/\(repository)/resolve/\(Self.commit)/"
        guard request.path.hasPrefix(prefix),
            let name = request.path.dropFirst(prefix.count).description.removingPercentEncoding,
            let content = files[name]
        else { return send(socket, 404, [:], Array("Entry not found".utf8)) }
        if Self.isLarge(name) {
            send(
                socket, 302,
                [
                    "Location":
                        "\(bytesOrigin)/\(name.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? name)",
                    "X-Linked-Etag": "\"\(Self.sha256(content))\"",
                    "X-Linked-Size": "\(content.count)",
                ], Array("Found".utf8))
        } else {
            send(socket, 200, ["ETag": "\"\(Self.gitName(content))\""], content)
        }
    }

    private func sendBytes(
        _ request: Request, of files: [String: [UInt8]], on socket: Int32, _ fault: Fault?
    ) {
        let name = request.path.dropFirst().description.removingPercentEncoding ?? ""
        guard var content = files[name] else { return send(socket, 404, [:], []) }
        if fault == .corruption { content = content.map { ~$0 } }
        let whole = content.count
        let offset = fault == .noRanges ? 0 : request.offset
        guard offset < whole else {
            return send(socket, 416, ["Content-Range": "bytes */\(whole)"], [])
        }
        var headers = ["Content-Length": "\(whole - offset)", "Accept-Ranges": "bytes"]
        if offset > 0 { headers["Content-Range"] = "bytes \(offset)-\(whole - 1)/\(whole)" }
        var body = Array(content[offset...])
        if case .cut(let count)? = fault { body = Array(body.prefix(count)) }
        send(socket, offset > 0 ? 206 : 200, headers, body)
    }

    private func send(
        _ socket: Int32, _ status: Int, _ headers: [String: String], _ body: [UInt8]
    ) {
        var text = "HTTP/1.1 \(status) Status\r\nConnection: close\r\n"
        let length = headers["Content-Length"] == nil ? ["Content-Length": "\(body.count)"] : [:]
        for (name, value) in headers.merging(length, uniquingKeysWith: { $1 }) {
            text += "\(name): \(value)\r\n"
        }
        var rest = (Array((text + "\r\n").utf8) + body)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private var listing: [UInt8] {
        let (files, extra) = state.withLock { ($0.files, $0.extraNames) }
        var siblings: [[String: Any]] = files.map { name, content in
            var sibling: [String: Any] = [
                "rfilename": name, "size": content.count, "blobId": Self.gitName(content),
            ]
            if Self.isLarge(name) {
                sibling["lfs"] = [
                    "sha256": Self.sha256(content), "size": content.count, "pointerSize": 134,
                ]
            }
            return sibling
        }
        siblings += extra.map { ["rfilename": $0, "size": 1, "blobId": Self.gitName([0])] }
        let document: [String: Any] = [
            "id": repository, "sha": Self.commit, "siblings": siblings,
        ]
        return (try? JSONSerialization.data(withJSONObject: document)).map { [UInt8]($0) } ?? []
    }

    private static func isLarge(_ name: String) -> Bool {
        name.hasSuffix(".gguf") || name.hasSuffix(".safetensors")
    }

    static func sha256(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
    }

    private static func gitName(_ bytes: [UInt8]) -> String {
        Insecure.SHA1.hash(data: Array("blob \(bytes.count)\0".utf8) + bytes)
            .map { String(format: "%02x", $0) }.joined()
    }
}

extension ArraySlice<UInt8> {
    /// Whether the head of a request is complete.
    fileprivate var containsBlankLine: Bool {
        String(decoding: self, as: UTF8.self).contains("\r\n\r\n")
    }
}
