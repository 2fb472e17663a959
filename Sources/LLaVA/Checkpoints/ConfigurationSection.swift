import ModelFiles

/// An object of a configuration file, read with the bounds an engine needs.
///
/// A member that is `null` counts as missing: that is how transformers writes what is not set.
struct ConfigurationSection {
    /// The file, for messages.
    let path: String
    /// What stands before a member's name in messages: "text_config.".
    let prefix: String

    private let object: JSONObject

    /// Wraps a file's object.
    init(_ file: JSONFile) {
        path = file.path
        prefix = ""
        object = file.object
    }

    private init(path: String, prefix: String, object: JSONObject) {
        self.path = path
        self.prefix = prefix
        self.object = object
    }

    /// A section without members, all of which have their defaults.
    func empty(_ name: String) -> ConfigurationSection {
        ConfigurationSection(path: path, prefix: "\(prefix)\(name).", object: JSONObject.empty)
    }

    /// A member that is neither missing nor `null`.
    func value(_ name: String) -> JSONValue? {
        let value = object[name]
        return value == .null ? nil : value
    }

    /// Whether there is a member of this name, `null` or not.
    func states(_ name: String) -> Bool { object[name] != nil }

    /// An object.
    ///
    /// - Throws: `EngineError` of kind `inconsistentModel` if it is something else.
    func section(_ name: String) throws(EngineError) -> ConfigurationSection? {
        guard let value = value(name) else { return nil }
        guard case .object(let object) = value else { throw wrong(name, "an object", value) }
        return ConfigurationSection(path: path, prefix: "\(prefix)\(name).", object: object)
    }

    /// A text.
    ///
    /// - Throws: `EngineError` of kind `inconsistentModel` if it is something else.
    func text(_ name: String) throws(EngineError) -> String? {
        guard let value = value(name) else { return nil }
        guard case .string(let text) = value else { throw wrong(name, "a text", value) }
        return text
    }

    /// A truth value.
    ///
    /// - Throws: `EngineError` of kind `inconsistentModel` if it is something else.
    func truth(_ name: String) throws(EngineError) -> Bool? {
        guard let value = value(name) else { return nil }
        guard case .bool(let truth) = value else { throw wrong(name, "a truth value", value) }
        return truth
    }

    /// An integer of 32 bits.
    ///
    /// - Throws: `EngineError` of kind `inconsistentModel` if it is something else.
    func integer(_ name: String) throws(EngineError) -> Int? {
        guard let value = value(name) else { return nil }
        guard case .integer(let number) = value, let small = Int32(exactly: number) else {
            throw wrong(name, "an integer of 32 bits", value)
        }
        return Int(small)
    }

    /// Integers of 32 bits: an array of them, or one alone.
    ///
    /// - Throws: `EngineError` of kind `inconsistentModel` if it is something else.
    func integers(_ name: String) throws(EngineError) -> [Int]? {
        guard case .array(let values)? = value(name) else { return try integer(name).map { [$0] } }
        return try values.map { value throws(EngineError) in
            guard case .integer(let number) = value, let small = Int32(exactly: number) else {
                throw wrong(name, "integers of 32 bits", value)
            }
            return Int(small)
        }
    }

    /// A positive integer.
    ///
    /// - Throws: `EngineError` of kind `inconsistentModel` if it is something else.
    func count(_ name: String) throws(EngineError) -> Int? {
        guard let number = try integer(name) else { return nil }
        guard number > 0 else { throw bad(name, "is \(number), not positive") }
        return number
    }

    /// A positive number.
    ///
    /// - Throws: `EngineError` of kind `inconsistentModel` if it is something else.
    func number(_ name: String) throws(EngineError) -> Double? {
        guard let value = value(name) else { return nil }
        let number: Double
        switch value {
        case .integer(let integer): number = Double(integer)
        case .number(let fraction): number = fraction
        default: throw wrong(name, "a number", value)
        }
        guard number > 0 else { throw bad(name, "is \(number), not positive") }
        return number
    }

    /// Numbers.
    ///
    /// - Throws: `EngineError` of kind `inconsistentModel` if it is something else.
    func numbers(_ name: String) throws(EngineError) -> [Float]? {
        guard let value = value(name) else { return nil }
        guard case .array(let values) = value else { throw wrong(name, "an array", value) }
        var numbers: [Float] = []
        for value in values {
            switch value {
            case .integer(let integer): numbers.append(Float(integer))
            case .number(let fraction): numbers.append(Float(fraction))
            default: throw wrong(name, "an array of numbers", value)
            }
        }
        return numbers
    }

    /// Checks a text that only has one value this engine can run.
    ///
    /// - Throws: `EngineError` of kind `unsupportedModel`.
    func require(_ name: String, _ only: String) throws(EngineError) {
        guard let found = try text(name), found != only else { return }
        throw EngineError(
            .unsupportedModel,
            "\(path): '\(prefix)\(name)' is '\(found)', but this engine runs models with "
                + "'\(only)'; use another model")
    }

    /// The error for a member whose value cannot be used.
    func bad(_ name: String, _ problem: String) -> EngineError {
        EngineError(
            .inconsistentModel,
            "\(path): '\(prefix)\(name)' \(problem); fetch the file again or use another model")
    }

    private func wrong(_ name: String, _ kind: String, _ value: JSONValue) -> EngineError {
        let found = if case .integer(let number) = value { "\(number)" } else { value.kindName }
        return bad(name, "must be \(kind) and is \(found)")
    }
}
