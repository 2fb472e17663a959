import Glibc

/// A folder in memory that holds the input under the name its reader looks for, and beside it what
/// else that reader needs.
///
/// libFuzzer calls from one thread.
final class Workplace: @unchecked Sendable {
    /// The folder.
    let folder: String
    /// The file that holds the input.
    let file: String

    /// Makes the folder of a reader; for a checkpoint's files, from the fixture that
    /// `LLAVAD_FUZZ_CHECKPOINT` names, or one beside it.
    init(_ reader: Reader) {
        folder = "/dev/shm/llavad-fuzz-\(getpid())"
        file = "\(folder)/\(reader.fileName)"
        mkdir(folder, 0o700)
        guard let companions = reader.companions, let source = getenv("LLAVAD_FUZZ_CHECKPOINT")
        else { return }
        let original = "\(String(cString: source))/\(companions)"
        guard let listing = opendir(original) else { return }
        defer { closedir(listing) }
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(".") || name == reader.fileName { continue }
            symlink("\(original)/\(name)", "\(folder)/\(name)")
        }
    }

    /// Writes the input in place of the one before.
    func put(_ bytes: UnsafeRawBufferPointer) {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        precondition(descriptor >= 0, "\(file) cannot be written")
        defer { close(descriptor) }
        precondition(write(descriptor, bytes.baseAddress, bytes.count) == bytes.count)
    }
}
