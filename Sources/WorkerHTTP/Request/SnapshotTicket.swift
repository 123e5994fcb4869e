/// A request that is answered from a snapshot, as a value that fits into a pointer.
struct SnapshotTicket {
    /// The number of the table's row that answers.
    let row: Int

    init(_ row: Int) { self.row = row }

    /// Reads what `pointer` has stored; nil for the address of an object, which is even.
    init?(_ pointer: UnsafeMutableRawPointer) {
        let bits = UInt(bitPattern: pointer)
        guard bits & 1 == 1 else { return nil }
        row = Int(bits >> 1)
    }

    /// The ticket as a pointer that points nowhere.
    var pointer: UnsafeMutableRawPointer? {
        unsafe UnsafeMutableRawPointer(bitPattern: UInt(row) << 1 | 1)
    }
}
