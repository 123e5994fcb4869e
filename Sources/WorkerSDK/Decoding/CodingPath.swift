/// Where in a JSON text something stands, spelt for people: `kwargs.options.rates[2]`.
enum CodingPath {
    static func text(_ path: [any CodingKey], root: String = "") -> String {
        var text = root
        for key in path {
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
        return text
    }
}

/// A coding key of any name.
struct NameKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: some StringProtocol) {
        stringValue = String(name)
    }

    init?(stringValue: String) {
        self.init(stringValue)
    }

    init?(intValue _: Int) {
        nil
    }
}

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
