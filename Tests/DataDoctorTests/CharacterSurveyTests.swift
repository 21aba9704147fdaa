import Testing

@testable import DataDoctor

@Suite("Odd characters, scripts and languages")
struct CharacterSurveyTests {
    private func survey(_ text: String) -> CharacterSurvey {
        let escaped = text.replacing("\n", with: "\\n")
        return CharacterSurvey(LineStrings(Array("\"\(escaped)\"".utf8)[...]))
    }

    @Test(
        arguments: [
            ("a\u{01}b", .control), ("a\u{0085}b", .control), ("zero\u{200B}width", .zeroWidth), ("\u{FEFF}bom", .zeroWidth),
            ("soft\u{AD}hyphen", .zeroWidth), ("a\u{202E}b", .bidirectional), ("a\u{2066}b", .bidirectional),
            ("lost \u{FFFD}", .replacement),
            ("cafÃ© au lait", .mojibake), ("donâ€™t", .mojibake), ("20Â°C", .mojibake), ("pаypal", .mixedScripts),
            ("Mοdel", .mixedScripts),
            ("\u{E001}", .privateUse),
        ] as [(String, OddCharacter)])
    func each(text: String, kind: OddCharacter) {
        #expect(survey(text).odd.map(\.0) == [kind])
    }

    @Test(
        arguments: [
            "plain\n\ttext", "Ångström, naïve, São João, AÇÃO, Ã la carte", "кофе и чай", "Δt and αβ", "5 µm", "👩‍👩‍👧 ok", "日本語 text",
            "می‌خواهم", "e\u{301}a", "Московский-based", "€5 – “so” it is…", "",
        ])
    func nothingOdd(text: String) { #expect(survey(text).odd.isEmpty, "\(survey(text).odd)") }

    @Test(
        arguments: [
            ("The printer", .latin), ("Принтер не работает", .cyrillic), ("プリンター", .kana), ("打印机坏了", .han), ("الطابعة", .arabic),
            ("프린터", .hangul), ("מדפסת", .hebrew), ("Εκτυπωτής", .greek), ("123", nil),
        ] as [(String, WritingSystem?)])
    func scripts(text: String, script: WritingSystem?) { #expect(survey(text).script == script) }

    @Test(
        arguments: [
            ("the printer is not on and it has no paper", .english), ("der Drucker ist nicht an und hat kein Papier", .german),
            ("l'imprimante ne marche pas et les pages sont vides", .french),
            ("la impresora no está en el piso y no imprime los textos", .spanish),
            ("printer broken", nil),
        ] as [(String, Language?)])
    func languages(text: String, language: Language?) { #expect(Language.of(Array(text.utf8)) == language) }
}
