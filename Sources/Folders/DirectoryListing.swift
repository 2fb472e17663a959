import Glibc

/// The entries of a folder, in batches of bounded size.
///
/// Up to `batchSize` names are sorted and handed out together: a folder of ordinary size comes out
/// in order of name, and one of millions costs no more memory than a batch.
final class DirectoryListing {
    /// A name as stored, and its kind where the file system says it without another call.
    struct Entry {
        let name: [UInt8]
        let kind: FileKind?
    }

    /// Names sorted and held at once.
    private static let batchSize = 10_000

    private let stream: OpaquePointer

    /// Opens a folder.
    ///
    /// - Parameters:
    ///   - path: The folder.
    ///   - followsLink: Whether the path itself may be a link.
    /// - Throws: `SystemFailure` where the system refuses.
    init(_ path: String, followsLink: Bool) throws(SystemFailure) {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (followsLink ? 0 : O_NOFOLLOW)
        let descriptor = open(path, flags)
        guard descriptor >= 0 else { throw SystemFailure(code: errno) }
        guard let stream = fdopendir(descriptor) else {
            let failure = SystemFailure(code: errno)
            close(descriptor)
            throw failure
        }
        self.stream = stream
    }

    /// The next entries but `.` and `..`; none at the end.
    func nextBatch() -> [Entry] {
        var batch: [Entry] = []
        while batch.count < Self.batchSize, let raw = readdir(stream) {
            let name = withUnsafeBytes(of: &raw.pointee.d_name) { bytes in
                Array(bytes.prefix { $0 != 0 })
            }
            guard name != Array(".".utf8), name != Array("..".utf8) else { continue }
            batch.append(Entry(name: name, kind: Self.kind(raw.pointee.d_type)))
        }
        return batch.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    deinit { closedir(stream) }

    private static func kind(_ type: UInt8) -> FileKind? {
        switch Int(type) {
        case DT_REG: .file
        case DT_DIR: .folder
        case DT_LNK: .link
        case DT_FIFO: .pipe
        case DT_SOCK: .socket
        case DT_CHR: .characterDevice
        case DT_BLK: .blockDevice
        default: nil
        }
    }
}
