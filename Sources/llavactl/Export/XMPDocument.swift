import Storage

/// A caption and keywords as an XMP sidecar (ISO 16684-1, Dublin Core `description`, `subject`).
struct XMPDocument {
    /// Names the writer, so that a later export knows its own files.
    private static let toolkit = "llavad"

    /// The whole document.
    let text: String

    /// Makes the document of a picture's answers: lists of keywords become keywords, everything
    /// else the caption.
    init(_ rows: [ResultRow]) {
        let keywords = rows.filter { $0.question == "tags" }.flatMap { Self.keywords($0.answer) }
        let captions = rows.filter { $0.question != "tags" }.map(\.answer)
        var parts: [String] = []
        if !captions.isEmpty {
            let caption = Self.escaped(captions.joined(separator: "\n"))
            parts.append(
                """
                   <dc:description>
                    <rdf:Alt>
                     <rdf:li xml:lang="x-default">\(caption)</rdf:li>
                    </rdf:Alt>
                   </dc:description>
                """)
        }
        if !keywords.isEmpty {
            let items = keywords.map { "     <rdf:li>\(Self.escaped($0))</rdf:li>" }
            parts.append(
                """
                   <dc:subject>
                    <rdf:Bag>
                \(items.joined(separator: "\n"))
                    </rdf:Bag>
                   </dc:subject>
                """)
        }
        text = """
            <?xpacket begin="\u{FEFF}" id="W5M0MpCehiHzreSzNTczkc9d"?>
            <x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="\(Self.toolkit)">
             <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
              <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
            \(parts.joined(separator: "\n"))
              </rdf:Description>
             </rdf:RDF>
            </x:xmpmeta>
            <?xpacket end="w"?>

            """
    }

    /// Whether a file was written by us.
    static func isOurs(_ bytes: [UInt8]) -> Bool {
        String(decoding: bytes.prefix(1024), as: UTF8.self).contains("x:xmptk=\"\(toolkit)\"")
    }

    private static func keywords(_ answer: String) -> [String] {
        answer.split(whereSeparator: { $0 == "," || $0.isNewline }).compactMap { part in
            let words = part.split(separator: " ").joined(separator: " ")
            return words.isEmpty ? nil : words
        }
    }

    /// XML 1.0 allows no control character but tab and line ends, even escaped.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\t", "\n": result.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
