import Foundation
import Images
import Synchronization
import Testing

@testable import Pipeline
@testable import Workers

@Suite struct FileReadersTests {
    @Test func aFileThatHangsHoldsUpItsThreadAlone() async throws {
        let folder = NSTemporaryDirectory() + "llavad-readers-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let paths = (0..<9).map { "\(folder)/\($0).jpg" }
        for path in paths { try Data(path.utf8).write(to: URL(fileURLWithPath: path)) }
        // The first file read hangs until it is let go.
        let isFirst = Mutex(true)
        let (arrived, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let loader = ImageLoader(limits: ImageLimits()) {
            let hangs = isFirst.withLock { first in
                defer { first = false }
                return first
            }
            guard hangs else { return }
            arrived.signal()
            gate.wait()
        }
        let readers = FileReaders(loader, count: 2)
        let hanging = Task { try await readers.load(paths[0]) }
        await withCheckedContinuation { done in
            Thread.detachNewThread {
                arrived.wait()
                done.resume()
            }
        }
        for path in paths.dropFirst() {
            #expect(try await readers.load(path).bytes == Array(path.utf8))
        }
        await #expect(throws: PipelineError.self) { try await readers.load("\(folder)/none") }
        gate.signal()
        #expect(try await hanging.value.bytes == Array(paths[0].utf8))
    }
}
