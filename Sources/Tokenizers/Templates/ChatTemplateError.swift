/// Why a chat template could not be read or did not render.
public struct ChatTemplateError: Error, Hashable {
    public enum Reason: Sendable, Hashable {
        /// The template is not what the language allows.
        case syntax(String)
        /// The template called `raise_exception`; the message is the template's own.
        case raised(String)
        /// Something was asked of a value that does not exist.
        case undefined(String)
        /// The template asked for what the sandbox forbids.
        case forbidden(String)
        /// An operation does not fit its values.
        case failed(String)
        /// The template asked for more than a limit allows.
        case limit(String)
        /// The conversation is not one that templates take.
        case conversation(String)
    }

    public let reason: Reason
    /// 1-based line of the template; nil when the fault is not in the template.
    public let line: Int?

    public init(_ reason: Reason, line: Int? = nil) {
        self.reason = reason
        self.line = line
    }
}
