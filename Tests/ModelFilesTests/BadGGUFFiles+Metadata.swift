import ModelFiles

/// GGUF files that must be refused: keys and values.
extension BadGGUFFiles {
    static let keys: [BadFile] = [
        .gguf(
            "a key of no bytes", .invalidName,
            """
            the name of metadata key 1 must have at least one byte and no zero byte, and is \
            empty; the file is damaged, fetch it again or convert the model again
            """
        ) { $0.set("", "value") },
        .gguf(
            "a key with a zero byte", .invalidName,
            #"""
            the name of metadata key 1 must have at least one byte and no zero byte, and is \#
            "a\0b"; the file is damaged, fetch it again or convert the model again
            """#
        ) { $0.set("a\0b", "value") },
        .gguf(
            "a key of 65536 bytes", .invalidName,
            """
            the name of metadata key 1 may take 65535 bytes and takes 65536; the file is damaged \
            or not written for this format, convert the model again
            """
        ) { $0.set(String(repeating: "k", count: 65_536), "value") },
        .gguf(
            "a key that is not UTF-8", .invalidText,
            Sentence.notUTF8("the name of metadata key 0", at: 32)
        ) { $0.entries = [([0xFF, 0xFE], [4, 0, 0, 0, 1, 0, 0, 0])] },
        .gguf(
            "a key that stands twice", .duplicateKey,
            """
            a metadata key may stand once and 'general.name' stands twice; the file was written \
            by a faulty tool, convert the model again
            """
        ) { $0.set("general.name", "again") },
        .gguf(
            "a key that stands twice to Unicode", .duplicateKey,
            """
            a metadata key may stand once and 'é' stands twice; the file was written by a \
            faulty tool, convert the model again
            """
        ) {
            $0.set("\u{E9}", "one")
            $0.set("e\u{301}", "two")
        },
        .gguf(
            "a long key with line ends that stands twice", .duplicateKey,
            "a metadata key may stand once and 'k\\n" + String(repeating: "k", count: 1563) + " … "
                + String(repeating: "k", count: 322)
                + "' stands twice; the file was written by a faulty tool, convert the model again"
        ) {
            $0.set("k\n" + String(repeating: "k", count: 3000), "one")
            $0.set("k\n" + String(repeating: "k", count: 3000), "two")
        },
        .key(
            "value type 13", .unknownValueType,
            """
            the type of key 'a.key' must be 0 to 12 and is 13; the file is damaged or newer than \
            this program
            """, type: 13
        ) { $0.put(UInt64(0)) },
        .key(
            "value type 2^32 - 1", .unknownValueType,
            """
            the type of key 'a.key' must be 0 to 12 and is 4294967295; the file is damaged or \
            newer than this program
            """, type: .max
        ) { $0.put(UInt64(0)) },
        .key(
            "a truth value of 2", .invalidBool,
            """
            a truth value is stored as 0 or 1 and key 'a.key' holds 2; the file is damaged, \
            fetch it again
            """, type: 7
        ) { $0.put(UInt8(2)) },
        .key(
            "a truth value of 255", .invalidBool,
            """
            a truth value is stored as 0 or 1 and key 'a.key' holds 255; the file is damaged, \
            fetch it again
            """, type: 7
        ) { $0.put(UInt8(255)) },
    ]

    static let ends: [BadFile] = [
        .key(
            "an unsigned integer of 8 bits", .truncated,
            Sentence.ends(in: "key 'a.key'", needing: 1, at: 41, left: 0), type: 0, without: 1
        ) { $0.put(UInt8(5)) },
        .key(
            "an integer of 8 bits", .truncated,
            Sentence.ends(in: "key 'a.key'", needing: 1, at: 41, left: 0), type: 1, without: 1
        ) { $0.put(Int8(5)) },
        .key(
            "an unsigned integer of 16 bits", .truncated,
            Sentence.ends(in: "key 'a.key'", needing: 2, at: 41, left: 1), type: 2, without: 1
        ) { $0.put(UInt16(5)) },
        .key(
            "an integer of 16 bits", .truncated,
            Sentence.ends(in: "key 'a.key'", needing: 2, at: 41, left: 0), type: 3, without: 2
        ) { $0.put(Int16(5)) },
        .key(
            "an unsigned integer of 32 bits", .truncated,
            Sentence.ends(in: "key 'a.key'", needing: 4, at: 41, left: 3), type: 4, without: 1
        ) { $0.put(UInt32(5)) },
        .key(
            "an integer of 32 bits", .truncated,
            Sentence.ends(in: "key 'a.key'", needing: 4, at: 41, left: 1), type: 5, without: 3
        ) { $0.put(Int32(5)) },
        .key(
            "a single-precision number", .truncated,
            Sentence.ends(in: "key 'a.key'", needing: 4, at: 41, left: 2), type: 6, without: 2
        ) { $0.put(Float(5).bitPattern) },
        .key(
            "a truth value", .truncated,
            Sentence.ends(in: "key 'a.key'", needing: 1, at: 41, left: 0), type: 7, without: 1
        ) { $0.put(UInt8(1)) },
        .key(
            "the length of a text", .truncated,
            Sentence.ends(in: "the length of the text of key 'a.key'", needing: 8, at: 41, left: 6),
            type: 8, without: 6
        ) { $0.put("text") },
        .key(
            "a text", .implausibleCount,
            Sentence.count("the length of the text of key 'a.key'", 4, in: 3, most: 3), type: 8,
            without: 1
        ) { $0.put("text") },
        .key(
            "the length of an array", .truncated,
            Sentence.ends(
                in: "the number of elements of array 'a.key'", needing: 8, at: 45, left: 4),
            type: 9, without: 4
        ) {
            $0.put(UInt32(4))
            $0.put(UInt64(0))
        },
        .key(
            "an unsigned integer of 64 bits", .truncated,
            Sentence.ends(in: "key 'a.key'", needing: 8, at: 41, left: 7), type: 10, without: 1
        ) { $0.put(UInt64(5)) },
        .key(
            "an integer of 64 bits", .truncated,
            Sentence.ends(in: "key 'a.key'", needing: 8, at: 41, left: 1), type: 11, without: 7
        ) { $0.put(Int64(5)) },
        .key(
            "a double-precision number", .truncated,
            Sentence.ends(in: "key 'a.key'", needing: 8, at: 41, left: 4), type: 12, without: 4
        ) { $0.put(Double(5).bitPattern) },
    ]

    static let texts: [BadFile] = [
        .key(
            "a text of 2^60 bytes", .implausibleCount,
            Sentence.count(
                "the length of the text of key 'a.key'", 1152921504606846976, in: 0, most: 0),
            type: 8
        ) { $0.put(UInt64(1) << 60) },
        .key(
            "a text of 2^64 - 1 bytes", .implausibleCount,
            Sentence.count(
                "the length of the text of key 'a.key'", 18446744073709551615, in: 0, most: 0),
            type: 8
        ) { $0.put(UInt64.max) },
        .key(
            "a text with half a character", .invalidText,
            Sentence.notUTF8("the text of key 'a.key'", at: 49), type: 8
        ) { $0.put([0x61, 0xE2, 0x82]) },
        .key(
            "a text with a broken character", .invalidText,
            Sentence.notUTF8("the text of key 'a.key'", at: 49), type: 8
        ) { $0.put([0x61, 0xC3, 0x28]) },
        .key(
            "a text with a character in too many bytes", .invalidText,
            Sentence.notUTF8("the text of key 'a.key'", at: 49), type: 8
        ) { $0.put([0xC0, 0x80]) },
        .key(
            "a text with a surrogate", .invalidText,
            Sentence.notUTF8("the text of key 'a.key'", at: 49), type: 8
        ) { $0.put([0xED, 0xA0, 0x80]) },
        .key(
            "a text with a character past the last", .invalidText,
            Sentence.notUTF8("the text of key 'a.key'", at: 49), type: 8
        ) { $0.put([0xF4, 0x90, 0x80, 0x80]) },
        .key(
            "a text that begins inside a character", .invalidText,
            Sentence.notUTF8("the text of key 'a.key'", at: 49), type: 8
        ) { $0.put([0x80, 0x61]) },
    ]

    static let arrays: [BadFile] = [
        .array(
            "an array of type 13", .unknownValueType,
            """
            the element type of array 'a.key' must be 0 to 12 and is 13; the file is damaged or \
            newer than this program
            """, of: 13, count: 0
        ) { _ in },
        .array(
            "an array of type 2^32 - 1", .unknownValueType,
            """
            the element type of array 'a.key' must be 0 to 12 and is 4294967295; the file is \
            damaged or newer than this program
            """, of: .max, count: 0
        ) { _ in },
        .array(
            "an array of arrays", .nestedArray,
            """
            an array may not hold arrays and 'a.key' does; the file was written by a faulty \
            tool, convert the model again
            """, of: 9, count: 1
        ) {
            $0.put(UInt32(4))
            $0.put(UInt64(0))
        },
        .array(
            "2^60 bytes", .implausibleCount,
            Sentence.count(
                "the number of elements of array 'a.key'", 1152921504606846976, in: 1, most: 1),
            of: 0, count: 1 << 60
        ) { $0.put(UInt8(0)) },
        .array(
            "2^61 single-precision numbers", .implausibleCount,
            Sentence.count(
                "the number of elements of array 'a.key'", 2305843009213693952, in: 4, most: 1),
            of: 6, count: 1 << 61
        ) { $0.put(UInt32(0)) },
        .array(
            "2^64 - 1 double-precision numbers", .implausibleCount,
            Sentence.count(
                "the number of elements of array 'a.key'", 18446744073709551615, in: 8, most: 1),
            of: 12, count: .max
        ) { $0.put(UInt64(0)) },
        .array(
            "2^60 texts", .implausibleCount,
            Sentence.count(
                "the number of elements of array 'a.key'", 1152921504606846976, in: 12, most: 1),
            of: 8, count: 1 << 60
        ) { $0.put("text") },
        .array(
            "2^60 arrays", .implausibleCount,
            Sentence.count(
                "the number of elements of array 'a.key'", 1152921504606846976, in: 0, most: 0),
            of: 9, count: 1 << 60
        ) { _ in },
        .array(
            "one integer of 16 bits more than there are", .implausibleCount,
            Sentence.count("the number of elements of array 'a.key'", 3, in: 4, most: 2), of: 2,
            count: 3
        ) { $0.put(UInt32(0)) },
        .array(
            "one integer of 64 bits more than there are", .implausibleCount,
            Sentence.count("the number of elements of array 'a.key'", 2, in: 8, most: 1), of: 11,
            count: 2
        ) { $0.put(UInt64(0)) },
        .array(
            "one text more than there are", .truncated,
            Sentence.ends(
                in: "the length of element 1 of array 'a.key'", needing: 8, at: 71, left: 0), of: 8,
            count: 2
        ) { $0.put("0123456789") },
        .array(
            "more texts than their lengths would take", .implausibleCount,
            Sentence.count("the number of elements of array 'a.key'", 3, in: 18, most: 2), of: 8,
            count: 3
        ) { $0.put("0123456789") },
        .array(
            "a text longer than the array", .implausibleCount,
            Sentence.count("the length of element 1 of array 'a.key'", 5, in: 0, most: 0), of: 8,
            count: 2
        ) {
            $0.put("fine")
            $0.put(UInt64(5))
        },
        .array(
            "a text that is not UTF-8", .invalidText,
            Sentence.notUTF8("element 1 of array 'a.key'", at: 73), of: 8, count: 2
        ) {
            $0.put("fine")
            $0.put([0xED, 0xA0, 0x80])
        },
        .array(
            "a truth value of 255 in an array", .invalidBool,
            """
            a truth value is stored as 0 or 1 and key 'a.key' holds 255; the file is damaged, \
            fetch it again
            """, of: 7, count: 2
        ) { $0.put(UInt16(0xFF01)) },
        .array(
            "an integer beyond 63 bits", .outOfRange,
            """
            integers of arrays must fit 63 bits and element 0 of 'a.key' is \
            18446744073709551615; the file is damaged, fetch it again
            """, of: 10, count: 1
        ) { $0.put(UInt64.max) },
        .array(
            "more elements than any model needs", .implausibleCount,
            """
            an array has at most 16777216 elements and 'a.key' has 16777217; no model of this \
            kind needs more, convert the model again
            """, of: 0, count: (1 << 24) + 1
        ) {
            $0.bytes += [UInt8](repeating: 0, count: (1 << 24) + 1)
        },
    ]

    static let alignments: [BadFile] = [
        .gguf(
            "an alignment of 0", .badAlignment,
            """
            key 'general.alignment' must be a power of two up to 2^30 and is 0; convert the \
            model again
            """
        ) { $0.set("general.alignment", type: 4) { $0.put(UInt32(0)) } },
        .gguf(
            "an alignment of 48", .badAlignment,
            """
            key 'general.alignment' must be a power of two up to 2^30 and is 48; convert the \
            model again
            """
        ) { $0.set("general.alignment", type: 4) { $0.put(UInt32(48)) } },
        .gguf(
            "an alignment of 2^31", .badAlignment,
            """
            key 'general.alignment' must be a power of two up to 2^30 and is 2147483648; convert \
            the model again
            """
        ) { $0.set("general.alignment", type: 4) { $0.put(UInt32(1) << 31) } },
        .gguf(
            "an alignment of 2^63", .badAlignment,
            """
            key 'general.alignment' must be a power of two up to 2^30 and is \
            9223372036854775808; convert the model again
            """
        ) { $0.set("general.alignment", type: 10) { $0.put(UInt64(1) << 63) } },
        .gguf(
            "an alignment of -32", .badAlignment,
            """
            key 'general.alignment' must be a power of two up to 2^30 and is the signed -32; \
            convert the model again
            """
        ) { $0.set("general.alignment", type: 5) { $0.put(Int32(-32)) } },
        .gguf(
            "an alignment that is a text", .badAlignment,
            """
            key 'general.alignment' must be a power of two up to 2^30 and is a text; convert the \
            model again
            """
        ) { $0.set("general.alignment", "32") },
        .gguf(
            "an alignment that is a fraction", .badAlignment,
            """
            key 'general.alignment' must be a power of two up to 2^30 and is a floating-point \
            number; convert the model again
            """
        ) { $0.set("general.alignment", type: 6) { $0.put(Float(32).bitPattern) } },
    ]

    static let splitKeys: [BadFile] = [
        .gguf(
            "one part of three under another name", .splitFile,
            """
            the file is one of 3 parts of a model (key split.count), whose names end in \
            -00001-of-00003.gguf and so on; give the parts their names back, or merge them with \
            'llama-gguf-split --merge'
            """
        ) { $0.set("split.count", type: 2) { $0.put(UInt16(3)) } },
        .gguf(
            "a number of parts that is a text", .splitFile,
            """
            'split.count' must be a number of parts or tensors and is a text; fetch the file \
            again
            """
        ) { $0.set("split.count", "3") },
        .gguf(
            "a negative number of parts", .splitFile,
            """
            'split.count' must be a number of parts or tensors and is -3; fetch the file again
            """
        ) { $0.set("split.count", type: 5) { $0.put(Int32(-3)) } },
        .gguf(
            "2^63 parts", .splitFile,
            """
            'split.count' must be a number of parts or tensors and is 9223372036854775808; fetch \
            the file again
            """
        ) { $0.set("split.count", type: 10) { $0.put(UInt64(1) << 63) } },
        .gguf(
            "a number of parts that is an array", .splitFile,
            """
            'split.count' must be a number of parts or tensors and is an array of 1 integers; \
            fetch the file again
            """
        ) { $0.setArray("split.count", type: 4, count: 1) { $0.put(UInt32(3)) } },
    ]
}
