import ModelFiles
import Testing

/// One test per way a safetensors file can be wrong.
struct SafetensorsRejectionTests {
    /// What opening the built file throws; a file that opens fails the test.
    private func failure(
        _ builder: SafetensorsBuilder, cutTo length: Int? = nil
    ) throws -> ModelFileError {
        let bytes = builder.build()
        let file = try TemporaryFile(Array(bytes.prefix(length ?? bytes.count)))
        let error = #expect(throws: ModelFileError.self) { try SafetensorsFile(path: file.path) }
        let found = try #require(error)
        #expect(found.path == file.path)
        return found
    }

    private func failure(_ tensors: SafetensorsBuilder.Tensor...) throws -> ModelFileError {
        try failure(SafetensorsBuilder(tensors: tensors))
    }

    private func failure(header: String) throws -> ModelFileError {
        try failure(SafetensorsBuilder(header: header))
    }

    // MARK: The header

    @Test func aFileShorterThanItsFirstNumber() throws {
        #expect(try failure(SafetensorsBuilder(), cutTo: 7).kind == .truncated)
    }

    @Test func aHeaderAboveTheLimit() throws {
        let error = try failure(SafetensorsBuilder(headerLength: 100_000_001))
        #expect(error.kind == .implausibleCount && error.message.contains("100000001"))
        #expect(try failure(SafetensorsBuilder(headerLength: .max)).kind == .implausibleCount)
    }

    @Test func aHeaderThatIsCutShort() throws {
        #expect(try failure(SafetensorsBuilder(headerLength: 1000)).kind == .truncated)
    }

    @Test func aHeaderThatBeginsWithASpace() throws {
        #expect(try failure(header: " {}").kind == .malformed)
        #expect(try failure(header: "").kind == .malformed)
    }

    @Test(arguments: [
        "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{} x", "{\"a\":01}", "{\"a\":1.}",
        "{\"a\":1e}", "{\"a\":-}", "{\"a\":NaN}", "{\"a\":1e999}", "{\"a\":tru}", "{\"a\":[1 2]}",
        "{\"a\":\"\u{1}\"}", "{\"a\":\"x", "{\"a\":\"\\q\"}", "{\"a\":\"\\u12\"}",
        "{\"a\":\"\\ud800\"}", "{\"a\":\"\\ud800\\u0041\"}", "{\"a\":\"\\udc00\"}",
    ])
    func aHeaderThatIsNotJSON(header: String) throws {
        #expect(try failure(header: header).kind == .malformed)
    }

    @Test func aHeaderNestedWithoutEnd() throws {
        let error = try failure(header: "{\"a\":" + String(repeating: "[", count: 100_000))
        #expect(error.kind == .malformed && error.message.contains("64 levels"))
    }

    @Test func aNameThatIsNotUTF8() throws {
        var bytes = SafetensorsBuilder(tensors: [.init(name: "a")]).build()
        let place = try #require(bytes.firstIndex(of: UInt8(ascii: "a")))
        bytes[place] = 0xFF
        let file = try TemporaryFile(bytes)
        let error = #expect(throws: ModelFileError.self) { try SafetensorsFile(path: file.path) }
        #expect(error?.kind == .malformed)
    }

    // MARK: The table

    @Test func aTensorThatStandsTwice() throws {
        let error = try failure(.init(name: "a"), .init(name: "a"))
        #expect(error.kind == .duplicateKey && error.message.contains("\"a\""))
        // The second spelling escapes the letter.
        #expect(try failure(.init(name: "a"), .init(name: "\\u0061")).kind == .duplicateKey)
        // The same text to Unicode, in other bytes.
        let twin = try failure(.init(name: "\u{E9}"), .init(name: "e\u{301}"))
        #expect(twin.kind == .duplicateTensor)
    }

    @Test(arguments: [
        #"{"a":1}"#, #"{"a":{}}"#, #"{"a":{"dtype":"F32","shape":[1]}}"#,
        #"{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0.0,4.0]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
    ])
    func anEntryWithoutItsParts(header: String) throws {
        #expect(try failure(header: header).kind == .malformed)
    }

    @Test func anElementTypeOfAnotherFormat() throws {
        let error = try failure(.init(name: "a", type: "Q4_0"))
        #expect(error.kind == .unknownElementType && error.message.contains("Q4_0"))
    }

    @Test func anElementTypeThatIsNotComputedWith() throws {
        let error = try failure(.init(name: "a", type: "F8_E4M3"))
        #expect(error.kind == .unknownElementType && error.message.contains("F16"))
    }

    @Test func aNegativeDimension() throws {
        #expect(try failure(.init(name: "a", shape: [-2, -2])).kind == .badShape)
    }

    @Test func aSizeThatOverflows() throws {
        let error = try failure(.init(name: "a", shape: [1 << 31, 1 << 31, 4]))
        #expect(error.kind == .overflow)
    }

    @Test func aShapeThatDoesNotFillItsBytes() throws {
        let error = try failure(.init(name: "a", shape: [3]))
        #expect(error.kind == .badShape && error.message.contains("12 bytes"))
    }

    @Test func aTensorPastTheEnd() throws {
        let builder = SafetensorsBuilder(tensors: [.init(name: "a"), .init(name: "b")])
        let error = try failure(builder, cutTo: builder.build().count - 1)
        #expect(error.kind == .tensorPastEnd && error.message.contains("'b'"))
    }

    @Test func tensorsThatOverlap() throws {
        let error = try failure(
            .init(name: "a", offsets: [0, 16]), .init(name: "b", offsets: [8, 24]))
        #expect(error.kind == .overlappingTensors)
    }

    @Test func aGapBetweenTensors() throws {
        let error = try failure(
            .init(name: "a", offsets: [0, 16]),
            .init(
                name: "b", offsets: [20, 36], bytes: [UInt8](repeating: 0, count: 20)))
        #expect(error.kind == .malformed && error.message.contains("'b'"))
    }

    @Test func bytesBehindTheLastTensor() throws {
        var builder = SafetensorsBuilder(tensors: [.init(name: "a")])
        builder.trailing = [0]
        #expect(try failure(builder).kind == .malformed)
    }

    @Test func elementsThatAreNotAligned() throws {
        let header = #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
        let builder = SafetensorsBuilder(
            header: header + String(repeating: " ", count: 3 - header.utf8.count % 4),
            trailing: [0, 0, 0, 0])
        let error = try failure(builder)
        #expect(error.kind == .misalignedTensor)
    }
}
