import ModelFiles

/// GGUF files that must be refused: the preamble and the table of tensors.
enum BadGGUFFiles {
    static let preamble: [BadFile] = [
        .gguf(
            "an older format's letters", .notGGUF,
            Sentence.notGGUF(#""ggjt""#)
        ) { $0.magic = Array("ggjt".utf8) },
        .gguf(
            "letters of the wrong case", .notGGUF,
            Sentence.notGGUF(#""gguf""#)
        ) { $0.magic = Array("gguf".utf8) },
        .gguf(
            "a ZIP archive, as PyTorch saves", .notGGUF,
            Sentence.notGGUF(#""PK\u{03}\u{04}""#)
        ) { $0.magic = Array("PK\u{3}\u{4}".utf8) },
        .gguf(
            "a web page instead of the file", .notGGUF,
            Sentence.notGGUF(#""<!DO""#)
        ) { $0.magic = Array("<!DO".utf8) },
        .gguf(
            "a Git LFS pointer instead of the file", .notGGUF,
            Sentence.notGGUF(#""vers""#)
        ) { $0.magic = Array("vers".utf8) },
        .gguf(
            "bytes that are no text", .notGGUF,
            Sentence.notGGUF(#""��\u{1B}\n""#)
        ) { $0.magic = [0xFF, 0xD8, 0x1B, 0x0A] },
        .gguf(
            "one byte", .notGGUF,
            Sentence.notGGUF(#""G""#), cutTo: 1),
        .gguf(
            "three bytes", .notGGUF,
            Sentence.notGGUF(#""GGU""#), cutTo: 3),
        .gguf(
            "the letters and nothing else", .truncated,
            Sentence.ends(in: "the format version", needing: 4, at: 4, left: 0), cutTo: 4),
        .gguf(
            "an end inside the version", .truncated,
            Sentence.ends(in: "the format version", needing: 4, at: 4, left: 2), cutTo: 6),
        .gguf(
            "an end before the counts", .truncated,
            Sentence.ends(in: "the number of tensors", needing: 8, at: 8, left: 0), cutTo: 8),
        .gguf(
            "an end inside the number of tensors", .truncated,
            Sentence.ends(in: "the number of tensors", needing: 8, at: 8, left: 4), cutTo: 12),
        .gguf(
            "an end inside the number of keys", .implausibleCount,
            Sentence.count("the number of tensors", 1, in: 4, most: 0), cutTo: 20),
        .gguf(
            "version 0", .unsupportedVersion,
            """
            GGUF versions 2 and 3 are read, this file is version 0; update this program or fetch \
            the model in version 3
            """
        ) { $0.version = 0 },
        .gguf(
            "version 1", .unsupportedVersion,
            """
            GGUF versions 2 and 3 are read, this file is version 1; it is from 2023, convert the \
            model again with a current converter
            """
        ) { $0.version = 1 },
        .gguf(
            "version 4", .unsupportedVersion,
            """
            GGUF versions 2 and 3 are read, this file is version 4; update this program or fetch \
            the model in version 3
            """
        ) { $0.version = 4 },
        .gguf(
            "the largest version", .unsupportedVersion,
            """
            GGUF versions 2 and 3 are read, this file is version 4294967295; update this program \
            or fetch the model in version 3
            """
        ) { $0.version = .max },
        .gguf(
            "version 2, big-endian", .bigEndian,
            """
            the file is big-endian (its version reads 33554432) and this program reads \
            little-endian files; fetch or convert a little-endian one
            """
        ) { $0.version = UInt32(2).byteSwapped },
        .gguf(
            "version 3, big-endian", .bigEndian,
            """
            the file is big-endian (its version reads 50331648) and this program reads \
            little-endian files; fetch or convert a little-endian one
            """
        ) { $0.version = UInt32(3).byteSwapped },
        .gguf(
            "more tensors than fit", .implausibleCount,
            Sentence.count("the number of tensors", 5, in: 112, most: 3)
        ) { $0.tensorCount = 5 },
        .gguf(
            "2^60 tensors", .implausibleCount,
            Sentence.count("the number of tensors", 1152921504606846976, in: 112, most: 3)
        ) { $0.tensorCount = 1 << 60 },
        .gguf(
            "2^64 - 1 tensors", .implausibleCount,
            Sentence.count("the number of tensors", 18446744073709551615, in: 112, most: 3)
        ) { $0.tensorCount = .max },
        .gguf(
            "one tensor more than there are", .invalidName,
            """
            the name of tensor 1 must have at least one byte and no zero byte, and is empty; the \
            file is damaged, fetch it again or convert the model again
            """
        ) { $0.tensorCount = 2 },
        .gguf(
            "more keys than fit", .implausibleCount,
            Sentence.count("the number of metadata keys", 11, in: 104, most: 7)
        ) { $0.keyCount = 11 },
        .gguf(
            "2^60 keys", .implausibleCount,
            Sentence.count("the number of metadata keys", 1152921504606846976, in: 104, most: 7)
        ) { $0.keyCount = 1 << 60 },
        .gguf(
            "2^64 - 1 keys", .implausibleCount,
            Sentence.count("the number of metadata keys", 18446744073709551615, in: 104, most: 7)
        ) { $0.keyCount = .max },
        .gguf(
            "one key more than there are", .invalidName,
            """
            the name of tensor 0 must have at least one byte and no zero byte, and is empty; the \
            file is damaged, fetch it again or convert the model again
            """
        ) { $0.keyCount = 2 },
        .gguf(
            "one key less than there are", .badShape,
            """
            a tensor has 1 to 4 dimensions and 'general.name' has 8; the file is damaged, fetch \
            it again
            """
        ) { $0.keyCount = 0 },
    ]

    static let names: [BadFile] = [
        .tensors(
            "a name of no bytes", .invalidName,
            """
            the name of tensor 0 must have at least one byte and no zero byte, and is empty; the \
            file is damaged, fetch it again or convert the model again
            """, .init("", [8], offset: 0)),
        .tensors(
            "a name of 64 bytes", .invalidName,
            """
            the name of tensor 0 may take 63 bytes and takes 64; the file is damaged or not \
            written for this format, convert the model again
            """, .init(String(repeating: "n", count: 64), [8], offset: 0)),
        .tensors(
            "a name with a zero byte", .invalidName,
            #"""
            the name of tensor 0 must have at least one byte and no zero byte, and is "a\0b"; \#
            the file is damaged, fetch it again or convert the model again
            """#, .init("a\0b", [8], offset: 0)),
        .gguf(
            "a name that is not UTF-8", .invalidText,
            Sentence.notUTF8("the name of tensor 0", at: 68)
        ) { $0.tensors[0].name = [0x74, 0xFF] },
        .gguf(
            "a name longer than the file", .implausibleCount,
            Sentence.count(
                "the length of the name of tensor 0", 1152921504606846976, in: 60, most: 60)
        ) { $0.tensors[0].nameLength = 1 << 60 },
        .gguf(
            "a name of 2^64 - 1 bytes", .implausibleCount,
            Sentence.count(
                "the length of the name of tensor 0", 18446744073709551615, in: 60, most: 60)
        ) { $0.tensors[0].nameLength = .max },
        .tensors(
            "a name that stands twice", .duplicateTensor,
            """
            a tensor name may stand once and 't' stands twice; the file was written by a faulty \
            tool, convert the model again
            """, .init("t", [8], offset: 0), .init("t", [8], offset: 32)),
        .tensors(
            "a name that stands twice to Unicode", .duplicateTensor,
            """
            a tensor name may stand once and 'é' stands twice; the file was written by a faulty \
            tool, convert the model again
            """, .init("\u{E9}", [8], offset: 0), .init("e\u{301}", [8], offset: 32)),
        .tensors(
            "a name with a line end and a terminal's controls", .badShape,
            #"""
            a dimension is at least 1 and dimension 0 of tensor 't\n\u{1B}[2J' is 0; the file \#
            is damaged, fetch it again
            """#, .init("t\n\u{1B}[2J", [0], offset: 0)),
        .gguf(
            "a table that ends before a name", .truncated,
            Sentence.ends(in: "the length of the name of tensor 0", needing: 8, at: 60, left: 4),
            cutTo: 64),
        .gguf(
            "a table that ends inside a name", .implausibleCount,
            Sentence.count("the length of the name of tensor 0", 1, in: 0, most: 0), cutTo: 68),
        .gguf(
            "a table that ends before the dimensions", .truncated,
            Sentence.ends(
                in: "the number of dimensions of tensor 't'", needing: 4, at: 69, left: 2),
            cutTo: 71),
        .gguf(
            "a table that ends inside a dimension", .truncated,
            Sentence.ends(in: "dimension 0 of tensor 't'", needing: 8, at: 73, left: 3), cutTo: 76),
        .gguf(
            "a table that ends inside a type", .truncated,
            Sentence.ends(in: "the element type of tensor 't'", needing: 4, at: 81, left: 3),
            cutTo: 84),
        .gguf(
            "a table that ends inside an offset", .truncated,
            Sentence.ends(in: "the offset of tensor 't'", needing: 8, at: 85, left: 7), cutTo: 92),
    ]

    static let shapes: [BadFile] = [
        .tensors(
            "no dimensions", .badShape,
            """
            a tensor has 1 to 4 dimensions and 't' has 0; the file is damaged, fetch it again
            """, .init("t", [], offset: 0)),
        .tensors(
            "five dimensions", .badShape,
            """
            a tensor has 1 to 4 dimensions and 't' has 5; the file is damaged, fetch it again
            """, .init("t", [8, 1, 1, 1, 1], offset: 0)),
        .tensors(
            "2^32 - 1 dimensions", .badShape,
            """
            a tensor has 1 to 4 dimensions and 't' has 4294967295; the file is damaged, fetch it \
            again
            """, .init("t", [8], offset: 0, dimensionCount: .max)),
        .tensors(
            "a dimension of 0", .badShape,
            """
            a dimension is at least 1 and dimension 1 of tensor 't' is 0; the file is damaged, \
            fetch it again
            """, .init("t", [8, 0], offset: 0)),
        .tensors(
            "a dimension of -1", .badShape,
            """
            a dimension is at least 1 and dimension 0 of tensor 't' is -1; the file is damaged, \
            fetch it again
            """, .init("t", [-1], offset: 0)),
        .tensors(
            "the least dimension", .badShape,
            """
            a dimension is at least 1 and dimension 1 of tensor 't' is -9223372036854775808; the \
            file is damaged, fetch it again
            """, .init("t", [8, .min], offset: 0)),
        .tensors(
            "more elements than 63 bits count", .overflow,
            """
            the size of tensor 't' of shape [2147483648, 2147483648, 2147483648] does not fit 63 \
            bits; the file is damaged, fetch it again
            """, .init("t", [1 << 31, 1 << 31, 1 << 31], offset: 0)),
        .tensors(
            "more bytes than 63 bits count", .overflow,
            """
            the size of tensor 't' of shape [9223372036854775807] does not fit 63 bits; the file \
            is damaged, fetch it again
            """, .init("t", [.max], offset: 0)),
        .tensors(
            "the largest dimensions", .overflow,
            """
            the size of tensor 't' of shape [9223372036854775807, 9223372036854775807, \
            9223372036854775807, 9223372036854775807] does not fit 63 bits; the file is damaged, \
            fetch it again
            """, .init("t", [.max, .max, .max, .max], offset: 0)),
        .tensors(
            "rows of Q4_0 that are not whole blocks", .partialBlock,
            """
            rows of type Q4_0 are multiples of 32 elements and those of tensor 't' have 48; \
            quantise that tensor to a type of smaller blocks
            """, .init("t", [48, 2], type: 2, offset: 0)),
        .tensors(
            "rows of Q4_K that are not whole blocks", .partialBlock,
            """
            rows of type Q4_K are multiples of 256 elements and those of tensor 't' have 128; \
            quantise that tensor to a type of smaller blocks
            """, .init("t", [128, 2], type: 12, offset: 0)),
        .tensors(
            "rows of Q8_0 of one element", .partialBlock,
            """
            rows of type Q8_0 are multiples of 32 elements and those of tensor 't' have 1; \
            quantise that tensor to a type of smaller blocks
            """, .init("t", [1, 32], type: 8, offset: 0)),
        .tensors(
            "element type 4, retired", .unknownElementType,
            Sentence.unknownType(4 as UInt32), .init("t", [256], type: 4, offset: 0)),
        .tensors(
            "element type 9, of activations", .unknownElementType,
            Sentence.unknownType(9 as UInt32), .init("t", [256], type: 9, offset: 0)),
        .tensors(
            "element type 16, IQ2_XXS", .unknownElementType,
            Sentence.unknownType(16 as UInt32), .init("t", [256], type: 16, offset: 0)),
        .tensors(
            "element type 39, MXFP4", .unknownElementType,
            Sentence.unknownType(39 as UInt32), .init("t", [256], type: 39, offset: 0)),
        .tensors(
            "element type 2^32 - 1", .unknownElementType,
            Sentence.unknownType(4294967295 as UInt32), .init("t", [256], type: .max, offset: 0)),
    ]

    static let places: [BadFile] = [
        .tensors(
            "an offset that is not aligned", .misalignedTensor,
            """
            tensors begin at multiples of 32 and 't' begins at 16; the file was written by a \
            faulty tool, convert the model again
            """, .init("t", [8], offset: 16)),
        .tensors(
            "an offset of 1", .misalignedTensor,
            """
            tensors begin at multiples of 32 and 't' begins at 1; the file was written by a \
            faulty tool, convert the model again
            """, .init("t", [8], offset: 1)),
        .gguf(
            "an offset not aligned as the file says", .misalignedTensor,
            """
            tensors begin at multiples of 64 and 't' begins at 32; the file was written by a \
            faulty tool, convert the model again
            """
        ) {
            $0.set("general.alignment", type: 4) { $0.put(UInt32(64)) }
            $0.alignment = 64
            $0.tensors[0].offset = 32
            $0.data = [UInt8](repeating: 0, count: 64)
        },
        .tensors(
            "one element behind the end", .tensorPastEnd,
            """
            tensor 't' takes 260 bytes from 0 of the data, which begins at byte 96, but the file \
            has 352 bytes; the download did not finish, fetch the file again
            """, .init("t", [65], offset: 0)),
        .tensors(
            "a tensor that begins at the end", .tensorPastEnd,
            """
            tensor 't' takes 32 bytes from 256 of the data, which begins at byte 96, but the \
            file has 352 bytes; the download did not finish, fetch the file again
            """, .init("t", [8], offset: 256)),
        .tensors(
            "a tensor far behind the end", .tensorPastEnd,
            """
            tensor 't' takes 32 bytes from 1099511627776 of the data, which begins at byte 96, \
            but the file has 352 bytes; the download did not finish, fetch the file again
            """, .init("t", [8], offset: 1 << 40)),
        .tensors(
            "a tensor of 2^60 bytes", .tensorPastEnd,
            """
            tensor 't' takes 1152921504606846976 bytes from 0 of the data, which begins at byte \
            96, but the file has 352 bytes; the download did not finish, fetch the file again
            """, .init("t", [1 << 58], offset: 0)),
        .tensors(
            "an offset whose sum overflows", .tensorPastEnd,
            """
            tensor 't' takes 32 bytes from 9223372036854775776 of the data, which begins at byte \
            96, but the file has 352 bytes; the download did not finish, fetch the file again
            """, .init("t", [8], offset: (1 << 63) - 32)),
        .tensors(
            "an offset beyond 63 bits", .tensorPastEnd,
            """
            tensor 't' takes 32 bytes from 18446744073709551584 of the data, which begins at \
            byte 96, but the file has 352 bytes; the download did not finish, fetch the file \
            again
            """, .init("t", [8], offset: .max & ~31)),
        .gguf(
            "data that ends one byte early", .tensorPastEnd,
            """
            tensor 't' takes 32 bytes from 0 of the data, which begins at byte 96, but the file \
            has 127 bytes; the download did not finish, fetch the file again
            """
        ) { $0.data.removeLast() },
        .gguf(
            "no data", .tensorPastEnd,
            """
            tensor 't' takes 32 bytes from 0 of the data, which begins at byte 96, but the file \
            has 93 bytes; the download did not finish, fetch the file again
            """
        ) { $0.data = [] },
        .gguf(
            "an alignment that moves the data away", .tensorPastEnd,
            """
            tensor 't' takes 32 bytes from 0 of the data, which begins at byte 1073741824, but \
            the file has 160 bytes; the download did not finish, fetch the file again
            """
        ) {
            $0.set("general.alignment", type: 4) { $0.put(UInt32(1 << 30)) }
        },
        .tensors(
            "tensors that share bytes", .overlappingTensors,
            """
            tensors may not share bytes and 'late' begins at byte 192, before 'early' ends at \
            196; the file was written by a faulty tool, convert the model again
            """, .init("late", [16], offset: 32), .init("early", [9], offset: 0)),
        .tensors(
            "tensors at the same place", .overlappingTensors,
            """
            tensors may not share bytes and 'two' begins at byte 160, before 'one' ends at 192; \
            the file was written by a faulty tool, convert the model again
            """, .init("one", [8], offset: 0), .init("two", [8], offset: 0)),
        .tensors(
            "a tensor inside another", .overlappingTensors,
            """
            tensors may not share bytes and 'inner' begins at byte 256, before 'outer' ends at \
            416; the file was written by a faulty tool, convert the model again
            """, .init("outer", [64], offset: 0), .init("inner", [8], offset: 96)),
    ]
}
