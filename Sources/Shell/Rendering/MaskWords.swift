import DataDoctor
import StrictJSON

/// A row with what is learned of it: green where there are colours, between ⟦ and ⟧ where there are none.
struct MaskWords {
    private let view: MaskView
    private let inColour: Bool

    init(_ view: MaskView, inColour: Bool) {
        self.view = view
        self.inColour = inColour
    }

    var lines: [String] {
        let cut = view.keptLength < view.length ? "; \(view.length - view.keptLength) more are cut off" : ""
        let share = view.keptLength == 0 ? 0 : Double(view.supervised) / Double(view.keptLength)
        let head =
            "line \(view.line): \(view.keptLength) tokens, \(view.supervised) supervised (\(Decimals.percent(share)))\(cut)"
        return [head] + view.parts.map(marked).joined().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private func marked(_ part: MaskView.Part) -> String {
        let text = Wording.visible(part.text)
        guard part.isSupervised else { return inColour ? coloured(text, "2") : text }
        return inColour ? coloured(text, "30;42") : "⟦\(text)⟧"
    }

    /// Line by line, so that no colour runs to the edge of the terminal.
    private func coloured(_ text: String, _ code: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : "\u{1B}[\(code)m\($0)\u{1B}[0m" }.joined(separator: "\n")
    }

    var json: JSONValue {
        [
            "schema": "lora.data-mask/1", "line": .integer(view.line), "tokens": .integer(view.keptLength),
            "length": .integer(view.length), "supervised": .integer(view.supervised),
            "parts": .array(
                view.parts.map {
                    ["text": .string($0.text), "supervised": .bool($0.isSupervised), "tokens": .integer($0.tokens)]
                }),
        ]
    }
}

extension Session {
    /// Whether colours are wanted: on a terminal, unless `NO_COLOR` is set to something.
    var showsColour: Bool { console.isTerminal && (environment["NO_COLOR"] ?? "").isEmpty }
}
