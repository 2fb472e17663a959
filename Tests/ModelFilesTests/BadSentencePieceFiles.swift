import ModelFiles

/// `tokenizer.model` files that must be refused.
enum BadSentencePieceFiles {
    static let fields: [BadFile] = [
        .sentencePiece(
            "a tag that is cut short", .malformed,
            Sentence.notProtobuf(1, "a number is cut short")
        ) { $0.bytes = [0x80] },
        .sentencePiece(
            "a tag of eleven bytes", .malformed,
            Sentence.notProtobuf(10, "a number does not fit 64 bits")
        ) { $0.bytes = [UInt8](repeating: 0xFF, count: 11) },
        .sentencePiece(
            "a tag beyond 64 bits", .malformed,
            Sentence.notProtobuf(10, "a number does not fit 64 bits")
        ) { $0.bytes = [UInt8](repeating: 0x80, count: 9) + [2] },
        .sentencePiece(
            "field number 0", .malformed,
            Sentence.notProtobuf(1, "a field has the number 0")
        ) { $0.put(0, varint: 1) },
        .sentencePiece(
            "field number 2^29", .malformed,
            Sentence.notProtobuf(5, "a field has the number 536870912")
        ) { $0.put(1 << 29, varint: 1) },
        .sentencePiece(
            "the largest field number", .malformed,
            Sentence.notProtobuf(10, "a field has the number 2305843009213693951")
        ) { $0.bytes = [UInt8](repeating: 0xFF, count: 9) + [1] },
        .sentencePiece(
            "a group", .malformed,
            Sentence.notProtobuf(1, "a field has the wire type 3")
        ) { $0.putTag(1, wireType: 3) },
        .sentencePiece(
            "the end of a group", .malformed,
            Sentence.notProtobuf(1, "a field has the wire type 4")
        ) { $0.putTag(1, wireType: 4) },
        .sentencePiece(
            "wire type 6", .malformed,
            Sentence.notProtobuf(1, "a field has the wire type 6")
        ) { $0.putTag(1, wireType: 6) },
        .sentencePiece(
            "wire type 7", .malformed,
            Sentence.notProtobuf(1, "a field has the wire type 7")
        ) { $0.putTag(1, wireType: 7) },
        .sentencePiece(
            "a number that is cut short", .malformed,
            Sentence.notProtobuf(2, "a number is cut short"), without: 1
        ) { $0.put(9, varint: 300) },
        .sentencePiece(
            "a number beyond 64 bits", .malformed,
            Sentence.notProtobuf(11, "a number does not fit 64 bits")
        ) {
            $0.putTag(9, wireType: 0)
            $0.bytes += [UInt8](repeating: 0xFF, count: 9) + [2]
        },
        .sentencePiece(
            "32 bits that are cut short", .malformed,
            Sentence.notProtobuf(1, "a field is cut short"), without: 1
        ) { $0.put(9, fixed32: 1) },
        .sentencePiece(
            "64 bits that are cut short", .malformed,
            Sentence.notProtobuf(1, "a field is cut short")
        ) {
            $0.putTag(9, wireType: 1)
            $0.bytes += [0, 0, 0, 0, 0, 0, 0]
        },
        .sentencePiece(
            "a piece longer than the file", .malformed,
            Sentence.notProtobuf(2, "a field of 10 bytes begins before the last 9"), without: 1
        ) { $0.putPiece([0x61]) },
        .sentencePiece(
            "a piece of 2^60 bytes", .malformed,
            Sentence.notProtobuf(
                10, "a field of 1152921504606846976 bytes begins before the last 0")
        ) {
            $0.putTag(1, wireType: 2)
            $0.putVarint(1 << 60)
        },
        .sentencePiece(
            "a piece of 2^64 - 1 bytes", .malformed,
            Sentence.notProtobuf(
                11, "a field of 18446744073709551615 bytes begins before the last 0")
        ) {
            $0.putTag(1, wireType: 2)
            $0.putVarint(.max)
        },
        .sentencePiece(
            "a length that is cut short", .malformed,
            Sentence.notProtobuf(2, "a number is cut short")
        ) { $0.bytes = [0x0A, 0x80] },
        .sentencePiece(
            "a GGUF file", .malformed,
            Sentence.notProtobuf(1, "a field has the wire type 7")
        ) { $0.bytes = BadFile.goodGGUF.build() },
        .sentencePiece(
            "a JSON file", .malformed,
            Sentence.notProtobuf(1, "a field has the wire type 3")
        ) { $0.bytes = Array("{}".utf8) },
        .sentencePiece(
            "a web page", .malformed,
            Sentence.notProtobuf(1, "a field has the wire type 4")
        ) { $0.bytes = Array("<!DOCTYPE html>".utf8) },
        .sentencePiece(
            "a Git LFS pointer", .malformed,
            Sentence.notProtobuf(1, "a field has the wire type 6")
        ) { $0.bytes = Array("version https://git-lfs".utf8) },
    ]

    static let models: [BadFile] = [
        .sentencePiece(
            "no pieces", .malformed,
            """
            a SentencePiece model has pieces and this file has none; it is damaged or of another \
            kind, fetch it again
            """
        ) { $0.put(2) { $0.put(3, varint: 2) } },
        .sentencePiece(
            "a piece whose text is longer than it", .malformed,
            Sentence.notProtobuf(2, "a field of 5 bytes begins before the last 1")
        ) { $0.put(1, bytes: [0x0A, 5, 0x61]) },
        .sentencePiece(
            "a piece whose text has 2^63 bytes", .malformed,
            Sentence.notProtobuf(
                11, "a field of 9223372036854775808 bytes begins before the last 0")
        ) {
            $0.put(1) {
                $0.putTag(1, wireType: 2)
                $0.putVarint(1 << 63)
            }
        },
        .sentencePiece(
            "a piece whose score is cut short", .malformed,
            Sentence.notProtobuf(1, "a field is cut short")
        ) { $0.put(1, bytes: [0x15, 0, 0, 0]) },
        .sentencePiece(
            "a piece with a group", .malformed,
            Sentence.notProtobuf(1, "a field has the wire type 3")
        ) { $0.put(1) { $0.putTag(2, wireType: 3) } },
        .sentencePiece(
            "a piece that is not UTF-8", .invalidText,
            "pieces are UTF-8 and number 0 is not; the file is damaged, fetch it again"
        ) { $0.putPiece([0xC3, 0x28]) },
        .sentencePiece(
            "a second piece with a surrogate", .invalidText,
            "pieces are UTF-8 and number 1 is not; the file is damaged, fetch it again"
        ) {
            $0.putPiece([0x61])
            $0.putPiece([0xED, 0xA0, 0x80])
        },
        .sentencePiece(
            "algorithm 0", .malformed,
            Sentence.notProtobuf(2, "the algorithm has the unknown number 0")
        ) { $0.put(2) { $0.put(3, varint: 0) } },
        .sentencePiece(
            "algorithm 5", .malformed,
            Sentence.notProtobuf(2, "the algorithm has the unknown number 5")
        ) { $0.put(2) { $0.put(3, varint: 5) } },
        .sentencePiece(
            "algorithm -1", .malformed,
            Sentence.notProtobuf(11, "the algorithm has the unknown number -1")
        ) { $0.put(2) { $0.put(3, varint: .max) } },
        .sentencePiece(
            "a trainer's number that is cut short", .malformed,
            Sentence.notProtobuf(2, "a number is cut short")
        ) { $0.put(2, bytes: [0xC0, 2]) },
        .sentencePiece(
            "a normaliser's table longer than it", .malformed,
            Sentence.notProtobuf(2, "a field of 100 bytes begins before the last 0")
        ) { $0.put(3, bytes: [0x12, 100]) },
    ]
}
