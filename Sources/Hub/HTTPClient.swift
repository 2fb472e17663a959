import CTransfer

/// GETs, with redirects and a token that stays with the hub.
struct HTTPClient: Sendable {
    /// What a server said before its body, and how it ended.
    struct Reply {
        /// The HTTP status.
        let status: Int
        /// Bytes of the body, if told.
        let length: Int?
        /// Where the body begins in the file, if it is a part of one.
        let first: Int?
        /// Seconds to wait before another try, if told.
        let retryAfter: Int?
        /// The checksum a hub puts on its redirect to where the bytes are.
        let linkedTag: String?
    }

    /// Longer chains of redirects are loops.
    private static let mostRedirects = 10
    private static let userAgent = "llavactl"

    /// The origin that may be told the token.
    let hubOrigin: String
    /// The secret; never part of a message.
    let token: String?
    /// The longest wait for a connection, in seconds.
    var connectSeconds = 20
    /// The longest time without a byte, in seconds.
    var stallSeconds = 60

    /// GETs a URL and hands over the body of a reply of status 200 or 206; the body of another is
    /// dropped.
    ///
    /// - Parameters:
    ///   - url: The URL.
    ///   - offset: The first byte to ask for.
    ///   - sink: Takes pieces of the body; `false` ends the transfer.
    /// - Returns: The last reply's head.
    /// - Throws: `HubError` of kind `network` for what is worth another try, else of kind `request`.
    func get(
        _ url: String, from offset: Int = 0,
        sink: (Reply, UnsafeRawBufferPointer) -> Bool
    ) throws(HubError) -> Reply {
        var url = url
        var linkedTag: String?
        for _ in 0..<Self.mostRedirects {
            guard let origin = Self.origin(of: url) else {
                throw HubError(.reply, "the hub leads to '\(url)', which is no web address")
            }
            let (reply, location) = try single(
                url, offset: offset, token: origin == hubOrigin ? token : nil, sink: sink)
            linkedTag = linkedTag ?? reply.linkedTag
            guard (300..<400).contains(reply.status), let location else {
                return Reply(
                    status: reply.status, length: reply.length, first: reply.first,
                    retryAfter: reply.retryAfter, linkedTag: linkedTag)
            }
            guard !url.hasPrefix("https:") || location.hasPrefix("https:") else {
                throw HubError(
                    .reply,
                    "the hub leads from an encrypted address to '\(location)', which is not; "
                        + "nothing was fetched")
            }
            url = location
        }
        throw HubError(.reply, "'\(url)': more than \(Self.mostRedirects) redirects in a row")
    }

    private func single(
        _ url: String, offset: Int, token: String?,
        sink: (Reply, UnsafeRawBufferPointer) -> Bool
    ) throws(HubError) -> (Reply, location: String?) {
        var raw = ctransfer_reply()
        let status = withoutActuallyEscaping(sink) { sink in
            let box = SinkBox(sink)
            return withExtendedLifetime(box) {
                url.withCString { url in
                    Self.userAgent.withCString { agent in
                        Self.withOptionalCString(token.map { "Bearer \($0)" }) { authorization in
                            var request = ctransfer_request(
                                url: url, authorization: authorization, user_agent: agent,
                                offset: Int64(offset), connect_seconds: connectSeconds,
                                stall_seconds: stallSeconds)
                            return ctransfer_get(
                                &request, &raw, passOn, Unmanaged.passUnretained(box).toOpaque())
                        }
                    }
                }
            }
        }
        switch status {
        case CTRANSFER_OK, CTRANSFER_STOPPED: break
        case CTRANSFER_REFUSED:
            throw HubError(.request, "'\(url)' cannot be asked: \(Self.text(raw.message))")
        default: throw HubError(.network, "'\(url)': \(Self.text(raw.message))")
        }
        let location = withUnsafePointer(to: &raw) { String(cString: ctransfer_location($0)) }
        return (Reply(raw), location.isEmpty ? nil : location)
    }

    /// `scheme://host:port` of a URL, nil if it is none of http or https.
    static func origin(of url: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 512)
        guard ctransfer_origin(url, &buffer, buffer.count) != 0 else { return nil }
        return buffer.withUnsafeBytes { text(of: $0) }
    }

    private static func withOptionalCString<Result>(
        _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
    ) -> Result {
        guard let text else { return body(nil) }
        return text.withCString { body($0) }
    }

    /// The text of a C array that ends in a zero.
    fileprivate static func text<Array>(_ array: Array) -> String {
        withUnsafeBytes(of: array) { text(of: $0) }
    }

    private static func text(of bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}

extension HTTPClient.Reply {
    fileprivate init(_ raw: ctransfer_reply) {
        status = raw.http_status
        length = raw.length < 0 ? nil : Int(raw.length)
        first = raw.first < 0 ? nil : Int(raw.first)
        retryAfter = raw.retry_seconds < 0 ? nil : Int(min(raw.retry_seconds, 86_400))
        let tag = HTTPClient.text(raw.linked_etag)
        linkedTag = tag.isEmpty ? nil : tag
    }
}

/// Carries a sink through C for as long as one request takes.
private final class SinkBox {
    let sink: (HTTPClient.Reply, UnsafeRawBufferPointer) -> Bool

    init(_ sink: @escaping (HTTPClient.Reply, UnsafeRawBufferPointer) -> Bool) {
        self.sink = sink
    }
}

/// The C side of a sink.
private func passOn(
    _ context: UnsafeMutableRawPointer?, _ reply: UnsafePointer<ctransfer_reply>?,
    _ bytes: UnsafePointer<UInt8>?, _ count: Int
) -> Int32 {
    guard let context, let reply else { return 1 }
    let head = HTTPClient.Reply(reply.pointee)
    guard head.status == 200 || head.status == 206 else { return 0 }
    let box = Unmanaged<SinkBox>.fromOpaque(context).takeUnretainedValue()
    return box.sink(head, UnsafeRawBufferPointer(start: bytes, count: count)) ? 0 : 1
}
