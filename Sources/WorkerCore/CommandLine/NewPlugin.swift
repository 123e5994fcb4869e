/// What `universal-worker new` is to make: a folder with a plugin to begin with.
package struct NewPlugin: Sendable, Equatable {
    /// What a plugin can be written in; the raw value is its folder of `Templates`.
    package enum Language: String, Sendable, CaseIterable {
        case c
        case cpp
        case swift
        case rust
        case python
    }

    package private(set) var name = PluginName.placeholder
    package private(set) var language = Language.c
    /// Where WorkerSDK is, if it is given.
    package private(set) var sdk: String?

    /// What `--help` shows.
    package static let synopsis =
        "new NAME --language \(Language.allCases.map(\.rawValue).joined(separator: "|")) [--sdk PATH]"

    /// Reads what follows the word.
    ///
    /// - Throws: `UsageError`.
    package init(_ arguments: [String]) throws(UsageError) {
        var given: Language?
        var words = SubcommandWords(arguments)
        while let option = words.nextOption() {
            switch option.name {
            case "--sdk": sdk = try words.value(of: option)
            case "--language": given = try words.value(of: option, .word)
            default: throw .unknownOption(option.word, suggestion: nil)
            }
        }
        let place = try words.place(orThrow: .noName)
        guard let given else { throw .optionRequired("--language") }
        guard sdk == nil || given == .swift else {
            throw .isUseless(option: "--sdk", without: "--language swift")
        }
        language = given
        name = try PluginName(place, in: given)
    }

    /// The folders in which WorkerSDK may be, given where the binary is: an installation's, then a checkout.
    package static func places(around binary: String) -> [String] {
        var parts = binary.split(separator: "/").dropLast()
        var places: [String] = []
        while !parts.isEmpty {
            let folder = "/" + parts.joined(separator: "/")
            places += [folder + "/share/universal-worker/sdk", folder]
            parts = parts.dropLast()
        }
        return places
    }

    /// The files that show that a folder has WorkerSDK.
    package static let marks = ["Package.swift", "Sources/WorkerSDK"]

    /// Puts names and places into a file of a template.
    ///
    /// - Parameters:
    ///   - text: a text of a template, or a path in it.
    ///   - worker: what a shell finds the worker by.
    ///   - sdk: the folder of WorkerSDK; empty where there is no use for it.
    /// - Returns: the text as it is written.
    package func fill(_ text: String, worker: String, sdk: String) -> String {
        let placeholder = PluginName.placeholder
        // What stands between classes, so that no name is looked for in a name.
        let named = text.split(separator: placeholder.className, omittingEmptySubsequences: false)
            .map { $0.replacing(placeholder.file, with: name.file) }
            .joined(separator: name.className)
        let inMake = worker.replacing("$", with: "$$").replacing("#", with: "\\#")
        let inSwift = sdk.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return named.replacing("WORKER ?= universal-worker", with: "WORKER ?= \(inMake)")
            .replacing("path: \"../..\"", with: "path: \"\(inSwift)\"")
    }
}

/// What a plugin is called, in all the ways in which it is.
package struct PluginName: Sendable, Equatable {
    /// As it was given: the folder.
    package let folder: String
    /// The class: `SpeechToText` of `speech-to-text`.
    package let className: String
    /// What files begin with: `speech_to_text`.
    package let file: String

    /// The name that the templates have.
    package static let placeholder = PluginName(
        folder: "greeter", className: "Greeter", file: "greeter")

    /// What the code of a template means by another name, or its language does.
    private static let taken: [NewPlugin.Language: Set<String>] = [
        .python: ["Configuration", "False", "None", "True", "ValueError"],
        .swift: [
            "Any", "CWorkerPlugin", "CallContext", "Decodable", "Dispatch", "Double", "Encodable",
            "Foundation", "Glibc", "Int", "JSONValue", "PluginConfiguration", "PluginError",
            "Protocol", "Self", "StreamWriter", "String", "Swift", "Synchronization", "Testing",
            "Type", "Worker", "WorkerHost", "WorkerPlugin", "WorkerReply", "WorkerSDK",
            "WorkerSDKTesting", "WorkerStatus", "WorkerTable", "WorkerText",
        ],
    ]

    private init(folder: String, className: String, file: String) {
        self.folder = folder
        self.className = className
        self.file = file
    }

    /// Takes a name that files, classes and units can have.
    ///
    /// - Throws: `UsageError` where they cannot.
    init(_ text: String, in language: NewPlugin.Language) throws(UsageError) {
        let parts = text.split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == "-" || $0 == "_" })
        let isWord = { (character: Character) in
            character.isASCII && (character.isLetter || character.isNumber)
        }
        guard text.count <= 64, text.first?.isLetter == true,
            parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isWord) })
        else {
            throw .invalidValue(
                text, option: "new",
                expected: "up to 64 letters and digits, a letter first, with single '-' and '_' "
                    + "between")
        }
        folder = text
        className = parts.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        file = parts.joined(separator: "_").lowercased()
        if Self.taken[language]?.contains(className) == true {
            throw .invalidValue(
                text, option: "new",
                expected: "another name, since '\(className)' is none that a class can have there")
        }
    }
}
