/// The table of tensors.
extension GGUFParser {
    /// A tensor as its row of the table tells it; the data section's start is not known yet.
    private struct Row {
        var name: String
        var shape: [Int]
        var type: ElementType
        var relativeOffset: UInt64
        var byteCount: Int
    }

    /// The longest tensor name in bytes: GGML_MAX_NAME less its terminator.
    private static let longestTensorName = 63
    /// GGML_MAX_DIMS.
    private static let mostDimensions: UInt32 = 4

    /// Reads the table, which ends the header, and finds every tensor's place in the file.
    mutating func readTensors(
        count: Int, alignment: Int, into header: inout Header
    ) throws(ModelFileError) {
        let rows = try readRows(count: count)
        try place(rows, alignment: alignment, in: &header)
    }

    private mutating func readRows(count: Int) throws(ModelFileError) -> [Row] {
        var rows: [Row] = []
        rows.reserveCapacity(count)
        for index in 0..<count {
            let name = try reader.readName(
                limit: Self.longestTensorName, "the name of tensor \(index)")
            let fastestFirst = try readDimensions(of: name)
            let type = try readElementType(of: name)
            let offset = try reader.read(UInt64.self, "the offset of tensor '\(name)'")
            rows.append(
                Row(
                    name: name, shape: fastestFirst.reversed(), type: type,
                    relativeOffset: offset,
                    byteCount: try byteCount(of: name, fastestFirst: fastestFirst, type: type)))
        }
        return rows
    }

    private mutating func readDimensions(of name: String) throws(ModelFileError) -> [Int] {
        let count = try reader.read(
            UInt32.self, "the number of dimensions of tensor '\(name)'")
        guard (1...Self.mostDimensions).contains(count) else {
            throw error(
                .badShape,
                "a tensor has 1 to \(Self.mostDimensions) dimensions and '\(name)' has \(count); "
                    + "the file is damaged, fetch it again")
        }
        var dimensions: [Int] = []
        for axis in 0..<count {
            let length = try reader.read(Int64.self, "dimension \(axis) of tensor '\(name)'")
            guard length >= 1 else {
                throw error(
                    .badShape,
                    "a dimension is at least 1 and dimension \(axis) of tensor '\(name)' is "
                        + "\(length); the file is damaged, fetch it again")
            }
            dimensions.append(Int(length))
        }
        return dimensions
    }

    private mutating func readElementType(of name: String) throws(ModelFileError) -> ElementType {
        let number = try reader.read(UInt32.self, "the element type of tensor '\(name)'")
        guard let type = ElementType(rawValue: number) else {
            let known = ElementType.allCases.map(\.name).joined(separator: ", ")
            throw error(
                .unknownElementType,
                "tensor '\(name)' is of element type number \(number), which this program does "
                    + "not read; use a file quantised to one of \(known)")
        }
        return type
    }

    private func byteCount(
        of name: String, fastestFirst: [Int], type: ElementType
    ) throws(ModelFileError) -> Int {
        guard fastestFirst[0] % type.elementsPerBlock == 0 else {
            throw error(
                .partialBlock,
                "rows of type \(type.name) are multiples of \(type.elementsPerBlock) elements and "
                    + "those of tensor '\(name)' have \(fastestFirst[0]); quantise that tensor to "
                    + "a type of smaller blocks")
        }
        var elements = 1
        var overflow = false
        for length in fastestFirst where !overflow {
            (elements, overflow) = elements.multipliedReportingOverflow(by: length)
        }
        guard !overflow, let size = type.byteCount(elements: elements) else {
            throw error(
                .overflow,
                "the size of tensor '\(name)' of shape \(fastestFirst) does not fit 63 bits; the "
                    + "file is damaged, fetch it again")
        }
        return size
    }

    /// Turns offsets into the data section into offsets into the file, and checks them all.
    private func place(
        _ rows: [Row], alignment: Int, in header: inout Header
    ) throws(ModelFileError) {
        // A header is shorter than its file, and a file shorter than 2^62 bytes: no overflow.
        let dataStart = (reader.position + alignment - 1) / alignment * alignment
        header.tensors.reserveCapacity(rows.count)
        header.tensorNames.reserveCapacity(rows.count)
        for row in rows {
            guard row.relativeOffset % UInt64(alignment) == 0 else {
                throw error(
                    .misalignedTensor,
                    "tensors begin at multiples of \(alignment) and '\(row.name)' begins at "
                        + "\(row.relativeOffset); the file was written by a faulty tool, convert "
                        + "the model again")
            }
            guard let relative = Int(exactly: row.relativeOffset),
                case (let offset, false) = dataStart.addingReportingOverflow(relative),
                case (let end, false) = offset.addingReportingOverflow(row.byteCount),
                end <= reader.bytes.count
            else {
                throw error(
                    .tensorPastEnd,
                    "tensor '\(row.name)' takes \(row.byteCount) bytes from \(row.relativeOffset) "
                        + "of the data, which begins at byte \(dataStart), but the file has "
                        + "\(reader.bytes.count) bytes; the download did not finish, fetch the "
                        + "file again")
            }
            let entry = TensorEntry(
                name: row.name, shape: row.shape, type: row.type, offset: offset,
                byteCount: row.byteCount)
            guard header.tensors.updateValue(entry, forKey: row.name) == nil else {
                throw error(
                    .duplicateTensor,
                    "a tensor name may stand once and '\(row.name)' stands twice; the file was "
                        + "written by a faulty tool, convert the model again")
            }
            header.tensorNames.append(row.name)
        }
        try refuseOverlaps(header.tensors)
    }

    private func refuseOverlaps(_ tensors: [String: TensorEntry]) throws(ModelFileError) {
        // By name where that is equal: a message should not change from run to run.
        let ordered = tensors.values.sorted { ($0.offset, $0.name) < ($1.offset, $1.name) }
        for (before, after) in zip(ordered, ordered.dropFirst())
        where before.offset + before.byteCount > after.offset {
            throw error(
                .overlappingTensors,
                "tensors may not share bytes and '\(after.name)' begins at byte \(after.offset), "
                    + "before '\(before.name)' ends at \(before.offset + before.byteCount); the "
                    + "file was written by a faulty tool, convert the model again")
        }
    }
}
