import Glibc

/// The safetensors files of a model folder as one directory of tensors.
///
/// A folder holds `model.safetensors`, or several files and `model.safetensors.index.json`, which
/// says in which of them each tensor is.
public final class SafetensorsFolder: TensorDirectory {
    private static let indexName = "model.safetensors.index.json"
    private static let wholeName = "model.safetensors"
    /// More files than any model is split into.
    private static let mostFiles = 4096

    /// The folder.
    public let path: String
    /// The names of all tensors, file by file, in the order of their data.
    public let tensorNames: [String]
    /// The files that were opened, the index among them.
    public let filePaths: [String]

    private let owners: [String: SafetensorsFile]

    /// The size of the tensor files in bytes.
    public let byteCount: Int

    /// Opens the tensor files of a folder.
    ///
    /// - Parameter path: A folder.
    /// - Throws: `ModelFileError` of any file, and of kind `notFound` if the folder has none.
    public init(path: String) throws(ModelFileError) {
        let index = "\(path)/\(Self.indexName)"
        var files: [SafetensorsFile] = []
        var filePaths: [String] = []
        if access(index, F_OK) == 0 {
            let places = try Self.readIndex(index)
            filePaths.append(index)
            for name in Set(places.map(\.file)).sorted() {
                files.append(try SafetensorsFile(path: "\(path)/\(name)"))
            }
            owners = try Self.owners(files)
            try Self.check(places, index: index, owners: owners, folder: path)
        } else if access("\(path)/\(Self.wholeName)", F_OK) == 0 {
            files.append(try SafetensorsFile(path: "\(path)/\(Self.wholeName)"))
            owners = try Self.owners(files)
        } else {
            throw ModelFileError(
                path: path, kind: .notFound,
                message: "a model folder holds \(Self.wholeName) or \(Self.indexName) and this "
                    + "one has neither; name a folder of a model saved as safetensors")
        }
        self.path = path
        self.filePaths = filePaths + files.map(\.path)
        tensorNames = files.flatMap(\.tensorNames)
        byteCount = files.reduce(0) { $0 + $1.byteCount }
    }

    /// Finds a tensor.
    ///
    /// - Parameter name: The name the files give the tensor.
    /// - Returns: Nil if there is no tensor of that name.
    public func entry(_ name: String) -> TensorEntry? { owners[name]?.entry(name) }

    /// The stored bytes of a tensor; valid as long as this folder lives.
    ///
    /// - Parameter entry: An entry this folder gave.
    /// - Returns: Exactly `entry.byteCount` bytes.
    public func bytes(of entry: TensorEntry) -> UnsafeRawBufferPointer {
        guard let owner = owners[entry.name] else {
            preconditionFailure("'\(entry.name)' is not an entry of \(path)")
        }
        return owner.bytes(of: entry)
    }

    private static func readIndex(
        _ path: String
    ) throws(ModelFileError) -> [(tensor: String, file: String)] {
        guard case .object(let map)? = try JSONFile(path: path).object["weight_map"] else {
            throw ModelFileError(
                path: path, kind: .malformed,
                message: "an index has an object 'weight_map' and this one has none; fetch the "
                    + "file again")
        }
        var places: [(tensor: String, file: String)] = []
        for member in map.members {
            guard case .string(let file) = member.value, isPlainName(file) else {
                throw ModelFileError(
                    path: path, kind: .invalidName,
                    message: "'weight_map' names safetensors files of the same folder, and what "
                        + "it names for tensor '\(member.name)' is none; fetch the file again")
            }
            places.append((member.name, file))
        }
        guard Set(places.map(\.file)).count <= mostFiles else {
            throw ModelFileError(
                path: path, kind: .implausibleCount,
                message: "'weight_map' names more than \(mostFiles) files; fetch the file again")
        }
        return places
    }

    /// Whether a name cannot lead out of the folder.
    private static func isPlainName(_ name: String) -> Bool {
        name.hasSuffix(".safetensors") && !name.utf8.contains(UInt8(ascii: "/"))
            && !name.utf8.contains(0)
    }

    private static func owners(
        _ files: [SafetensorsFile]
    ) throws(ModelFileError) -> [String: SafetensorsFile] {
        var owners: [String: SafetensorsFile] = [:]
        for file in files {
            for name in file.tensorNames {
                guard let other = owners.updateValue(file, forKey: name) else { continue }
                throw ModelFileError(
                    path: file.path, kind: .duplicateTensor,
                    message: "tensor '\(name)' is in this file and in \(other.path); fetch the "
                        + "files of one version of the model")
            }
        }
        return owners
    }

    private static func check(
        _ places: [(tensor: String, file: String)], index: String,
        owners: [String: SafetensorsFile], folder: String
    ) throws(ModelFileError) {
        for place in places where owners[place.tensor]?.path != "\(folder)/\(place.file)" {
            throw ModelFileError(
                path: index, kind: .malformed,
                message: "the index places tensor '\(place.tensor)' in \(place.file), which does "
                    + "not hold it; fetch the files of one version of the model")
        }
    }
}
