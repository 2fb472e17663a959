/// A file whose whole text is one JSON object, such as the `config.json` of a model folder.
public struct JSONFile: Sendable {
    /// The largest file read: a tokenizer of a million merges takes 40 MB.
    static let mostBytes = 100_000_000

    /// The path the file was opened by.
    public let path: String
    /// The members of the object.
    public let object: JSONObject

    /// Reads a file.
    ///
    /// - Parameter path: A file of at most 100 MB.
    /// - Throws: `ModelFileError`, among others of kind `malformed`, `duplicateKey` or
    ///   `implausibleCount`.
    public init(path: String) throws(ModelFileError) {
        let file = try MappedFile(path: path)
        guard file.count <= Self.mostBytes else {
            throw ModelFileError(
                path: path, kind: .implausibleCount,
                message: "a JSON file of a model may have \(Self.mostBytes) bytes and this one has "
                    + "\(file.count); it is not such a file, fetch it again")
        }
        let value = try JSONParser.parse(file.bytes, path: path, what: "the file")
        guard case .object(let object) = value else {
            throw ModelFileError(
                path: path, kind: .malformed,
                message: "the file must hold an object and holds \(value.kindName); fetch it again")
        }
        self.path = path
        self.object = object
    }
}
