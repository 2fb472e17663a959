import CSystem
import Glibc

/// A GGUF pair in memory, without a place on any disk; gone with the process, however it ends.
///
/// The files are those of memfd_create(2), and are mapped by their paths below `/proc` as others
/// are: pages of the kernel's that every mapping shares.
public final class MemoryModel: Sendable {
    /// One of the files.
    struct File: Sendable {
        /// The open file.
        let descriptor: Int32
        /// What messages call it.
        let name: String

        /// A path to open it by, in this process.
        var path: String { "/proc/self/fd/\(descriptor)" }

        init(name: String) throws(EngineError) {
            descriptor = csystem_memory_file(name)
            self.name = name
            guard descriptor >= 0 else {
                throw EngineError(
                    .file,
                    "\(name): the kernel gave no file in memory "
                        + "(\(String(cString: strerror(errno)))); write the model to a disk with "
                        + "'model synth' instead")
            }
        }
    }

    /// The language model's half.
    let text: File
    /// The projector's half.
    let projector: File

    /// Makes two empty files.
    init(name: String) throws(EngineError) {
        text = try File(name: name + ".gguf")
        do {
            projector = try File(name: name + ".mmproj.gguf")
        } catch {
            close(text.descriptor)
            throw error
        }
    }

    deinit {
        close(text.descriptor)
        close(projector.descriptor)
    }

    /// Where to load it from, while this lives; what was loaded stays.
    public var location: ModelLocation {
        ModelLocation(text: text.path, projector: projector.path)
    }
}
