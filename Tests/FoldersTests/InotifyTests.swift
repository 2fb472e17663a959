import Testing

@testable import Folders

struct InotifyTests {
    @Test func readsRecordsOneAfterTheOther() {
        let name = Array("a.jpg".utf8)
        let bytes =
            record(watch: 3, mask: 0x8, name: name + [0, 0, 0])  // IN_CLOSE_WRITE
            + record(watch: 4, mask: 0x4000_0100, name: [0xFF, 0x78, 0, 0])  // IN_CREATE, IN_ISDIR
            + record(watch: -1, mask: 0x4000, name: [])  // IN_Q_OVERFLOW
            + record(watch: 3, mask: 0x2000, name: [])  // IN_UNMOUNT
            + record(watch: 3, mask: 0x8000, name: [])  // IN_IGNORED
        #expect(
            Inotify.events(in: bytes[...]) == [
                .entry(watch: 3, name: name, isFolder: false),
                .entry(watch: 4, name: [0xFF, 0x78], isFolder: true),
                .overflowed, .unmounted(watch: 3), .ended(watch: 3),
            ])
    }

    private func record(watch: Int32, mask: UInt32, name: [UInt8]) -> [UInt8] {
        let header = [UInt32(bitPattern: watch), mask, 0, UInt32(name.count)]
        return header.flatMap { value in (0..<4).map { UInt8(value >> (8 * $0) & 255) } } + name
    }
}
