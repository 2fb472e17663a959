import ModelFiles

/// Split GGUF models that must be refused; the first part is the one opened.
enum BadSplitModels {
    static let first = "m-00001-of-00002.gguf"
    private static let second = "m-00002-of-00002.gguf"

    /// A part of two with one tensor.
    private static func part(
        _ number: UInt16, of count: UInt16 = 2, tensor: String, total: Int32? = nil
    ) -> GGUFBuilder {
        var builder = GGUFBuilder()
        builder.set("split.no", type: 2) { $0.put(number) }
        builder.set("split.count", type: 2) { $0.put(count) }
        if let total { builder.set("split.tensors.count", type: 5) { $0.put(total) } }
        builder.tensors = [.init(tensor, [8], offset: 0)]
        builder.data = [UInt8](repeating: 0, count: 32)
        return builder
    }

    /// Two parts that fit together, then some damage.
    private static func parts(
        _ name: String, _ kind: ModelFileError.Kind, in file: String, _ sentence: String,
        _ damage: (_ first: inout GGUFBuilder, _ second: inout GGUFBuilder) -> Void
    ) -> BadFolder {
        var (one, two) = good
        damage(&one, &two)
        return BadFolder(
            name: name, kind: kind, file: file, sentence: sentence,
            files: [first: one.build(), second: two.build()])
    }

    /// The first part and another file as the second.
    private static func parts(
        _ name: String, _ kind: ModelFileError.Kind, _ sentence: String, second bytes: [UInt8]?
    ) -> BadFolder {
        BadFolder(
            name: name, kind: kind, file: second, sentence: sentence,
            files: [first: good.0.build(), second: bytes])
    }

    static let good = (part(0, tensor: "a", total: 2), part(1, tensor: "b"))

    static let all: [BadFolder] = [
        BadFolder(
            name: "a second part that is missing", kind: .notFound, file: second,
            sentence: "part 2 of 2 is missing; fetch it into the folder of the first part",
            files: [first: good.0.build()]),
        .init(
            name: "a second part under the first's name", kind: .splitFile, file: first,
            sentence: """
                the file is not the first of the 2 parts of its model; name \
                FOLDER/m-00001-of-00002.gguf
                """, files: [first: good.1.build(), second: good.1.build()]),
        parts(
            "a second part that is a folder", .notAFile,
            "a model file must be a regular file, this is a folder; name the file itself",
            second: nil),
        parts(
            "a second part of no bytes", .empty,
            "the file is empty; its download or copy did not finish, fetch it again", second: []),
        parts(
            "a second part of another format", .notGGUF,
            Sentence.notGGUF(#""vers""#), second: Array("version https://git-lfs".utf8)),
        parts(
            "a second part that ends early", .tensorPastEnd,
            """
            tensor 'b' takes 32 bytes from 0 of the data, which begins at byte 128, but the file \
            has 159 bytes; the download did not finish, fetch the file again
            """, second: good.1.build().dropLast(1)),
        parts(
            "names of two parts and a key of three", .splitFile, in: first,
            """
            the file is one of 3 parts of a model (key split.count), whose names end in \
            -00001-of-00003.gguf and so on; give the parts their names back, or merge them with \
            'llama-gguf-split --merge'
            """
        ) { one, _ in one = part(0, of: 3, tensor: "a") },
        parts(
            "a first part that says it is the second", .splitFile, in: first,
            """
            the file is not the first of the 2 parts of its model; name \
            FOLDER/m-00001-of-00002.gguf
            """
        ) { one, _ in one = part(1, tensor: "a") },
        parts(
            "a second part that says it is the first", .splitFile, in: second,
            """
            by its name the file is part 2 of 2, and by its keys part 1 of 2; fetch all parts of \
            one model again
            """
        ) { _, two in two = part(0, tensor: "b") },
        parts(
            "a second part of a model of three", .splitFile, in: second,
            """
            by its name the file is part 2 of 2, and by its keys part 2 of 3; fetch all parts of \
            one model again
            """
        ) { _, two in two = part(1, of: 3, tensor: "b") },
        parts(
            "a second part that is a whole model", .splitFile, in: second,
            """
            by its name the file is part 2 of 2, and by its keys none of several; fetch all \
            parts of one model again
            """
        ) { _, two in two.entries = [] },
        parts(
            "a part's number that is a fraction", .splitFile, in: second,
            """
            'split.no' must be a number of parts or tensors and is a floating-point number; \
            fetch the file again
            """
        ) { _, two in
            two.entries.removeFirst()
            two.set("split.no", type: 6) { $0.put(Float(1).bitPattern) }
        },
        parts(
            "a part's number of -1", .splitFile, in: second,
            """
            'split.no' must be a number of parts or tensors and is -1; fetch the file again
            """
        ) { _, two in
            two.entries.removeFirst()
            two.set("split.no", type: 5) { $0.put(Int32(-1)) }
        },
        parts(
            "a tensor in both parts", .duplicateTensor, in: second,
            """
            tensor 'a' is in this part and in FOLDER/m-00001-of-00002.gguf; fetch all parts of \
            one model again
            """
        ) { _, two in two = part(1, tensor: "a") },
        parts(
            "fewer tensors than promised", .splitFile, in: first,
            """
            the parts hold 2 tensors together and 'split.tensors.count' says 3; fetch all parts \
            of one model again
            """
        ) { one, _ in one = part(0, tensor: "a", total: 3) },
        parts(
            "more tensors than promised", .splitFile, in: first,
            """
            the parts hold 2 tensors together and 'split.tensors.count' says 1; fetch all parts \
            of one model again
            """
        ) { one, _ in one = part(0, tensor: "a", total: 1) },
        parts(
            "a promise that is a text", .splitFile, in: first,
            """
            'split.tensors.count' must be a number of parts or tensors and is a text; fetch the \
            file again
            """
        ) { one, _ in
            one = part(0, tensor: "a")
            one.set("split.tensors.count", "2")
        },
    ]
}
