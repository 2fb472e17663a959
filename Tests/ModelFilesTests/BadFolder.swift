import Foundation
import ModelFiles
import Testing

/// Files of one folder that do not fit together, and the sentence that says so.
struct BadFolder: Sendable, CustomTestStringConvertible {
    /// What is wrong.
    let name: String
    /// The kind of failure.
    let kind: ModelFileError.Kind
    /// The file the failure names; nil for the folder.
    let file: String?
    /// The whole sentence without the path; other paths of the folder begin with "FOLDER".
    let sentence: String
    /// The files by name; nil for a folder of that name.
    let files: [String: [UInt8]?]

    var testDescription: String { name }

    /// Writes the folder, opens it and holds what is thrown against what was expected.
    func expectRefusal(
        by open: (_ folder: String) throws -> Void,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let manager = FileManager.default
        let folder = manager.temporaryDirectory.appending(path: "folder-\(UUID().uuidString)")
        try manager.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? manager.removeItem(at: folder) }
        for (name, bytes) in files {
            let place = folder.appending(path: name)
            if let bytes {
                try Data(bytes).write(to: place)
            } else {
                try manager.createDirectory(at: place, withIntermediateDirectories: false)
            }
        }
        let error = #expect(throws: ModelFileError.self, sourceLocation: sourceLocation) {
            try open(folder.path)
        }
        #expect(
            error?.message.replacing(folder.path, with: "FOLDER") == sentence,
            sourceLocation: sourceLocation)
        #expect(error?.kind == kind, sourceLocation: sourceLocation)
        #expect(
            error?.path == folder.path + (file.map { "/\($0)" } ?? ""),
            sourceLocation: sourceLocation)
    }
}
