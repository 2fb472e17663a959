import Foundation
import Glibc

/// A folder of the test's own, removed with what is in it when the test ends.
final class TemporaryFolder: Sendable {
    /// The absolute path.
    let path: String

    init() throws {
        let template = FileManager.default.temporaryDirectory
            .appending(path: "llavad-folders-XXXXXX").path
        let copy = strdup(template)
        defer { free(copy) }
        guard let copy, mkdtemp(copy) != nil else { throw CocoaError(.fileWriteUnknown) }
        path = String(cString: copy)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func at(_ name: String) -> String { path + "/" + name }

    /// Writes a file, making its folders.
    func write(_ name: String, _ text: String = "x") throws {
        let file = URL(filePath: at(name))
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        put(text, into: file.path, O_CREAT | O_TRUNC)
    }

    func append(_ name: String, _ text: String) {
        put(text, into: at(name), O_APPEND)
    }

    private func put(_ text: String, into path: String, _ flags: Int32) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | flags, 0o600)
        precondition(descriptor >= 0, "a test's own folder can be written to")
        let written = Glibc.write(descriptor, text, text.utf8.count)
        precondition(written == text.utf8.count, "a few bytes are written at once")
        close(descriptor)
    }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: at(name), withIntermediateDirectories: true)
    }

    func move(_ name: String, to other: String) throws {
        try FileManager.default.moveItem(atPath: at(name), toPath: at(other))
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: at(name))
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: at(name), withDestinationPath: target)
    }

    func makePipe(_ name: String) { mkfifo(at(name), 0o600) }

    /// Writes an empty file whose name is any bytes but `/` and 0.
    func write(nameBytes: [UInt8]) {
        let bytes = Array(path.utf8) + [UInt8(ascii: "/")] + nameBytes + [0]
        let descriptor = bytes.withUnsafeBytes { raw in
            raw.withMemoryRebound(to: CChar.self) { name in
                name.baseAddress.map { open($0, O_CREAT | O_WRONLY, 0o600) } ?? -1
            }
        }
        precondition(descriptor >= 0, "the file system takes any bytes as a name")
        close(descriptor)
    }
}
