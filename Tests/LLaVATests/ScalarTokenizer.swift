import LLaVA

/// A tokenizer one can read: a token per Unicode scalar, 1 in front of each stretch of text, and
/// control tokens from -1 downwards in the order given.
struct ScalarTokenizer: Tokenizer {
    let controls: [String]
    var beginID: TokenID? = -100
    var addsBegin = true

    var vocabularySize: Int { Int(Int32.max) }
    var endIDs: Set<TokenID> { [-1] }
    var dropsLeadingSpace: Bool { false }

    init(controls: [String], addsBegin: Bool = true) {
        self.controls = controls
        self.addsBegin = addsBegin
    }

    func encodePlain(_ text: String) -> [TokenID] {
        text.isEmpty ? [] : [1] + text.unicodeScalars.map { TokenID($0.value) }
    }

    func controlFragments(of text: String) -> [TextFragment] {
        var fragments: [TextFragment] = []
        var rest = text[...]
        while !rest.isEmpty {
            let found = controls.indices.compactMap { index in
                rest.firstRange(of: controls[index]).map { (index, $0) }
            }
            guard let (index, range) = found.min(by: { $0.1.lowerBound < $1.1.lowerBound }) else {
                break
            }
            if range.lowerBound > rest.startIndex {
                fragments.append(.text(String(rest[..<range.lowerBound])))
            }
            fragments.append(.token(id(at: index)))
            rest = rest[range.upperBound...]
        }
        if !rest.isEmpty { fragments.append(.text(String(rest))) }
        return fragments
    }

    func id(of piece: String) -> TokenID? { controls.firstIndex(of: piece).map { id(at: $0) } }
    func appendPiece(_ id: TokenID, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: pieceText(id).utf8)
    }
    func pieceText(_ id: TokenID) -> String {
        Unicode.Scalar(UInt32(max(id, 0))).map { String($0) } ?? ""
    }

    private func id(at index: Int) -> TokenID { TokenID(-1 - index) }
}
