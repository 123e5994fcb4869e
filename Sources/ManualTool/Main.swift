import Glibc
import Manual
import WorkerCore

/// Prints what is made from the table of options, for the Makefile; it is not installed.
@main enum Main {
    static func main() {
        switch CommandLine.arguments.dropFirst() {
        case ["bash"]: print(BashCompletion.text(), terminator: "")
        case ["zsh"]: print(ZshCompletion.text(), terminator: "")
        case ["fish"]: print(FishCompletion.text(), terminator: "")
        case let words where words.first == "man" && words.count == 2:
            print(ManualPage.text(date: words.last ?? ""), terminator: "")
        case ["version"]: print(Version.current)
        default:
            print("usage: manual bash | zsh | fish | man DATE | version")
            exit(2)
        }
    }
}
