import ModelFiles

/// Safetensors files that must be refused.
enum BadSafetensorsFiles {
    private static let good = SafetensorsBuilder.Tensor(name: "a")

    static let headers: [BadFile] = [
        .init(
            "seven bytes", .truncated,
            Sentence.ends(in: "the length of the header", needing: 8, at: 0, left: 7),
            bytes: [2, 0, 0, 0, 0, 0, 0]),
        .init(
            "a length and nothing else", .truncated,
            """
            the header takes 2 bytes and 0 follow; the download did not finish, fetch the file \
            again
            """, bytes: [2, 0, 0, 0, 0, 0, 0, 0]),
        .init(
            "a header of no bytes", .malformed,
            """
            the header of a safetensors file begins with '{' and this one does not; the file is \
            of another format or damaged, fetch it again
            """, bytes: [0, 0, 0, 0, 0, 0, 0, 0]),
        .init(
            "a GGUF file", .implausibleCount,
            Sentence.headerLength(14064895815), bytes: BadFile.goodGGUF.build()),
        .init(
            "a pickle", .implausibleCount,
            Sentence.headerLength(5088219219985302144),
            bytes: [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9]),
        .init(
            "a Git LFS pointer", .implausibleCount,
            Sentence.headerLength(2336927755350992246),
            text: "version https://git-lfs.github.com/spec/v1\n"),
        .init(
            "a web page", .implausibleCount,
            Sentence.headerLength(5789751444030890300), text: "<!DOCTYPE html>"),
        .safetensors(
            "a header above the limit", .implausibleCount,
            Sentence.headerLength(100000001), header: "{}", length: 100_000_001),
        .safetensors(
            "a header of 2^63 bytes", .implausibleCount,
            Sentence.headerLength(9223372036854775808), header: "{}", length: 1 << 63),
        .safetensors(
            "a header of 2^64 - 1 bytes", .implausibleCount,
            Sentence.headerLength(18446744073709551615), header: "{}", length: .max),
        .safetensors(
            "a header longer than the file", .truncated,
            """
            the header takes 19 bytes and 18 follow; the download did not finish, fetch the file \
            again
            """, header: "{}", length: 19),
        .safetensors(
            "a header that is an array", .malformed,
            """
            the header of a safetensors file begins with '{' and this one does not; the file is \
            of another format or damaged, fetch it again
            """, header: "[]"),
        .safetensors(
            "a header that begins with a space", .malformed,
            """
            the header of a safetensors file begins with '{' and this one does not; the file is \
            of another format or damaged, fetch it again
            """, header: " {}"),
        .safetensors(
            "a header that does not end", .malformed,
            Sentence.notJSON(5, "no value begins", in: "the header"), header: "{\"a\":"),
        .safetensors(
            "text behind the header's end", .malformed,
            Sentence.notJSON(3, "text follows its end", in: "the header"), header: "{} {}"),
        .safetensors(
            "a header nested without end", .malformed,
            Sentence.notJSON(68, "it is nested more than 64 levels deep", in: "the header"),
            header: "{\"a\":" + String(repeating: "[", count: 1000)),
        .safetensors(
            "a tensor that stands twice", .duplicateKey,
            """
            a name may stand once in an object of the header and "a" stands twice; the file was \
            written by a faulty tool, convert or fetch the model again
            """, good, good),
        .safetensors(
            "a tensor that stands twice, once escaped", .duplicateKey,
            """
            a name may stand once in an object of the header and "a" stands twice; the file was \
            written by a faulty tool, convert or fetch the model again
            """, good, .init(name: "\\u0061")),
        .safetensors(
            "a tensor that stands twice to Unicode", .duplicateTensor,
            """
            a tensor name may stand once and 'é' stands twice; the file was written by a faulty \
            tool, fetch it again
            """, .init(name: "\u{E9}"), .init(name: "e\u{301}")),
    ]

    static let entries: [BadFile] = [
        .safetensors(
            "a number instead of an entry", .malformed,
            """
            tensor 'a' must have a dtype, a shape and data_offsets; the file was written by a \
            faulty tool, fetch it again
            """, entry: "1"),
        .safetensors(
            "null instead of an entry", .malformed,
            """
            tensor 'a' must have a dtype, a shape and data_offsets; the file was written by a \
            faulty tool, fetch it again
            """, entry: "null"),
        .safetensors(
            "an array instead of an entry", .malformed,
            """
            tensor 'a' must have a dtype, a shape and data_offsets; the file was written by a \
            faulty tool, fetch it again
            """, entry: "[]"),
        .safetensors(
            "an entry of no members", .malformed,
            """
            tensor 'a' must have a dtype, a shape and data_offsets; the file was written by a \
            faulty tool, fetch it again
            """, entry: "{}"),
        .safetensors(
            "an entry without a type", .malformed,
            """
            tensor 'a' must have a dtype, a shape and data_offsets; the file was written by a \
            faulty tool, fetch it again
            """, entry: #"{"shape":[4],"data_offsets":[0,16]}"#),
        .safetensors(
            "an entry without a shape", .malformed,
            """
            tensor 'a' must have a dtype, a shape and data_offsets; the file was written by a \
            faulty tool, fetch it again
            """, entry: #"{"dtype":"F32","data_offsets":[0,16]}"#),
        .safetensors(
            "an entry without offsets", .malformed,
            """
            tensor 'a' must have a dtype, a shape and data_offsets; the file was written by a \
            faulty tool, fetch it again
            """, entry: #"{"dtype":"F32","shape":[4]}"#),
        .safetensors(
            "a type that is a number", .malformed,
            """
            tensor 'a' must have a dtype, a shape and data_offsets; the file was written by a \
            faulty tool, fetch it again
            """, entry: #"{"dtype":0,"shape":[4],"data_offsets":[0,16]}"#),
        .safetensors(
            "a shape that is a number", .malformed,
            """
            tensor 'a' must have a dtype, a shape and data_offsets; the file was written by a \
            faulty tool, fetch it again
            """, entry: #"{"dtype":"F32","shape":4,"data_offsets":[0,16]}"#),
        .safetensors(
            "offsets that are a number", .malformed,
            """
            tensor 'a' must have a dtype, a shape and data_offsets; the file was written by a \
            faulty tool, fetch it again
            """, entry: #"{"dtype":"F32","shape":[4],"data_offsets":16}"#),
        .safetensors(
            "a type in small letters", .unknownElementType,
            Sentence.unknownType("f32"), .init(name: "a", type: "f32")),
        .safetensors(
            "a type of GGUF files", .unknownElementType,
            Sentence.unknownType("Q4_0"), .init(name: "a", type: "Q4_0")),
        .safetensors(
            "a type of no letters", .unknownElementType,
            Sentence.unknownType(""), .init(name: "a", type: "")),
        .safetensors(
            "8-bit floats", .unknownElementType,
            """
            tensor 'a' is stored as F8_E4M3, which this program does not compute with; use the \
            model as it was published in F32, F16 or BF16
            """, .init(name: "a", type: "F8_E4M3")),
        .safetensors(
            "truth values", .unknownElementType,
            """
            tensor 'a' is stored as BOOL, which this program does not compute with; use the \
            model as it was published in F32, F16 or BF16
            """, .init(name: "a", type: "BOOL")),
        .safetensors(
            "a name with a line end and a terminal's controls", .unknownElementType,
            #"""
            tensor 'a\n\u{1B}[2J' is stored as F8_E5M2, which this program does not compute \#
            with; use the model as it was published in F32, F16 or BF16
            """#, .init(name: "a\\n\\u001b[2J", type: "F8_E5M2")),
    ]

    static let shapes: [BadFile] = [
        .safetensors(
            "a dimension of -2", .badShape,
            """
            dimensions are integers from 0 and one of tensor 'a' is -2; the file is damaged, \
            fetch it again
            """, .init(name: "a", shape: [-2, -2])),
        .safetensors(
            "a dimension that is a fraction", .badShape,
            """
            dimensions are integers from 0 and one of tensor 'a' is 4.0; the file is damaged, \
            fetch it again
            """, entry: #"{"dtype":"F32","shape":[4.0],"data_offsets":[0,16]}"#),
        .safetensors(
            "a dimension that is a text", .badShape,
            """
            dimensions are integers from 0 and one of tensor 'a' is a text; the file is damaged, \
            fetch it again
            """, entry: #"{"dtype":"F32","shape":["4"],"data_offsets":[0,16]}"#),
        .safetensors(
            "a dimension beyond 63 bits", .badShape,
            """
            dimensions are integers from 0 and one of tensor 'a' is 9.223372036854776e+18; the \
            file is damaged, fetch it again
            """, entry: #"{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,16]}"#),
        .safetensors(
            "more bytes than 63 bits count", .overflow,
            """
            the size of tensor 'a' does not fit 63 bits; the file is damaged, fetch it again
            """, .init(name: "a", shape: [1 << 31, 1 << 31, 4])),
        .safetensors(
            "the largest dimension", .overflow,
            """
            the size of tensor 'a' does not fit 63 bits; the file is damaged, fetch it again
            """, .init(name: "a", shape: [.max])),
        .safetensors(
            "an overflow before a dimension of 0", .overflow,
            """
            the size of tensor 'a' does not fit 63 bits; the file is damaged, fetch it again
            """, .init(name: "a", shape: [1 << 40, 1 << 40, 0], bytes: [])),
        .safetensors(
            "an overflow behind a dimension of 0", .overflow,
            """
            the size of tensor 'a' does not fit 63 bits; the file is damaged, fetch it again
            """, .init(name: "a", shape: [0, 1 << 40, 1 << 40], bytes: [])),
        .safetensors(
            "a shape of fewer bytes", .badShape,
            """
            tensor 'a' of shape [3] in F32 takes 12 bytes and its data_offsets give it 16; the \
            file is damaged, fetch it again
            """, .init(name: "a", shape: [3])),
        .safetensors(
            "a shape of more bytes", .badShape,
            """
            tensor 'a' of shape [5] in F32 takes 20 bytes and its data_offsets give it 16; the \
            file is damaged, fetch it again
            """, .init(name: "a", shape: [5])),
        .safetensors(
            "a shape of 2^60 elements", .badShape,
            """
            tensor 'a' of shape [1152921504606846976] in F32 takes 4611686018427387904 bytes and \
            its data_offsets give it 16; the file is damaged, fetch it again
            """, .init(name: "a", shape: [1 << 60])),
        .safetensors(
            "a shape of none with bytes", .badShape,
            """
            tensor 'a' of shape [0] in F32 takes 0 bytes and its data_offsets give it 16; the \
            file is damaged, fetch it again
            """, .init(name: "a", shape: [0])),
        .safetensors(
            "one number with the bytes of four", .badShape,
            """
            tensor 'a' of shape [] in F32 takes 4 bytes and its data_offsets give it 16; the \
            file is damaged, fetch it again
            """, .init(name: "a", shape: [])),
    ]

    static let places: [BadFile] = [
        .safetensors(
            "one offset", .malformed,
            Sentence.offsets("[0]"), .init(name: "a", offsets: [0])),
        .safetensors(
            "three offsets", .malformed,
            Sentence.offsets("[0, 8, 16]"), .init(name: "a", offsets: [0, 8, 16])),
        .safetensors(
            "offsets that are fractions", .malformed,
            Sentence.offsets("[0.0, 16.0]"),
            entry: #"{"dtype":"F32","shape":[4],"data_offsets":[0.0,16.0]}"#),
        .safetensors(
            "an offset that is a text", .malformed,
            Sentence.offsets("[a text, 16]"),
            entry: #"{"dtype":"F32","shape":[4],"data_offsets":["0",16]}"#),
        .safetensors(
            "an offset of -16", .malformed,
            Sentence.offsets("[-16, 0]"), .init(name: "a", offsets: [-16, 0])),
        .safetensors(
            "offsets the wrong way round", .malformed,
            Sentence.offsets("[16, 0]"), .init(name: "a", offsets: [16, 0])),
        .safetensors(
            "an end behind the file", .tensorPastEnd,
            """
            tensor 'a' ends at byte 17 of the data, which has 16 bytes; the download did not \
            finish, fetch the file again
            """, .init(name: "a", offsets: [0, 17])),
        .safetensors(
            "an end of 2^63 - 1", .tensorPastEnd,
            """
            tensor 'a' ends at byte 9223372036854775807 of the data, which has 16 bytes; the \
            download did not finish, fetch the file again
            """, .init(name: "a", offsets: [0, .max])),
        .safetensors(
            "data that ends one byte early", .tensorPastEnd,
            """
            tensor 'b' ends at byte 32 of the data, which has 31 bytes; the download did not \
            finish, fetch the file again
            """, good, .init(name: "b"), without: 1),
        .safetensors(
            "tensors that share bytes", .overlappingTensors,
            """
            tensors may not share bytes and 'b' begins at byte 168, before the one ahead of it \
            ends at 176; the file was written by a faulty tool, fetch it again
            """, .init(name: "a", offsets: [0, 16]), .init(name: "b", offsets: [8, 24])),
        .safetensors(
            "tensors at the same place", .overlappingTensors,
            """
            tensors may not share bytes and 'b' begins at byte 160, before the one ahead of it \
            ends at 176; the file was written by a faulty tool, fetch it again
            """, .init(name: "a", offsets: [0, 16], bytes: []), .init(name: "b", offsets: [0, 16])),
        .safetensors(
            "a gap before the first tensor", .malformed,
            """
            tensors follow one another without gaps and no tensor takes the bytes 104 to 111, \
            before 'a'; the file is damaged, fetch it again
            """, .init(name: "a", offsets: [8, 24], bytes: [UInt8](repeating: 0, count: 24))),
        .safetensors(
            "a gap between tensors", .malformed,
            """
            tensors follow one another without gaps and no tensor takes the bytes 176 to 179, \
            before 'b'; the file is damaged, fetch it again
            """, good, .init(name: "b", offsets: [20, 36], bytes: [UInt8](repeating: 0, count: 20))),
        .safetensors(
            "a byte behind the last tensor", .malformed,
            """
            the file ends with its last tensor, at byte 120, and has 121 bytes; it is damaged, \
            fetch it again
            """, good, trailing: [0]),
        .safetensors(
            "no tensors and some data", .malformed,
            """
            the file ends with its last tensor, at byte 40, and has 44 bytes; it is damaged, \
            fetch it again
            """, trailing: [0, 0, 0, 0]),
        .safetensors(
            "elements that are not aligned", .misalignedTensor,
            """
            elements of 4 bytes begin at a multiple of that and tensor 'a' begins at byte 63 of \
            the file; save the model again with a current safetensors
            """, header: #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#),
    ]
}
