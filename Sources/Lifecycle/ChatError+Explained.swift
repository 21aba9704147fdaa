import Faults

extension ChatError: Explained {
    public var explanation: Explanation {
        switch self {
        case .noTemplate(let folder):
            Explanation(
                "The base has no chat template.", at: folder.path,
                next: "Add chat_template.jinja to the folder, or use plain text.")
        case .noMessages(let file):
            Explanation(
                "The file holds no messages.", at: file.path,
                next: #"Write an array such as [{"role": "user", "content": "Hello"}], or an object with "messages"."#)
        case .messageWithoutRole(let file, let index):
            Explanation(
                "Message \(index) has no role.", at: "\(file.path):messages[\(index)]",
                next: #"Give it "role": "system", "user", "assistant" or "tool"."#)
        }
    }
}
