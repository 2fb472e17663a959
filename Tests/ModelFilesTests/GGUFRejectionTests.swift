import ModelFiles
import Testing

/// One test per way a GGUF file can be wrong: its kind, and that the message names the place.
struct GGUFRejectionTests {
    /// What opening the built file throws; a file that opens fails the test.
    private func failure(
        _ builder: GGUFBuilder, cutTo length: Int? = nil
    ) throws -> ModelFileError {
        let bytes = builder.build()
        let file = try TemporaryFile(Array(bytes.prefix(length ?? bytes.count)))
        let error = #expect(throws: ModelFileError.self) { try GGUFFile(path: file.path) }
        let found = try #require(error)
        #expect(found.path == file.path)
        return found
    }

    private func oneTensor(_ tensor: GGUFBuilder.Tensor, dataBytes: Int = 256) -> GGUFBuilder {
        var builder = GGUFBuilder()
        builder.tensors = [tensor]
        builder.data = [UInt8](repeating: 0, count: dataBytes)
        return builder
    }

    // MARK: The file itself

    @Test func aMissingFile() throws {
        let error = #expect(throws: ModelFileError.self) {
            try GGUFFile(path: "/no/such/folder/model.gguf")
        }
        #expect(error?.kind == .notFound)
        #expect(error?.description.hasPrefix("/no/such/folder/model.gguf: ") == true)
    }

    @Test func aFolder() {
        let error = #expect(throws: ModelFileError.self) { try GGUFFile(path: "/tmp") }
        #expect(error?.kind == .notAFile)
        #expect(error?.message.contains("folder") == true)
    }

    @Test func aDevice() {
        let error = #expect(throws: ModelFileError.self) { try GGUFFile(path: "/dev/null") }
        #expect(error?.kind == .notAFile)
    }

    @Test func anEmptyFile() throws {
        let file = try TemporaryFile([])
        let error = #expect(throws: ModelFileError.self) { try GGUFFile(path: file.path) }
        #expect(error?.kind == .empty)
    }

    // MARK: Preamble

    @Test func anotherFormat() throws {
        var builder = GGUFBuilder()
        builder.magic = Array("ggjt".utf8)
        let error = try failure(builder)
        #expect(error.kind == .notGGUF)
        #expect(error.message.contains("ggjt"))
    }

    @Test func aFileShorterThanTheMagic() throws {
        #expect(try failure(GGUFBuilder(), cutTo: 3).kind == .notGGUF)
    }

    @Test(arguments: [1, 4, 77] as [UInt32])
    func anUnknownVersion(version: UInt32) throws {
        var builder = GGUFBuilder()
        builder.version = version
        let error = try failure(builder)
        #expect(error.kind == .unsupportedVersion)
        #expect(error.message.contains("version \(version)"))
    }

    @Test func aBigEndianFile() throws {
        var builder = GGUFBuilder()
        builder.version = UInt32(3).byteSwapped
        #expect(try failure(builder).kind == .bigEndian)
    }

    @Test func aFileThatEndsInTheVersion() throws {
        #expect(try failure(GGUFBuilder(), cutTo: 6).kind == .truncated)
    }

    @Test func aFileThatEndsInTheCounts() throws {
        let error = try failure(GGUFBuilder(), cutTo: 12)
        #expect(error.kind == .truncated)
        #expect(error.message.contains("number of tensors"))
    }

    @Test(arguments: [1, 1 << 40, .max] as [UInt64])
    func moreTensorsThanTheFileCouldHold(count: UInt64) throws {
        var builder = GGUFBuilder()
        builder.tensorCount = count
        let error = try failure(builder)
        #expect(error.kind == .implausibleCount)
        #expect(error.message.contains("number of tensors is \(count)"))
    }

    @Test func moreKeysThanTheFileCouldHold() throws {
        var builder = GGUFBuilder()
        builder.keyCount = 1 << 63
        let error = try failure(builder)
        #expect(error.kind == .implausibleCount)
        #expect(error.message.contains("number of metadata keys"))
    }

    // MARK: Metadata

    @Test func anUnknownValueType() throws {
        var builder = GGUFBuilder()
        builder.set("a.key", type: 13) { $0.put(UInt64(0)) }
        let error = try failure(builder)
        #expect(error.kind == .unknownValueType)
        #expect(error.message.contains("'a.key'") && error.message.contains("13"))
    }

    @Test func anUnknownElementTypeOfAnArray() throws {
        var builder = GGUFBuilder()
        builder.setArray("a.key", type: 99, count: 0) { $0.put(UInt64(0)) }
        let error = try failure(builder)
        #expect(error.kind == .unknownValueType)
        #expect(error.message.contains("array 'a.key'"))
    }

    @Test func aNestedArray() throws {
        var builder = GGUFBuilder()
        builder.setArray("a.key", type: 9, count: 1) {
            $0.put(UInt32(4))
            $0.put(UInt64(0))
        }
        #expect(try failure(builder).kind == .nestedArray)
    }

    @Test func anArrayLongerThanTheFile() throws {
        var builder = GGUFBuilder()
        builder.setArray("a.key", type: 6, count: 1 << 61) { $0.put(UInt32(0)) }
        let error = try failure(builder)
        #expect(error.kind == .implausibleCount)
        #expect(error.message.contains("'a.key'"))
    }

    @Test func anArrayOfTextsLongerThanTheFile() throws {
        var builder = GGUFBuilder()
        builder.setArray("a.key", type: 8, count: 3) { $0.put("0123456789") }
        #expect(try failure(builder).kind == .implausibleCount)
    }

    @Test func aTextLongerThanTheFile() throws {
        var builder = GGUFBuilder()
        builder.set("a.key", type: 8) { $0.put(UInt64.max) }
        let error = try failure(builder)
        #expect(error.kind == .implausibleCount)
        #expect(error.message.contains("'a.key'"))
    }

    @Test func aTextThatIsNotUTF8() throws {
        var builder = GGUFBuilder()
        builder.set("a.key", type: 8) { $0.put([0x61, 0xC3, 0x28]) }
        let error = try failure(builder)
        #expect(error.kind == .invalidText)
        #expect(error.message.contains("'a.key'"))
    }

    @Test func anElementThatIsNotUTF8() throws {
        var builder = GGUFBuilder()
        builder.setArray("a.key", type: 8, count: 2) {
            $0.put("fine")
            $0.put([0xED, 0xA0, 0x80])
        }
        let error = try failure(builder)
        #expect(error.kind == .invalidText)
        #expect(error.message.contains("element 1 of array 'a.key'"))
    }

    @Test func aKeyThatIsNotUTF8() throws {
        var builder = GGUFBuilder()
        builder.entries = [([0xFF, 0xFE], [0, 0, 0, 0, 1, 0, 0, 0])]
        #expect(try failure(builder).kind == .invalidText)
    }

    @Test func anEmptyKey() throws {
        var builder = GGUFBuilder()
        builder.set("", "value")
        #expect(try failure(builder).kind == .invalidName)
    }

    @Test func aKeyWithAZeroByte() throws {
        var builder = GGUFBuilder()
        builder.set("a\0b", "value")
        #expect(try failure(builder).kind == .invalidName)
    }

    @Test func aKeyOfMoreThan65535Bytes() throws {
        var builder = GGUFBuilder()
        builder.set(String(repeating: "k", count: 65_536), "value")
        let error = try failure(builder)
        #expect(error.kind == .invalidName)
        #expect(error.message.contains("65536"))
    }

    @Test func aKeyThatStandsTwice() throws {
        var builder = GGUFBuilder()
        builder.set("a.key", "one")
        builder.set("a.key", "two")
        let error = try failure(builder)
        #expect(error.kind == .duplicateKey)
        #expect(error.message.contains("'a.key'"))
    }

    @Test func aTruthValueThatIsNeitherZeroNorOne() throws {
        var builder = GGUFBuilder()
        builder.set("a.key", type: 7) { $0.put(UInt8(2)) }
        let error = try failure(builder)
        #expect(error.kind == .invalidBool)
        #expect(error.message.contains("'a.key' holds 2"))
    }

    @Test func aTruthValueOfAnArrayThatIsNeitherZeroNorOne() throws {
        var builder = GGUFBuilder()
        builder.setArray("a.key", type: 7, count: 2) { $0.put(UInt16(0xFF01)) }
        #expect(try failure(builder).kind == .invalidBool)
    }

    @Test func anIntegerOfAnArrayBeyond63Bits() throws {
        var builder = GGUFBuilder()
        builder.setArray("a.key", type: 10, count: 1) { $0.put(UInt64.max) }
        let error = try failure(builder)
        #expect(error.kind == .outOfRange)
        #expect(error.message.contains("18446744073709551615"))
    }

    @Test func aValueTheFileEndsIn() throws {
        var builder = GGUFBuilder()
        builder.set("a.key", type: 10) { $0.put(UInt64(5)) }
        let length = builder.build().count
        let error = try failure(builder, cutTo: length - 1)
        #expect(error.kind == .truncated)
        #expect(error.message.contains("'a.key'"))
    }

    @Test(arguments: [0, 3, 48, 1 << 31] as [UInt32])
    func anAlignmentThatIsNoPowerOfTwo(alignment: UInt32) throws {
        var builder = GGUFBuilder()
        builder.set("general.alignment", type: 4) { $0.put(alignment) }
        let error = try failure(builder)
        #expect(error.kind == .badAlignment)
        #expect(error.message.contains("\(alignment)"))
    }

    @Test func anAlignmentThatIsNoInteger() throws {
        var builder = GGUFBuilder()
        builder.set("general.alignment", "32")
        #expect(try failure(builder).kind == .badAlignment)
    }

    @Test func onePartOfASplitModel() throws {
        var builder = GGUFBuilder()
        builder.set("split.count", type: 2) { $0.put(UInt16(3)) }
        let error = try failure(builder)
        #expect(error.kind == .splitFile)
        #expect(error.message.contains("3 parts"))
    }

    // MARK: Tensors

    @Test func aTensorNameOf64Bytes() throws {
        let builder = oneTensor(.init(String(repeating: "n", count: 64), [8], offset: 0))
        #expect(try failure(builder).kind == .invalidName)
    }

    @Test func anEmptyTensorName() throws {
        #expect(try failure(oneTensor(.init("", [8], offset: 0))).kind == .invalidName)
    }

    @Test(arguments: [0, 5, .max] as [UInt32])
    func aTensorOfTooFewOrTooManyDimensions(count: UInt32) throws {
        let error = try failure(
            oneTensor(.init("t", [8, 1, 1, 1, 1], offset: 0, dimensionCount: count)))
        #expect(error.kind == .badShape)
        #expect(error.message.contains("'t' has \(count)"))
    }

    @Test(arguments: [0, -1, .min] as [Int64])
    func aDimensionBelowOne(length: Int64) throws {
        let error = try failure(oneTensor(.init("t", [8, length], offset: 0)))
        #expect(error.kind == .badShape)
        #expect(error.message.contains("dimension 1 of tensor 't' is \(length)"))
    }

    @Test(arguments: [4, 9, 15, 31, 4096] as [UInt32])
    func anUnknownElementType(type: UInt32) throws {
        let error = try failure(oneTensor(.init("t", [256], type: type, offset: 0)))
        #expect(error.kind == .unknownElementType)
        #expect(error.message.contains("number \(type),"))
    }

    @Test func rowsThatAreNotWholeBlocks() throws {
        let error = try failure(oneTensor(.init("t", [48, 2], type: 2, offset: 0)))
        #expect(error.kind == .partialBlock)
        #expect(error.message.contains("'t' have 48"))
    }

    @Test func aTensorOfMoreElementsThan63BitsCount() throws {
        let builder = oneTensor(.init("t", [1 << 31, 1 << 31, 1 << 31], offset: 0))
        #expect(try failure(builder).kind == .overflow)
    }

    @Test func aTensorOfMoreBytesThan63BitsCount() throws {
        #expect(try failure(oneTensor(.init("t", [.max], offset: 0))).kind == .overflow)
    }

    @Test func aTensorThatIsNotAligned() throws {
        let error = try failure(oneTensor(.init("t", [8], offset: 16)))
        #expect(error.kind == .misalignedTensor)
        #expect(error.message.contains("'t' begins at 16"))
    }

    @Test func aTensorThatEndsBehindTheFile() throws {
        let error = try failure(oneTensor(.init("t", [65], offset: 0)))
        #expect(error.kind == .tensorPastEnd)
        #expect(error.message.contains("'t' takes 260 bytes"))
    }

    @Test(arguments: [1 << 62, UInt64.max & ~31] as [UInt64])
    func anOffsetThatOverflows(offset: UInt64) throws {
        #expect(try failure(oneTensor(.init("t", [8], offset: offset))).kind == .tensorPastEnd)
    }

    @Test func aFileCutShortInItsData() throws {
        let builder = oneTensor(.init("t", [64], offset: 0))
        let length = builder.build().count
        #expect(try failure(builder, cutTo: length - 1).kind == .tensorPastEnd)
    }

    @Test func tensorsThatShareBytes() throws {
        var builder = oneTensor(.init("late", [16], offset: 32))
        builder.tensors.append(.init("early", [9], offset: 0))
        let error = try failure(builder)
        #expect(error.kind == .overlappingTensors)
        #expect(error.message.contains("'late'") && error.message.contains("'early'"))
    }

    @Test func tensorsAtTheSamePlace() throws {
        var builder = oneTensor(.init("one", [8], offset: 0))
        builder.tensors.append(.init("two", [8], offset: 0))
        #expect(try failure(builder).kind == .overlappingTensors)
    }

    @Test func aTensorNameThatStandsTwice() throws {
        var builder = oneTensor(.init("t", [8], offset: 0))
        builder.tensors.append(.init("t", [8], offset: 32))
        let error = try failure(builder)
        #expect(error.kind == .duplicateTensor)
        #expect(error.message.contains("'t'"))
    }

    // MARK: Any damage

    @Test func everyPrefixOfAFile() throws {
        var builder = oneTensor(.init("t", [8, 2], offset: 0), dataBytes: 64)
        builder.set("a.text", "text")
        builder.setArray("an.array", type: 5, count: 2) { $0.put(UInt64(7)) }
        let bytes = builder.build()
        for length in 1..<bytes.count {
            let file = try TemporaryFile(Array(bytes.prefix(length)))
            #expect(throws: ModelFileError.self) { try GGUFFile(path: file.path) }
        }
    }

    @Test func everySingleByteChangedNeverLeavesTheFile() throws {
        var builder = oneTensor(.init("t", [8, 2], offset: 0), dataBytes: 64)
        builder.set("a.text", "text")
        builder.setArray("an.array", type: 8, count: 2) {
            $0.put("x")
            $0.put("y")
        }
        let bytes = builder.build()
        for index in 0..<bytes.count - 64 {
            for value in [0x00, 0x01, 0x7F, 0x80, 0xFF] as [UInt8] {
                var changed = bytes
                changed[index] = value
                let file = try TemporaryFile(changed)
                guard let opened = try? GGUFFile(path: file.path) else { continue }
                for name in opened.tensorNames {
                    guard let entry = opened.entry(name) else { continue }
                    let sum = opened.bytes(of: entry).reduce(0) { $0 &+ Int($1) }
                    #expect(sum == 0)
                }
            }
        }
    }
}
