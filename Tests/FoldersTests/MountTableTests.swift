import Testing

@testable import Folders

struct MountTableTests {
    /// Lines as proc(5) shows them, with and without optional fields.
    private let table = """
        22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
        30 22 0:44 / /photos rw,relatime shared:9 master:1 - nfs4 nas:/photos rw,vers=4.2
        31 22 0:45 / /phone rw - fuse.sshfs phone: rw
        32 22 259:70000 / /disk rw - fuseblk /dev/sdb1 rw
        """

    @Test func tellsNetworkFileSystemsFromLocalOnes() {
        #expect(MountTable.remoteKind(ofDevice: 0x801, table: table) == nil)
        #expect(MountTable.remoteKind(ofDevice: 44, table: table) == "nfs4")
        #expect(MountTable.remoteKind(ofDevice: 45, table: table) == "fuse.sshfs")
        #expect(MountTable.remoteKind(ofDevice: 99, table: table) == nil)
    }

    @Test func splitsDeviceNumbersAsTheCLibraryDoes() {
        let device: UInt64 = 259 << 8 | (70000 & 0xFF) | (70000 & ~0xFF) << 12
        let remote = table.replacing("fuseblk", with: "fuse.x")
        #expect(MountTable.remoteKind(ofDevice: device, table: remote) == "fuse.x")
    }

    @Test func readsThisMachinesTable() {
        #expect(MountTable.current().contains(" - "))
    }
}
