import Images

extension RGBImage {
    /// CRC-32 and Adler-32 of the samples, as `generate.py` writes them (RFC 1952, RFC 1950).
    var checksum: String {
        var crc: UInt32 = 0xFFFF_FFFF
        var sum: UInt32 = 1
        var sumOfSums: UInt32 = 0
        pixels.withUnsafeBufferPointer { samples in
            crcTable.withUnsafeBufferPointer { table in
                for sample in samples {
                    crc = table[Int(UInt8(truncatingIfNeeded: crc) ^ sample)] ^ (crc >> 8)
                    sum = (sum &+ UInt32(sample)) % 65521
                    sumOfSums = (sumOfSums &+ sum) % 65521
                }
            }
        }
        return hexadecimal(~crc) + hexadecimal(sumOfSums << 16 | sum)
    }
}

private let crcTable: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
        value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
    }
}

private func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
}
