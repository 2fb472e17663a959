import Glibc

/// Fetches a model from a hub that has the interface of Hugging Face's: a list of a repository's
/// files with their checksums, and the files behind a redirect.
///
/// Blocks for as long as the network takes: call it on a thread of its own.
public struct ModelPull: Sendable {
    /// What was fetched.
    public struct Pulled: Sendable, Equatable {
        /// The commit all files are of.
        public let commit: String
        /// Where the files are, the language model's first.
        public let paths: [String]
        /// Names of files that were there already.
        public let alreadyThere: [String]
    }

    /// Space that is left free for everything else on the disk.
    private static let spareBytes = 64 << 20

    /// Where the model is.
    public let address: HubAddress
    /// A file's name, or a part of one such as `Q5_K_M`.
    public let wanted: String?

    private var client: HTTPClient
    private let patience: FileDownload.Patience

    /// Describes what to fetch.
    ///
    /// - Parameters:
    ///   - address: Where the model is.
    ///   - wanted: A file's name, or a part of one such as `Q5_K_M`; nil lets the repository decide.
    ///   - token: What proves who asks; told to the hub alone, and to no server it redirects to.
    /// - Throws: `HubError` of kind `request`.
    public init(address: HubAddress, wanted: String?, token: String?) throws(HubError) {
        try self.init(
            address: address, wanted: wanted, token: token, patience: FileDownload.Patience(),
            stallSeconds: 60)
    }

    init(
        address: HubAddress, wanted: String?, token: String?, patience: FileDownload.Patience,
        stallSeconds: Int
    ) throws(HubError) {
        if let token {
            let isPlain = token.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            guard isPlain, (1...4096).contains(token.utf8.count) else {
                throw HubError(
                    .request, "HF_TOKEN holds characters no token has; set it anew or unset it")
            }
        }
        guard let origin = HTTPClient.origin(of: address.endpoint) else {
            throw HubError(.request, "'\(address.endpoint)' is no web address")
        }
        self.address = address
        self.wanted = wanted
        self.patience = patience
        client = HTTPClient(hubOrigin: origin, token: token)
        client.stallSeconds = stallSeconds
    }

    /// Fetches the files into a folder, which is made if it is missing.
    ///
    /// - Parameters:
    ///   - folder: The folder.
    ///   - onBytes: Told which file is being fetched and how many bytes of all files are there.
    /// - Returns: What was fetched.
    /// - Throws: `HubError`; what arrived until then is kept and gone on from the next time.
    public func fetch(
        into folder: String,
        onBytes: (_ name: String, _ done: Int, _ total: Int) -> Void = { _, _, _ in }
    ) throws(HubError) -> Pulled {
        let listing = try listing()
        let chosen = try FileChoice(repository: address.repository, files: listing.files)
            .chosen(wanted)
        guard Set(chosen.map(\.name)).count == chosen.count else {
            throw HubError(
                .reply,
                "\(address.repository): two of the files have the same name in different folders; "
                    + "name one as \(address.repository):FILE")
        }
        try makeFolder(folder)
        try requireSpace(for: chosen, in: folder)
        let total = chosen.reduce(0) { $0 + $1.size }
        // All files are of the one commit, whatever is published meanwhile.
        var pinned = address
        pinned.revision = listing.commit
        var done = 0
        var paths: [String] = []
        var alreadyThere: [String] = []
        for file in chosen {
            guard let checksum = file.checksum else {
                throw HubError(
                    .reply,
                    "\(address.repository): the hub states no checksum of '\(file.path)', so "
                        + "nothing proves what arrives; use an endpoint that states them")
            }
            let target = "\(folder)/\(file.name)"
            let download = FileDownload(
                client: client, patience: patience, url: pinned.fileURL(file.path), file: file,
                checksum: checksum, target: target)
            let outcome = try download.run { onBytes(file.name, done + $0, total) }
            if case .wasThere = outcome { alreadyThere.append(file.name) }
            paths.append(target)
            done += file.size
        }
        return Pulled(commit: listing.commit, paths: paths, alreadyThere: alreadyThere)
    }

    /// Asks the hub for the list of files, with the same patience as for a file.
    private func listing() throws(HubError) -> HubListing {
        var wait = patience.firstWait
        for attempt in 1... {
            var bytes: [UInt8] = []
            do throws(HubError) {
                let reply = try client.get(address.listingURL) { _, piece in
                    bytes.append(contentsOf: piece)
                    return bytes.count <= HubListing.mostBytes
                }
                if let asked = try RefusedReply.check(reply, url: address.listingURL) {
                    guard attempt < patience.attempts else {
                        throw HubError(
                            .network, "'\(address.listingURL)': the hub asks to try again later")
                    }
                    wait = max(wait, asked)
                } else {
                    return try HubListing(bytes, of: address.repository)
                }
            } catch {
                guard error.kind == .network, attempt < patience.attempts else { throw error }
            }
            FileDownload.sleep(min(wait, patience.longestWait))
            wait *= 2
        }
        preconditionFailure("attempts are counted from 1 without an end")
    }

    private func makeFolder(_ folder: String) throws(HubError) {
        var path = ""
        for part in folder.split(separator: "/") {
            path += "/" + part
            guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
                throw PartialFile.failure("the folder '\(path)' cannot be made")
            }
        }
    }

    private func requireSpace(for files: [HubFile], in folder: String) throws(HubError) {
        let missing = files.filter { access("\(folder)/\($0.name)", F_OK) != 0 }
            .reduce(0) { $0 + $1.size }
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return }
        let free = Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
        guard missing + Self.spareBytes <= free else {
            throw HubError(
                .disk,
                "'\(folder)' has \(free) bytes free and the model takes \(missing); make room or "
                    + "give another folder with --out")
        }
    }
}
