import Glibc

/// Chosen once: `LLAVAD_FUZZ_READER` names it.
private let reader: Reader = {
    let name = getenv("LLAVAD_FUZZ_READER").map { String(cString: $0) } ?? ""
    guard let reader = Reader(rawValue: name) else {
        print("set LLAVAD_FUZZ_READER to one of \(Reader.allCases.map(\.rawValue))")
        exit(2)
    }
    return reader
}()

/// Where the input is put for readers that take files; memory, not a disk.
private let workplace: Workplace = Workplace(reader)

/// What libFuzzer calls with each input: a reader may refuse it, and must do nothing else.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    workplace.put(UnsafeRawBufferPointer(start: data, count: count))
    reader.read(workplace)
    return 0
}
