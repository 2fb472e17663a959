/// Named values of a JSON text, in the order of the text; every name stands once.
///
/// Not a `Dictionary` of `String`: two texts are equal in Swift when they are canonically
/// equivalent, while a vocabulary may hold "é" in both spellings as two names.
public struct JSONObject: Sendable, Equatable {
    /// A name and its value.
    public struct Member: Sendable, Equatable {
        /// The name.
        public let name: String
        /// The value.
        public let value: JSONValue
    }

    /// An object without members.
    public static let empty = JSONObject(members: [])

    /// The members in the order of the text.
    public let members: [Member]

    /// Finds a value; for objects of a few members, such as those of configurations.
    ///
    /// - Parameter name: The name, equal byte for byte.
    /// - Returns: Nil if there is no such member.
    /// - Complexity: O(n) for n members.
    public subscript(name: String) -> JSONValue? {
        members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }
}
