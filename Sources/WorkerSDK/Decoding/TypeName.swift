/// What a type is called in messages to people who write JSON.
enum TypeName {
    static func text(_ type: Any.Type) -> String {
        switch type {
        case is any KeyedByText.Type: "an object"
        case is any Sequence.Type where !(type is String.Type): "an array"
        default: String(describing: type)
        }
    }
}

/// A dictionary, whatever it holds.
private protocol KeyedByText {}

extension Dictionary: KeyedByText {}
