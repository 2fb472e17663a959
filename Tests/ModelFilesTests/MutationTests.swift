import Foundation
import ModelFiles
import Testing

/// Files with random damage open or are refused; nothing else may happen.
struct MutationTests {
    private static let fixtures =
        #filePath.split(separator: "/").dropLast(2)
        .reduce("") { "\($0)/\($1)" } + "/Fixtures"

    /// Changes, removes and repeats a few of the first bytes, the same way for the same seed.
    private func damaged(_ bytes: [UInt8], within limit: Int, seed: Int) -> [UInt8] {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func next(_ bound: Int) -> Int {
            // xorshift64 (Marsaglia 2003).
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(bound))
        }
        var result = bytes
        for _ in 0...next(4) {
            let place = next(min(limit, result.count))
            switch next(4) {
            case 0: result[place] = UInt8(next(256))
            case 1: result[place] ^= 1 << UInt8(next(8))
            case 2: result.remove(at: place)
            default: result.insert(result[place], at: place)
            }
        }
        return result
    }

    @Test func aDamagedSafetensorsHeader() throws {
        let path = Self.fixtures + "/engine/models/hf-gqa-f16/model-00001-of-00002.safetensors"
        let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
        var refused = 0
        for seed in 1...400 {
            let file = try TemporaryFile(damaged(whole, within: 2432, seed: seed))
            do {
                let opened = try SafetensorsFile(path: file.path)
                for name in opened.tensorNames {
                    guard let entry = opened.entry(name) else {
                        Issue.record("'\(name)' is listed and not there")
                        continue
                    }
                    #expect(opened.bytes(of: entry).count == entry.byteCount)
                }
            } catch {
                #expect(error.path == file.path && !error.message.isEmpty)
                refused += 1
            }
        }
        #expect(refused > 250)
    }

    @Test func aDamagedTokenizerModel() throws {
        let path = Self.fixtures + "/tokenizer/tokenizer.model"
        let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
        var refused = 0
        for seed in 1...400 {
            let file = try TemporaryFile(damaged(whole, within: whole.count, seed: seed))
            do {
                #expect(try SentencePieceModel(path: file.path).pieces.count <= whole.count)
            } catch {
                #expect(error.path == file.path && !error.message.isEmpty)
                refused += 1
            }
        }
        #expect(refused > 100)
    }

    @Test func aDamagedTokenizerJSON() throws {
        let path = Self.fixtures + "/tokenizer/metaspace.tokenizer.json"
        let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
        var refused = 0
        for seed in 1...400 {
            let file = try TemporaryFile(damaged(whole, within: whole.count, seed: seed))
            do {
                #expect(try !JSONFile(path: file.path).object.members.isEmpty)
            } catch {
                #expect(error.path == file.path && !error.message.isEmpty)
                refused += 1
            }
        }
        #expect(refused > 100)
    }
}
