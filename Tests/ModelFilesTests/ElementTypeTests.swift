import ModelFiles
import Testing

struct ElementTypeTests {
    @Test func blockSizesGiveTheBitsPerWeightThatAreKnown() {
        // From the table of types in gguf-py's constants (GGML_QUANT_SIZES).
        let bits: [ElementType: Double] = [
            .f32: 32, .f16: 16, .bf16: 16, .f64: 64, .i8: 8, .i16: 16, .i32: 32, .i64: 64,
            .q4_0: 4.5, .q4_1: 5, .q5_0: 5.5, .q5_1: 6, .q8_0: 8.5, .q2K: 2.625, .q3K: 3.4375,
            .q4K: 4.5, .q5K: 5.5, .q6K: 6.5625, .iq4NL: 4.5, .iq4XS: 4.25,
        ]
        #expect(bits.count == ElementType.allCases.count)
        for type in ElementType.allCases {
            #expect(
                Double(type.bytesPerBlock * 8) / Double(type.elementsPerBlock) == bits[type],
                "\(type.name)")
        }
    }

    @Test func sizesAreOnlyGivenForWholeBlocksThatFit() {
        #expect(ElementType.q4K.byteCount(elements: 512) == 288)
        #expect(ElementType.q4K.byteCount(elements: 0) == 0)
        #expect(ElementType.q4K.byteCount(elements: 100) == nil)
        #expect(ElementType.f32.byteCount(elements: -4) == nil)
        #expect(ElementType.f32.byteCount(elements: .max) == nil)
    }
}
