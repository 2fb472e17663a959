import ModelFiles

/// Reads a model's keys with the bounds an engine needs.
struct ModelKeys {
    /// The file.
    let file: any ModelMetadata

    /// Wraps a file.
    init(_ file: any ModelMetadata) { self.file = file }

    /// Checks `general.architecture`.
    ///
    /// - Throws: `EngineError` of kind `unsupportedModel`.
    func require(_ architecture: String, role: String) throws(EngineError) {
        let found = try text("general.architecture")
        guard found == architecture else {
            throw EngineError(
                .unsupportedModel,
                "\(file.path): 'general.architecture' is '\(found)', but \(role) has "
                    + "'\(architecture)'; name the two files the other way round or use a model "
                    + "of that architecture")
        }
    }

    /// A text.
    ///
    /// - Throws: `EngineError` of kind `missingPart`.
    func text(_ key: String) throws(EngineError) -> String {
        try EngineError.passingOn { () throws(ModelFileError) in try file.string(key) }
    }

    /// A text, if the key is there.
    ///
    /// - Throws: `EngineError` of kind `missingPart`.
    func textIfPresent(_ key: String) throws(EngineError) -> String? {
        try EngineError.passingOn { () throws(ModelFileError) in try file.stringIfPresent(key) }
    }

    /// A truth value, if the key is there.
    ///
    /// - Throws: `EngineError` of kind `missingPart`.
    func truthIfPresent(_ key: String) throws(EngineError) -> Bool? {
        try EngineError.passingOn { () throws(ModelFileError) in try file.boolIfPresent(key) }
    }

    /// Integers, if the key is there.
    ///
    /// - Throws: `EngineError` of kind `missingPart`.
    func integersIfPresent(_ key: String) throws(EngineError) -> [Int64]? {
        try EngineError.passingOn { () throws(ModelFileError) in try file.integersIfPresent(key) }
    }

    /// A positive integer of at most `limit`.
    ///
    /// - Throws: `EngineError` of kind `missingPart` or `inconsistentModel`.
    func count(_ key: String, upTo limit: Int) throws(EngineError) -> Int {
        let value = try EngineError.passingOn { () throws(ModelFileError) in
            try file.integer(key)
        }
        return try checked(value, key, limit)
    }

    /// A positive integer of at most `limit`, if the key is there.
    ///
    /// - Throws: `EngineError` of kind `missingPart` or `inconsistentModel`.
    func countIfPresent(_ key: String, upTo limit: Int) throws(EngineError) -> Int? {
        let value = try EngineError.passingOn { () throws(ModelFileError) in
            try file.integerIfPresent(key)
        }
        guard let value else { return nil }
        return try checked(value, key, limit)
    }

    /// A positive number.
    ///
    /// - Throws: `EngineError` of kind `missingPart` or `inconsistentModel`.
    func number(_ key: String) throws(EngineError) -> Float {
        guard let value = try numberIfPresent(key) else {
            throw EngineError(
                .missingPart, "\(file.path): the key '\(key)' is missing; convert the model again")
        }
        return value
    }

    /// A positive number, if the key is there.
    ///
    /// - Throws: `EngineError` of kind `missingPart` or `inconsistentModel`.
    func numberIfPresent(_ key: String) throws(EngineError) -> Float? {
        let value = try EngineError.passingOn { () throws(ModelFileError) in
            try file.floatIfPresent(key)
        }
        guard let value else { return nil }
        // Float's own range: beyond it a value turns into an infinity or into 0.
        let number = Float(value)
        guard number.isNormal, number > 0 else {
            throw bad(key, "is \(value), not a positive number of single precision")
        }
        return number
    }

    /// One number for each of the three colour channels.
    ///
    /// - Throws: `EngineError` of kind `missingPart` or `inconsistentModel`.
    func channels(_ key: String) throws(EngineError) -> [Float] {
        let values = try EngineError.passingOn { () throws(ModelFileError) in
            try file.floats(key)
        }
        guard values.count == 3 else {
            throw bad(key, "has a length of \(values.count), not of the three colour channels")
        }
        guard values.allSatisfy(\.isFinite) else { throw bad(key, "has a value that is no number") }
        return values
    }

    /// The error for a key whose value cannot be used.
    func bad(_ key: String, _ problem: String) -> EngineError {
        EngineError(
            .inconsistentModel, "\(file.path): '\(key)' \(problem); convert the model again")
    }

    private func checked(_ value: Int, _ key: String, _ limit: Int) throws(EngineError) -> Int {
        guard value > 0, value <= limit else {
            throw bad(key, "is \(value), outside 1 to \(limit)")
        }
        return value
    }
}
