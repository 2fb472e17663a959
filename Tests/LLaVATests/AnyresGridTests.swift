import Foundation
import ModelFiles
import Testing

@testable import LLaVA

/// LLaVA 1.6's tiles against the original's code and transformers': `Tests/Fixtures/anyres`.
@Suite struct AnyresGridTests {
    /// What a reference makes of a size, the last ten columns of a line.
    private func columns(_ layout: AnyresLayout) -> [Int] {
        let isEmpty = layout.keptColumns.isEmpty || layout.keptRows.isEmpty
        return [
            layout.canvas.width, layout.canvas.height, layout.content.width,
            layout.content.height, layout.keptColumns.count, layout.keptRows.count,
            isEmpty ? 0 : layout.keptColumns.lowerBound,
            isEmpty ? 0 : layout.keptRows.lowerBound, layout.tokenCount,
            Int(crc32(order(layout))),
        ]
    }

    /// The numbers of the merged rows: patches in the order of views, -1 at the end of a line.
    private func order(_ layout: AnyresLayout) -> [Int32] {
        let patches = layout.grid * layout.grid
        let views = (0..<layout.viewCount).map { view in
            ImageEmbedding(
                tokenCount: patches, width: 1,
                values: (0..<patches).map { Float(view * patches + $0) })
        }
        return layout.merged(views, newline: [-1]).values.map { Int32($0) }
    }

    /// The table of bytes of CRC-32 (ISO 3309, polynomial 0xEDB88320).
    private static let table: [UInt32] = (0..<256).map { (byte: UInt32) -> UInt32 in
        var value = byte
        for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0xEDB8_8320 : value >> 1 }
        return value
    }

    private func crc32(_ numbers: [Int32]) -> UInt32 {
        let table = Self.table
        var value = UInt32.max
        numbers.map(\.littleEndian).withUnsafeBytes { bytes in
            for byte in bytes {
                value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ (value >> 8)
            }
        }
        return ~value
    }

    private func grid(_ sides: [Int64]) throws -> AnyresGrid? {
        try AnyresGrid(
            ModelKeys(
                CheckpointMetadata(
                    path: "test", metadata: ["clip.vision.image_grid_pinpoints": .integers(sides)])),
            side: 336)
    }

    @Test func everySizeIsCutAndMergedAsBothReferencesDo() throws {
        let grid = try #require(
            try grid([336, 672, 672, 336, 672, 672, 1008, 336, 336, 1008]))
        let file = GoldenFixture.folder.deletingLastPathComponent()
            .appending(path: "anyres/geometry.tsv")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count >= 2000)
        var differing = 0
        for line in lines {
            let fields = line.split(separator: "\t").compactMap { Int($0) }
            try #require(fields.count == 22)
            for (reading, start) in [(ImageReading.original, 2), (.huggingFace, 12)] {
                let layout = grid.layout(
                    width: fields[0], height: fields[1], side: 336, grid: 24, reading: reading)
                let found = columns(layout)
                #expect(
                    found == Array(fields[start..<start + found.count]),
                    "\(fields[0]) x \(fields[1]), \(reading)")
            }
            if fields[2..<12] != fields[12..<22] { differing += 1 }
        }
        // Otherwise the two readings would not both be tested.
        #expect(differing > 100)
    }

    @Test func aGridOfSidesThatAreNoTilesIsRefused() throws {
        #expect(try grid([336, 672]) != nil)
        for sides in [[336], [336, 0], [336, 500], [336, 336 * 17], []] as [[Int64]] {
            let error = #expect(throws: EngineError.self) { _ = try grid(sides) }
            #expect(error?.message.contains("image_grid_pinpoints") == true)
        }
    }
}
