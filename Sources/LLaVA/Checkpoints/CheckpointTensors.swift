import ModelFiles

/// One half of a checkpoint's tensors under the names of GGUF files.
final class CheckpointTensors: TensorDirectory {
    /// The folder, for messages.
    let path: String
    /// The names of GGUF files, in the order of the checkpoint.
    let tensorNames: [String]

    private let folder: SafetensorsFolder
    private let entries: [String: TensorEntry]
    /// The checkpoint's own names.
    private let ownNames: [String: String]

    /// Renames the tensors of a folder.
    ///
    /// - Parameters:
    ///   - folder: The checkpoint.
    ///   - belongs: Whether a tensor of a GGUF name is of this half.
    /// - Throws: `EngineError` of kind `inconsistentModel` if one tensor is stored under two names.
    init(_ folder: SafetensorsFolder, where belongs: (String) -> Bool) throws(EngineError) {
        var names: [String] = []
        var entries: [String: TensorEntry] = [:]
        var ownNames: [String: String] = [:]
        for own in folder.tensorNames {
            guard let name = CheckpointNames.canonical(own), belongs(name),
                let entry = folder.entry(own)
            else { continue }
            if let other = ownNames.updateValue(own, forKey: name) {
                throw EngineError(
                    .inconsistentModel,
                    "\(folder.path): '\(other)' and '\(own)' are the same part of the model; "
                        + "use a checkpoint that was saved once, by one program")
            }
            names.append(name)
            entries[name] = TensorEntry(
                name: name, shape: entry.shape, type: entry.type, offset: entry.offset,
                byteCount: entry.byteCount)
        }
        path = folder.path
        tensorNames = names
        self.folder = folder
        self.entries = entries
        self.ownNames = ownNames
    }

    /// Finds a tensor by its GGUF name.
    func entry(_ name: String) -> TensorEntry? { entries[name] }

    /// The stored bytes of a tensor; valid as long as this directory lives.
    func bytes(of entry: TensorEntry) -> UnsafeRawBufferPointer {
        guard let own = ownNames[entry.name], let stored = folder.entry(own) else {
            preconditionFailure("'\(entry.name)' is not an entry of \(path)")
        }
        return folder.bytes(of: stored)
    }

    /// Checks that nothing is missing, so that a message can name what the checkpoint calls it.
    ///
    /// - Parameter names: GGUF names with the names a checkpoint has for them, without prefixes.
    /// - Throws: `EngineError` of kind `missingPart`.
    func require(_ names: [(canonical: String, own: String)]) throws(EngineError) {
        for name in names where entries[name.canonical] == nil {
            throw EngineError(
                .missingPart,
                "\(path): there is no tensor '…\(name.own)'; the download did not finish, or this "
                    + "is an adapter (LoRA) without the model it belongs to: use the merged model")
        }
    }
}
