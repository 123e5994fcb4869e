/// How much of one kind of work a turn of a loop does by itself; what comes beyond goes elsewhere.
package struct TurnAllowance: Sendable {
    private let limit: Int
    private var spent = 0

    /// Makes an allowance of so much for each turn.
    package init(_ limit: Int) { self.limit = limit }

    /// A turn begins.
    package mutating func begin() { spent = 0 }

    /// Asks for some of it; false if that would be more than is left, which stays as it is.
    package mutating func admit(_ amount: Int) -> Bool {
        guard amount <= limit - spent else { return false }
        spent += amount
        return true
    }
}
