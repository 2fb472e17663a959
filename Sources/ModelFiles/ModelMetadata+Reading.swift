/// Typed reading of metadata: a missing key or one of another type is an error that names it.
extension ModelMetadata {
    /// Reads a text.
    ///
    /// - Throws: `ModelFileError` of kind `missingKey` or `wrongType`.
    public func string(_ key: String) throws(ModelFileError) -> String {
        try required(key, "a text", stringIfPresent(key))
    }

    /// Reads a text that may be left out.
    ///
    /// - Throws: `ModelFileError` of kind `wrongType`.
    public func stringIfPresent(_ key: String) throws(ModelFileError) -> String? {
        guard let value = metadata[key] else { return nil }
        guard case .string(let text) = value else { throw wrong(key, "a text", value) }
        return text
    }

    /// Reads an integer of either sign.
    ///
    /// - Throws: `ModelFileError` of kind `missingKey`, `wrongType` or `outOfRange`.
    public func integer(_ key: String) throws(ModelFileError) -> Int {
        try required(key, "an integer", integerIfPresent(key))
    }

    /// Reads an integer of either sign that may be left out.
    ///
    /// - Throws: `ModelFileError` of kind `wrongType` or `outOfRange`.
    public func integerIfPresent(_ key: String) throws(ModelFileError) -> Int? {
        switch metadata[key] {
        case nil: return nil
        case .integer(let number): return Int(number)
        case .unsigned(let number):
            guard let signed = Int(exactly: number) else {
                throw ModelFileError(
                    path: path, kind: .outOfRange,
                    message: "key '\(key)' must be at most \(Int.max) and is \(number); convert "
                        + "the model again")
            }
            return signed
        case .some(let value): throw wrong(key, "an integer", value)
        }
    }

    /// Reads a floating-point number, which must be finite.
    ///
    /// - Throws: `ModelFileError` of kind `missingKey`, `wrongType` or `outOfRange`.
    public func float(_ key: String) throws(ModelFileError) -> Double {
        try required(key, "a floating-point number", floatIfPresent(key))
    }

    /// Reads a floating-point number that may be left out, and must else be finite.
    ///
    /// - Throws: `ModelFileError` of kind `wrongType` or `outOfRange`.
    public func floatIfPresent(_ key: String) throws(ModelFileError) -> Double? {
        guard let value = metadata[key] else { return nil }
        guard case .float(let number) = value else {
            throw wrong(key, "a floating-point number", value)
        }
        guard number.isFinite else {
            throw ModelFileError(
                path: path, kind: .outOfRange,
                message: "key '\(key)' must be a finite number and is \(number); convert the "
                    + "model again")
        }
        return number
    }

    /// Reads a truth value.
    ///
    /// - Throws: `ModelFileError` of kind `missingKey` or `wrongType`.
    public func bool(_ key: String) throws(ModelFileError) -> Bool {
        try required(key, "a truth value", boolIfPresent(key))
    }

    /// Reads a truth value that may be left out.
    ///
    /// - Throws: `ModelFileError` of kind `wrongType`.
    public func boolIfPresent(_ key: String) throws(ModelFileError) -> Bool? {
        guard let value = metadata[key] else { return nil }
        guard case .bool(let truth) = value else { throw wrong(key, "a truth value", value) }
        return truth
    }

    /// Reads an array of texts.
    ///
    /// - Throws: `ModelFileError` of kind `missingKey` or `wrongType`.
    public func strings(_ key: String) throws(ModelFileError) -> [String] {
        try required(key, "an array of texts", stringsIfPresent(key))
    }

    /// Reads an array of texts that may be left out.
    ///
    /// - Throws: `ModelFileError` of kind `wrongType`.
    public func stringsIfPresent(_ key: String) throws(ModelFileError) -> [String]? {
        guard let value = metadata[key] else { return nil }
        guard case .strings(let texts) = value else { throw wrong(key, "an array of texts", value) }
        return texts
    }

    /// Reads an array of floating-point numbers; they may be infinite or not numbers.
    ///
    /// - Throws: `ModelFileError` of kind `missingKey` or `wrongType`.
    public func floats(_ key: String) throws(ModelFileError) -> [Float] {
        try required(key, "an array of floating-point numbers", floatsIfPresent(key))
    }

    /// Reads an array of floating-point numbers that may be left out.
    ///
    /// - Throws: `ModelFileError` of kind `wrongType`.
    public func floatsIfPresent(_ key: String) throws(ModelFileError) -> [Float]? {
        guard let value = metadata[key] else { return nil }
        guard case .floats(let numbers) = value else {
            throw wrong(key, "an array of floating-point numbers", value)
        }
        return numbers
    }

    /// Reads an array of integers.
    ///
    /// - Throws: `ModelFileError` of kind `missingKey` or `wrongType`.
    public func integers(_ key: String) throws(ModelFileError) -> [Int64] {
        try required(key, "an array of integers", integersIfPresent(key))
    }

    /// Reads an array of integers that may be left out.
    ///
    /// - Throws: `ModelFileError` of kind `wrongType`.
    public func integersIfPresent(_ key: String) throws(ModelFileError) -> [Int64]? {
        guard let value = metadata[key] else { return nil }
        guard case .integers(let numbers) = value else {
            throw wrong(key, "an array of integers", value)
        }
        return numbers
    }

    private func required<Value>(
        _ key: String, _ kind: String, _ value: Value?
    ) throws(ModelFileError) -> Value {
        guard let value else {
            throw ModelFileError(
                path: path, kind: .missingKey,
                message: "the metadata has no key '\(key)', which must be \(kind); the file is "
                    + "not such a model or its converter left the key out, convert the model again")
        }
        return value
    }

    private func wrong(_ key: String, _ kind: String, _ value: GGUFValue) -> ModelFileError {
        ModelFileError(
            path: path, kind: .wrongType,
            message: "key '\(key)' must be \(kind) and is \(value.kindName); convert the model "
                + "again with a current converter")
    }
}
