/// The parts of a split model, all mapped, as one directory of tensors.
///
/// The first part holds the metadata; every part says which one it is (`split.no`), of how many
/// (`split.count`) and how many tensors all have together (`split.tensors.count`), and all of it must
/// agree with the names and with what is there.
struct GGUFParts {
    /// One part.
    struct Part {
        let file: MappedFile
        let header: GGUFParser.Header
    }

    private static let countKey = "split.count"
    private static let numberKey = "split.no"
    private static let totalKey = "split.tensors.count"

    /// The parts in order; one for a model that is not split.
    let parts: [Part]

    /// Opens a file and, if it is the first part of a split model, the others.
    ///
    /// - Parameter path: A whole model or its first part.
    /// - Throws: `ModelFileError` naming the part that is missing or wrong.
    init(path: String) throws(ModelFileError) {
        let first = try Self.open(path)
        let count = try Self.integer(Self.countKey, first) ?? 1
        guard count > 1 else {
            parts = [first]
            return
        }
        guard let name = GGUFPartName(path: path), name.count == count else {
            throw ModelFileError(
                path: path, kind: .splitFile,
                message:
                    "the file is one of \(count) parts of a model (key \(Self.countKey)), whose "
                    + "names end in \(GGUFPartName.ending(1, of: count)) and so on; give the parts "
                    + "their names back, or merge them with 'llama-gguf-split --merge'")
        }
        guard name.number == 1, try Self.integer(Self.numberKey, first) == 0 else {
            throw ModelFileError(
                path: path, kind: .splitFile,
                message: "the file is not the first of the \(count) parts of its model; name "
                    + "\(name.part(1).path)")
        }
        var parts = [first]
        for number in 2...count {
            parts.append(try Self.open(name.part(number), of: count))
        }
        try Self.check(parts, first: path)
        self.parts = parts
    }

    private static func open(_ path: String) throws(ModelFileError) -> Part {
        let file = try MappedFile(path: path)
        var parser = GGUFParser(path: path, bytes: file.bytes)
        return Part(file: file, header: try parser.parse())
    }

    private static func open(
        _ name: GGUFPartName, of count: Int
    ) throws(ModelFileError) -> Part {
        let part: Part
        do {
            part = try open(name.path)
        } catch  where error.kind == .notFound {
            throw ModelFileError(
                path: name.path, kind: .notFound,
                message: "part \(name.number) of \(count) is missing; fetch it into the folder of "
                    + "the first part")
        }
        let stated = try (integer(numberKey, part), integer(countKey, part))
        guard stated == (name.number - 1, count) else {
            let found =
                if let number = stated.0, let total = stated.1 {
                    "part \(number + 1) of \(total)"
                } else {
                    "none of several"
                }
            throw ModelFileError(
                path: name.path, kind: .splitFile,
                message: "by its name the file is part \(name.number) of \(count), and by its keys "
                    + "\(found); fetch all parts of one model again")
        }
        return part
    }

    /// Whether the parts have what the first promises, and nothing twice.
    private static func check(_ parts: [Part], first: String) throws(ModelFileError) {
        var owners: [String: String] = [:]
        for part in parts {
            for name in part.header.tensorNames {
                guard let other = owners.updateValue(part.file.path, forKey: name) else { continue }
                throw ModelFileError(
                    path: part.file.path, kind: .duplicateTensor,
                    message: "tensor '\(name)' is in this part and in \(other); fetch all parts of "
                        + "one model again")
            }
        }
        guard let promised = try integer(totalKey, parts[0]), promised != owners.count else {
            return
        }
        throw ModelFileError(
            path: first, kind: .splitFile,
            message: "the parts hold \(owners.count) tensors together and '\(totalKey)' says "
                + "\(promised); fetch all parts of one model again")
    }

    private static func integer(_ key: String, _ part: Part) throws(ModelFileError) -> Int? {
        switch part.header.metadata[key] {
        case nil: return nil
        // llama-gguf-split writes 16 bits; a model of so many parts would have no tensors left.
        case .unsigned(let number) where number <= UInt16.max: return Int(number)
        case .integer(let number) where (0...Int64(Int32.max)).contains(number):
            return Int(number)
        case let other?:
            let found =
                switch other {
                case .unsigned(let number): "\(number)"
                case .integer(let number): "\(number)"
                default: other.kindName
                }
            throw ModelFileError(
                path: part.file.path, kind: .splitFile,
                message: "'\(key)' must be a number of parts or tensors and is \(found); fetch the "
                    + "file again")
        }
    }
}
