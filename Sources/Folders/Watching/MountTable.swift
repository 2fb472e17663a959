import Glibc

/// The kind of file system a device number belongs to, from proc(5)'s `mountinfo`.
///
/// Device numbers are those of stat(2): a path needs no comparing with mount points. A file system
/// that reports others than it is mounted under (btrfs subvolumes) is not found, and is local.
enum MountTable {
    /// File systems whose changes by other machines raise no event here.
    private static let remoteKinds: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre",
        "ncpfs", "beegfs", "orangefs",
    ]

    /// Tells a file system that raises no event for changes made elsewhere.
    ///
    /// - Parameters:
    ///   - device: `st_dev` of a directory.
    ///   - table: The content of `/proc/self/mountinfo`.
    /// - Returns: Its kind; nil for a local or unknown one.
    static func remoteKind(ofDevice device: UInt64, table: String) -> String? {
        let wanted = "\(major(device)):\(minor(device))"
        for line in table.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2, fields[2] == wanted,
                let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count
            else { continue }
            let kind = String(fields[dash + 1])
            let isRemote =
                remoteKinds.contains(kind) || kind == "fuse" || kind.hasPrefix("fuse.")
            return isRemote ? kind : nil
        }
        return nil
    }

    /// This process's mount table; empty where there is none.
    static func current() -> String {
        let descriptor = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count < 4 << 20 {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // As glibc's `gnu_dev_major` and `gnu_dev_minor` split the 64 bits (sys/sysmacros.h).

    private static func major(_ device: UInt64) -> UInt64 {
        (device >> 8 & 0xFFF) | (device >> 32 & 0xFFFF_F000)
    }

    private static func minor(_ device: UInt64) -> UInt64 {
        (device & 0xFF) | (device >> 12 & 0xFFFF_FF00)
    }
}
