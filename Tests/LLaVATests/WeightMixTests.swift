import Foundation
import ModelFiles
import Testing

@testable import LLaVA

/// The mixes against llama.cpp's own quantiser, matrix by matrix: `mixes.json` in
/// `Tests/Fixtures/quantization`, see the README there.
@Suite struct WeightMixTests {
    /// A language model's shape, and what llama.cpp made of it.
    struct Shape: Decodable {
        struct Types: Decodable {
            let most: String
            let others: [String: String]
        }

        let name: String
        let width: Int
        let wide: Int
        let layers: Int
        let heads: Int
        let sharedHeads: Int
        let isTied: Bool
        let mixes: [String: Types]

        /// The matrices and their row lengths.
        var matrices: [(name: String, columns: Int)] {
            var result = [("token_embd.weight", width)]
            if !isTied { result.append(("output.weight", width)) }
            for layer in 0..<layers {
                for kind in ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up"] {
                    result.append(("blk.\(layer).\(kind).weight", width))
                }
                result.append(("blk.\(layer).ffn_down.weight", wide))
            }
            return result
        }
    }

    @Test func everyMatrixHasTheTypeLlamaCppGivesIt() throws {
        let file = GoldenFixture.folder.deletingLastPathComponent()
            .appending(path: "quantization/mixes.json")
        let shapes = try JSONDecoder().decode([Shape].self, from: Data(contentsOf: file))
        #expect(shapes.count == 5)
        for shape in shapes {
            #expect(Set(shape.mixes.keys) == Set(WeightMix.allCases.map(\.rawValue)))
            for (name, types) in shape.mixes {
                let mix = try WeightMix.named(name)
                for matrix in shape.matrices {
                    let type = mix.languageType(
                        matrix.name, columns: matrix.columns, layerCount: shape.layers,
                        queriesPerKey: shape.heads / shape.sharedHeads, isTied: shape.isTied)
                    #expect(
                        type.name == types.others[matrix.name] ?? types.most,
                        "\(matrix.name) of '\(shape.name)' as \(name)")
                }
            }
        }
    }
}
