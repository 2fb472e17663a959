import ModelFiles

/// Folders of safetensors files that must be refused.
enum BadSafetensorsFolders {
    private static let index = "model.safetensors.index.json"
    private static let first = "model-1.safetensors"
    private static let second = "model-2.safetensors"
    private static let goodIndex =
        #"{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}"#

    private static func tensor(_ name: String) -> [UInt8] {
        SafetensorsBuilder(tensors: [.init(name: name)]).build()
    }

    /// Two files that fit together and an index of one's own.
    private static func folder(
        _ name: String, _ kind: ModelFileError.Kind, _ sentence: String, index text: String
    ) -> BadFolder {
        BadFolder(
            name: name, kind: kind, file: index, sentence: sentence,
            files: [index: Array(text.utf8), first: tensor("a"), second: tensor("b")])
    }

    /// The good index and files of one's own.
    private static func folder(
        _ name: String, _ kind: ModelFileError.Kind, in file: String, _ sentence: String,
        files: [String: [UInt8]?]
    ) -> BadFolder {
        BadFolder(
            name: name, kind: kind, file: file, sentence: sentence,
            files: files.merging([index: Array(goodIndex.utf8)]) { one, _ in one })
    }

    static let all: [BadFolder] = [
        BadFolder(
            name: "no file", kind: .notFound, file: nil,
            sentence: """
                a model folder holds model.safetensors or model.safetensors.index.json and this one \
                has neither; name a folder of a model saved as safetensors
                """, files: [:]),
        BadFolder(
            name: "a folder instead of the file", kind: .notAFile, file: "model.safetensors",
            sentence: "a model file must be a regular file, this is a folder; name the file itself",
            files: ["model.safetensors": nil]),
        BadFolder(
            name: "a file of no bytes", kind: .empty, file: "model.safetensors",
            sentence: "the file is empty; its download or copy did not finish, fetch it again",
            files: ["model.safetensors": []]),
        folder(
            "an index of no bytes", .empty,
            "the file is empty; its download or copy did not finish, fetch it again", index: ""),
        folder(
            "an index that is not JSON", .malformed,
            Sentence.notJSON(0, "no value begins"), index: "weights"),
        folder(
            "an index that is an array", .malformed,
            "the file must hold an object and holds an array of 0 values; fetch it again",
            index: "[]"),
        folder(
            "an index without a map", .malformed,
            """
            an index has an object 'weight_map' and this one has none; fetch the file again
            """, index: "{}"),
        folder(
            "a map that is an array", .malformed,
            """
            an index has an object 'weight_map' and this one has none; fetch the file again
            """, index: #"{"weight_map": ["a"]}"#),
        folder(
            "a map that is null", .malformed,
            """
            an index has an object 'weight_map' and this one has none; fetch the file again
            """, index: #"{"weight_map": null}"#),
        folder(
            "a file's name that is a number", .invalidName,
            """
            'weight_map' names safetensors files of the same folder, and what it names for \
            tensor 'a' is none; fetch the file again
            """, index: #"{"weight_map": {"a": 1}}"#),
        folder(
            "a file outside the folder", .invalidName,
            """
            'weight_map' names safetensors files of the same folder, and what it names for \
            tensor 'a' is none; fetch the file again
            """, index: #"{"weight_map": {"a": "../model-1.safetensors"}}"#),
        folder(
            "a file by its whole path", .invalidName,
            """
            'weight_map' names safetensors files of the same folder, and what it names for \
            tensor 'a' is none; fetch the file again
            """, index: #"{"weight_map": {"a": "/etc/model-1.safetensors"}}"#),
        folder(
            "a file of another kind", .invalidName,
            """
            'weight_map' names safetensors files of the same folder, and what it names for \
            tensor 'a' is none; fetch the file again
            """, index: #"{"weight_map": {"a": "pytorch_model.bin"}}"#),
        folder(
            "a file's name with a zero byte", .invalidName,
            """
            'weight_map' names safetensors files of the same folder, and what it names for \
            tensor 'a' is none; fetch the file again
            """, index: #"{"weight_map": {"a": "a\u0000.safetensors"}}"#),
        folder(
            "a tensor that stands twice", .duplicateKey,
            """
            a name may stand once in an object of the file and "a" stands twice; the file was \
            written by a faulty tool, convert or fetch the model again
            """, index: #"{"weight_map": {"a": "model-1.safetensors", "a": "model-2.safetensors"}}"#
        ),
        folder(
            "more files than any model has", .implausibleCount,
            "'weight_map' names more than 4096 files; fetch the file again",
            index:
                "{\"weight_map\": {\((0...4096).map { "\"\($0)\": \"\($0).safetensors\"" }.joined(separator: ", "))}}"
        ),
        folder(
            "a tensor placed in the wrong file", .malformed,
            """
            the index places tensor 'b' in model-1.safetensors, which does not hold it; fetch \
            the files of one version of the model
            """, index: #"{"weight_map": {"a": "model-1.safetensors", "b": "model-1.safetensors"}}"#
        ),
        folder(
            "a tensor no file holds", .malformed,
            """
            the index places tensor 'c' in model-2.safetensors, which does not hold it; fetch \
            the files of one version of the model
            """, index: #"{"weight_map": {"a": "model-1.safetensors", "c": "model-2.safetensors"}}"#
        ),
        folder(
            "a file that is missing", .notFound, in: second,
            "there is no such file; check the path, and that the disk is mounted",
            files: [first: tensor("a")]),
        folder(
            "a file that is damaged", .implausibleCount, in: first,
            Sentence.headerLength(2336927755350992246),
            files: [first: Array("version https://git-lfs".utf8), second: tensor("b")]),
        folder(
            "a tensor in two files", .duplicateTensor, in: second,
            """
            tensor 'a' is in this file and in FOLDER/model-1.safetensors; fetch the files of one \
            version of the model
            """, files: [first: tensor("a"), second: tensor("a")]),
    ]
}
