/// What the kernel tells about a watched directory; `watch` is the number it gave the watch.
enum DirectoryEvent: Hashable {
    /// An entry appeared or was written.
    case entry(watch: Int32, name: [UInt8], isFolder: Bool)
    /// The directory itself was moved: its path may no longer be right.
    case moved(watch: Int32)
    /// The directory is gone.
    case deleted(watch: Int32)
    /// Its file system is gone.
    case unmounted(watch: Int32)
    /// The watch has ended, whatever the reason.
    case ended(watch: Int32)
    /// Events were lost.
    case overflowed
}
