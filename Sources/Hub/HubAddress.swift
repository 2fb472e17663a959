import CTransfer

/// Where a model is on a hub: the server, the repository and the revision.
public struct HubAddress: Sendable, Equatable {
    /// The server, such as `https://host` or `http://host:8080/prefix`, without a slash at its end.
    public let endpoint: String
    /// Who published the model.
    public let owner: String
    /// What it is called.
    public let name: String
    /// A branch, a tag or a commit.
    public var revision: String

    /// Names a model on a hub.
    ///
    /// - Parameters:
    ///   - endpoint: The server's address.
    ///   - repository: `OWNER/NAME`.
    ///   - revision: A branch, a tag or a commit.
    /// - Throws: `HubError` of kind `request`.
    public init(
        endpoint: String, repository: String, revision: String
    ) throws(HubError) {
        var endpoint = endpoint
        while endpoint.hasSuffix("/") { endpoint.removeLast() }
        guard HTTPClient.origin(of: endpoint) != nil, !endpoint.contains("?") else {
            throw HubError(
                .request,
                "an endpoint is an address such as https://host, not '\(endpoint)'; set "
                    + "model.endpoint or give --endpoint")
        }
        let parts = repository.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy(Self.isName) else {
            throw HubError(
                .request,
                "a model on a hub is named OWNER/NAME, with letters, digits and -_. only, not "
                    + "'\(repository)'")
        }
        guard !revision.isEmpty, revision.utf8.count <= 256 else {
            throw HubError(.request, "a revision is a branch, tag or commit, not '\(revision)'")
        }
        self.endpoint = endpoint
        owner = String(parts[0])
        name = String(parts[1])
        self.revision = revision
    }

    /// `OWNER/NAME`.
    public var repository: String { "\(owner)/\(name)" }

    /// Where the hub tells what files there are, with their sizes and checksums.
    var listingURL: String {
        "\(endpoint)/api/models/\(repository)/revision/\(Self.escaped(revision))?blobs=true"
    }

    /// Where a file's bytes are.
    func fileURL(_ path: String) -> String {
        let place = path.split(separator: "/").map { Self.escaped(String($0)) }
            .joined(separator: "/")
        return "\(endpoint)/\(repository)/resolve/\(Self.escaped(revision))/\(place)"
    }

    private static func isName(_ text: Substring) -> Bool {
        (1...96).contains(text.utf8.count) && text != "." && text != ".."
            && text.utf8.allSatisfy { isUnreserved($0) && $0 != UInt8(ascii: "~") }
    }

    /// RFC 3986, section 2.3.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) {
                result.append(byte)
            } else {
                result += [
                    UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)],
                ]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
