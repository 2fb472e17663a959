/// The part of JSON Schema that a question may demand of its answer.
///
/// Understood are `type`, `enum`, `properties`, `required` and `items`; another keyword is
/// refused when the preset is read, because a rule that is silently ignored is worse than none.
enum AnswerSchema {
    private static let types: Set<String> = [
        "null", "boolean", "integer", "number", "string", "array", "object",
    ]
    private static let keywords: Set<String> = [
        "type", "enum", "properties", "required", "items", "title", "description",
    ]
    private static let maximumDepth = 16

    /// What is wrong with a schema, as the end of a sentence; `nil` if nothing is.
    static func fault(in schema: JSONValue, depth: Int = 0) -> String? {
        guard case .object(let members) = schema else { return "is not an object" }
        guard depth < maximumDepth else { return "is nested deeper than \(maximumDepth) levels" }
        for (key, value) in members.sorted(by: { $0.key < $1.key }) {
            guard keywords.contains(key) else {
                return "uses '\(key)': only \(keywords.sorted().joined(separator: ", ")) are known"
            }
            if let fault = fault(ofKeyword: key, value: value, depth: depth) { return fault }
        }
        return nil
    }

    private static func fault(ofKeyword key: String, value: JSONValue, depth: Int) -> String? {
        switch (key, value) {
        case ("type", .string(let name)):
            return types.contains(name) ? nil : "has the unknown type '\(name)'"
        case ("type", _): return "has a 'type' that is not a text"
        case ("enum", .array): return nil
        case ("enum", _): return "has an 'enum' that is not a list"
        case ("required", .array(let names)):
            let areTexts = names.allSatisfy { if case .string = $0 { true } else { false } }
            return areTexts ? nil : "has a 'required' with something other than texts"
        case ("required", _): return "has a 'required' that is not a list"
        case ("properties", .object(let properties)):
            for name in properties.keys.sorted() {
                if let inner = properties[name], let fault = fault(in: inner, depth: depth + 1) {
                    return "has a property '\(name)' that \(fault)"
                }
            }
            return nil
        case ("properties", _): return "has 'properties' that are not an object"
        case ("items", _):
            return fault(in: value, depth: depth + 1).map { "has 'items' that \($0)" }
        default: return nil
        }
    }

    /// Whether a value satisfies a schema that has no fault.
    static func accepts(_ value: JSONValue, schema: JSONValue) -> Bool {
        guard case .object(let members) = schema else { return false }
        if case .string(let type) = members["type"], !isOf(type: type, value) { return false }
        if case .array(let allowed) = members["enum"], !allowed.contains(value) { return false }
        if case .array(let elements) = value, let items = members["items"] {
            return elements.allSatisfy { accepts($0, schema: items) }
        }
        guard case .object(let found) = value else { return true }
        if case .array(let required) = members["required"] {
            for case .string(let name) in required where found[name] == nil { return false }
        }
        if case .object(let properties) = members["properties"] {
            for (name, inner) in properties {
                if let member = found[name], !accepts(member, schema: inner) { return false }
            }
        }
        return true
    }

    private static func isOf(type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .bool), ("integer", .integer), ("number", .integer),
            ("number", .number), ("string", .string), ("array", .array), ("object", .object):
            true
        default: false
        }
    }
}
