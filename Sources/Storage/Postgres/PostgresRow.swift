internal import FoundationEssentials

/// One row of a result, read by column name.
struct PostgresRow {
    let result: PostgresResult
    let row: Int

    /// A field that may be NULL.
    func textIfPresent(_ column: String) throws(StorageError) -> String? {
        try result.text(row, column)
    }

    /// A field that must not be NULL.
    func text(_ column: String) throws(StorageError) -> String {
        guard let text = try result.text(row, column) else {
            throw result.unreadable(column, "is NULL where a value must be")
        }
        return text
    }

    /// A whole number that may be NULL.
    func integerIfPresent<Number: FixedWidthInteger>(
        _ column: String, as type: Number.Type = Number.self
    ) throws(StorageError) -> Number? {
        guard let text = try result.text(row, column) else { return nil }
        guard let number = Number(text) else {
            throw result.unreadable(column, "is not a whole number of \(Number.bitWidth) bits")
        }
        return number
    }

    /// A whole number.
    func integer<Number: FixedWidthInteger>(
        _ column: String, as type: Number.Type = Number.self
    ) throws(StorageError) -> Number {
        guard let number: Number = try integerIfPresent(column) else {
            throw result.unreadable(column, "is NULL where a number must be")
        }
        return number
    }

    /// A floating-point number that may be NULL.
    func doubleIfPresent(_ column: String) throws(StorageError) -> Double? {
        guard let text = try result.text(row, column) else { return nil }
        guard let number = Double(text) else {
            throw result.unreadable(column, "is not a number")
        }
        return number
    }

    /// A single-precision number that may be NULL.
    func floatIfPresent(_ column: String) throws(StorageError) -> Float? {
        guard let text = try result.text(row, column) else { return nil }
        guard let number = Float(text) else {
            throw result.unreadable(column, "is not a number")
        }
        return number
    }

    /// A truth value.
    func bool(_ column: String) throws(StorageError) -> Bool {
        try text(column) == "t"
    }

    /// A time, which the statement gives as seconds since 1970; may be NULL.
    func dateIfPresent(_ column: String) throws(StorageError) -> Date? {
        try doubleIfPresent(column).map(Date.init(timeIntervalSince1970:))
    }

    /// A time, which the statement gives as seconds since 1970.
    func date(_ column: String) throws(StorageError) -> Date {
        guard let date = try dateIfPresent(column) else {
            throw result.unreadable(column, "is NULL where a time must be")
        }
        return date
    }

    /// The elements of a one-dimensional array without NULLs.
    func texts(_ column: String) throws(StorageError) -> [String] {
        guard let elements = ArrayLiteral.elements(of: try text(column)) else {
            throw result.unreadable(column, "is not a one-dimensional array without NULLs")
        }
        return elements
    }

    /// The elements of a one-dimensional array of whole numbers without NULLs.
    func integers<Number: FixedWidthInteger>(
        _ column: String, as type: Number.Type = Number.self
    ) throws(StorageError) -> [Number] {
        var numbers: [Number] = []
        for text in try texts(column) {
            guard let number = Number(text) else {
                throw result.unreadable(column, "holds something that is not a whole number")
            }
            numbers.append(number)
        }
        return numbers
    }
}
