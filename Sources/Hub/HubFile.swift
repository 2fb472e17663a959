import FoundationEssentials

/// A file of a model on a hub.
public struct HubFile: Sendable, Equatable {
    /// What proves its content.
    public enum Checksum: Sendable, Equatable {
        /// SHA-256 of the bytes, in hexadecimal digits: large files.
        case sha256(String)
        /// Git's name of the content, SHA-1 over `blob SIZE\0` and the bytes: small files.
        case gitBlob(String)
    }

    /// Its path in the repository.
    public let path: String
    /// Its size in bytes.
    public let size: Int
    /// What proves its content, if the listing tells.
    public let checksum: Checksum?

    /// Its name without folders.
    public var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}

/// What a hub says about a model.
struct HubListing {
    /// The commit the revision means now.
    let commit: String
    /// The files.
    let files: [HubFile]

    /// Longer listings are not of models.
    static let mostBytes = 64 << 20

    private struct Document: Decodable {
        struct Sibling: Decodable {
            struct Large: Decodable {
                let sha256: String?
                let oid: String?
                let size: Int?
            }

            let rfilename: String
            let size: Int?
            let blobId: String?
            let lfs: Large?
        }

        let sha: String
        let siblings: [Sibling]
    }

    /// Reads a listing.
    ///
    /// - Parameters:
    ///   - bytes: The hub's JSON.
    ///   - repository: For messages.
    /// - Throws: `HubError` of kind `reply` for what could harm this machine or is no listing.
    init(_ bytes: [UInt8], of repository: String) throws(HubError) {
        let document: Document
        do {
            document = try JSONDecoder().decode(Document.self, from: Data(bytes))
        } catch {
            throw HubError(
                .reply,
                "\(repository): the endpoint's answer is no list of a model's files; check "
                    + "model.endpoint or --endpoint")
        }
        guard Self.isHexadecimal(document.sha, digits: 40) else {
            throw HubError(.reply, "\(repository): the endpoint does not tell the commit")
        }
        commit = document.sha
        var files: [HubFile] = []
        for sibling in document.siblings {
            guard Self.isSafe(sibling.rfilename) else {
                throw HubError(
                    .reply,
                    "\(repository): the hub lists a file named "
                        + "\(sibling.rfilename.debugDescription), which could lead out of the "
                        + "model's folder; nothing was fetched")
            }
            guard let size = sibling.lfs?.size ?? sibling.size, size >= 0 else { continue }
            var checksum: HubFile.Checksum?
            if let digits = sibling.lfs?.sha256 ?? sibling.lfs?.oid,
                Self.isHexadecimal(digits, digits: 64)
            {
                checksum = .sha256(digits.lowercased())
            } else if let digits = sibling.blobId, Self.isHexadecimal(digits, digits: 40) {
                checksum = .gitBlob(digits.lowercased())
            }
            files.append(HubFile(path: sibling.rfilename, size: size, checksum: checksum))
        }
        self.files = files
    }

    /// Whether a path can name nothing outside the folder it is appended to.
    private static func isSafe(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return parts.allSatisfy { part in
            !part.isEmpty && part != "." && part != ".." && part.utf8.count <= 200
                && part.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }
        }
    }

    /// Whether a text is so many hexadecimal digits.
    static func isHexadecimal(_ text: String, digits: Int) -> Bool {
        text.utf8.count == digits
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
            }
    }
}
