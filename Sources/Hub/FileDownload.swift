import Glibc

/// Fetches one file: goes on where an earlier attempt ended, tries again where the network fails,
/// and checks every byte before the file gets its name.
struct FileDownload {
    /// How often, and after how long, the network gets another chance.
    struct Patience: Sendable {
        /// Attempts in a row that bring nothing new.
        var attempts = 5
        /// The wait before the second attempt; it doubles from then on.
        var firstWait = Duration.seconds(1)
        /// The longest wait, whatever the hub asks for.
        var longestWait = Duration.seconds(60)
    }

    /// What was done about a file.
    enum Outcome { case fetched, wasThere }

    let client: HTTPClient
    let patience: Patience
    let url: String
    let file: HubFile
    let checksum: HubFile.Checksum
    let target: String

    /// Fetches the file.
    ///
    /// - Parameter onBytes: Told how many bytes of the file are there.
    /// - Returns: Whether it was there already.
    /// - Throws: `HubError`.
    func run(onBytes: (Int) -> Void) throws(HubError) -> Outcome {
        if access(target, F_OK) == 0 {
            try requireSame()
            onBytes(file.size)
            return .wasThere
        }
        let digits =
            switch checksum {
            case .sha256(let digits), .gitBlob(let digits): digits
            }
        let part = try PartialFile(target: target, digits: digits)
        defer { part.leave() }
        if part.size > file.size { try part.clear() }
        var hash = ContentHash(checksum, size: file.size)
        try part.read { hash.update($0) }
        var there = part.size
        var failures = 0
        var wait = patience.firstWait
        while there < file.size {
            onBytes(there)
            let before = there
            let asked: Duration?
            do throws(HubError) {
                asked = try attempt(part, &there, &hash, onBytes: onBytes)
                if there == file.size { break }
            } catch {
                guard error.kind == .network else { throw error }
                if failures + 1 >= patience.attempts, there == before { throw error }
                asked = nil
            }
            if there > before {
                failures = 0
                wait = patience.firstWait
            }
            failures += 1
            guard failures < patience.attempts else {
                throw HubError(
                    .network,
                    "'\(url)': the connection ended \(failures) times in a row with \(there) of "
                        + "\(file.size) bytes; run the same command again to go on from there")
            }
            Self.sleep(min(max(wait, asked ?? .zero), patience.longestWait))
            wait *= 2
        }
        onBytes(there)
        guard hash.isRight else {
            part.remove()
            throw HubError(
                .corrupt,
                "'\(url)': what arrived does not have the checksum \(digits) that the hub states; "
                    + "it was removed, run the same command again")
        }
        try part.commit()
        return .fetched
    }

    /// Asks once for what is missing.
    ///
    /// - Returns: How long the server asks to wait before another try, if it does.
    private func attempt(
        _ part: PartialFile, _ there: inout Int, _ hash: inout ContentHash,
        onBytes: (Int) -> Void
    ) throws(HubError) -> Duration? {
        let start = there
        var position = there
        var taken = hash
        var failure: HubError?
        let size = file.size
        let reply: HTTPClient.Reply
        defer {
            there = position
            hash = taken
        }
        do throws(HubError) {
            reply = try client.get(url, from: start) { reply, bytes in
                if position == start, start > 0, reply.status == 200 {
                    // A server without ranges sends the file from its beginning.
                    do throws(HubError) { try part.clear() } catch {
                        failure = error
                        return false
                    }
                    position = 0
                    taken = ContentHash(checksum, size: size)
                } else if position == start, reply.status == 206, reply.first != start {
                    failure = HubError(
                        .reply, "'\(url)': the server sent another part of the file than asked for")
                    return false
                }
                guard position + bytes.count <= size else {
                    failure = HubError(
                        .corrupt, "'\(url)': more than the \(size) bytes the hub states arrived")
                    part.remove()
                    return false
                }
                guard part.append(bytes) else {
                    failure = PartialFile.failure("'\(target)' cannot be written")
                    return false
                }
                taken.update(bytes)
                position += bytes.count
                onBytes(position)
                return true
            }
        } catch {
            throw failure ?? error
        }
        if let failure { throw failure }
        return try RefusedReply.check(reply, url: url)
    }

    /// Whether the file that has the name already is the one to fetch.
    private func requireSame() throws(HubError) {
        var hash = ContentHash(checksum, size: file.size)
        try PartialFile.read(path: target) { hash.update($0) }
        guard hash.isRight else {
            throw HubError(
                .disk,
                "'\(target)' is there and is another file than the hub's; move it away or give "
                    + "another folder with --out")
        }
    }

    /// Holds up this thread.
    static func sleep(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        var rest = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        var asked: timespec
        repeat { asked = rest } while nanosleep(&asked, &rest) != 0 && errno == EINTR
    }
}
