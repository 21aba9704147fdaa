import Faults
import Foundation

/// How an explanation reads: `error: what`, the place, and the next step, a line each.
enum Wording {
    static func text(of explanation: Explanation) -> String {
        var lines = ["error: \(visible(explanation.what))"]
        if let place = explanation.place { lines.append("   at: \(visible(place))") }
        lines.append(" next: \(visible(explanation.next))")
        return lines.joined(separator: "\n")
    }

    /// Names out of foreign files may hold what drives a terminal: control characters other than line ends are written as escapes.
    static func visible(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        return text.unicodeScalars.map { isHidden($0) ? "\\u{\(String($0.value, radix: 16))}" : String($0) }.joined()
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        scalar != "\n" && scalar.properties.generalCategory == .control || ("\u{202a}"..."\u{202e}").contains(scalar)
    }

    /// Errors of Foundation and other libraries that no module has put into words of its own.
    static func explanation(ofForeign error: any Error) -> Explanation {
        guard let cocoa = error as? CocoaError else {
            return Explanation("\(error)", next: "Run `lora doctor`; it checks the machine and the registry.")
        }
        let reason = cocoa.underlying.map { "\($0)" } ?? cocoa.localizedDescription
        return Explanation(
            isMissing(cocoa) ? "There is no such file or folder." : "A file could not be used: \(reason).",
            at: cocoa.filePath, next: "Check that the path exists and that you may use it.")
    }

    private static func isMissing(_ error: CocoaError) -> Bool {
        error.code == .fileReadNoSuchFile || error.code == .fileNoSuchFile
    }
}
