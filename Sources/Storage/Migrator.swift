extension Database {
    /// Brings the schema up to this program's version, one migration a transaction, under a lock
    /// so that programs starting together do not collide; does nothing when it is there already.
    ///
    /// - Returns: How many migrations were applied.
    /// - Throws: `StorageError` of the kind `schema` if the database is newer than this program.
    @discardableResult
    public func migrate() throws(StorageError) -> Int {
        throw StorageError(.schema, "no migrations yet")
    }
}
