import Adapters
import Testing

@Suite struct FactsTests {
    @Test func aRateIsAShareOfAtLeastOneRow() {
        #expect(MeasuredRate(0.2)?.value == 0.2)
        #expect(MeasuredRate(errors: 33, rows: 200)?.value == 0.165)
        #expect(MeasuredRate(errors: 33, rows: 200)?.sampleSize == 200)
        for rate in [MeasuredRate(-0.1), MeasuredRate(1.1), MeasuredRate(.nan), MeasuredRate(0.2, sampleSize: 0)] {
            #expect(rate == nil)
        }
        for rate in [MeasuredRate(errors: 1, rows: 0), MeasuredRate(errors: 3, rows: 2), MeasuredRate(errors: -1, rows: 2)] {
            #expect(rate == nil)
        }
    }

    @Test(arguments: [
        (RuleValue.rate(0.15), "15 %"), (.rate(0.165), "16.5 %"), (.rate(0.1501), "15.01 %"), (.rate(-0.02), "-2 %"),
        (.rate(0), "0 %"), (.rate(1), "100 %"), (.rate(-0.000_000_1), "0 %"), (.rate(1.0 / 3), "33.33 %"),
        (.count(0), "0"), (.count(999), "999"), (.count(1_000), "1,000"), (.count(1_234_567), "1,234,567"),
        (.count(-1_500), "-1,500"), (.ratio(1.3), "1.3"), (.ratio(2), "2"), (.ratio(1.25), "1.25"),
        (.ratio(0.01), "0.01"), (.ratio(0.0099), "0.0099"), (.ratio(0.00996), "0.01"), (.ratio(0.001), "0.001"),
        (.ratio(0.000_436), "0.00044"), (.ratio(-0.000_999), "-0.001"), (.ratio(1e-5), "0.00001"), (.ratio(1e-17), "0"),
    ])
    func numbersReadAsPeopleWriteThem(value: RuleValue, words: String) {
        #expect(value.words == words)
    }

    @Test func growthIsARatioOfRows() {
        #expect(DataFacts(rowsAtTraining: 500, rowsNow: 750).growth == 0.5)
        #expect(DataFacts(rowsAtTraining: 500, rowsNow: 250).growth == -0.5)
        #expect(DataFacts(rowsAtTraining: 0, rowsNow: 250).growth == nil)
    }

    /// File names of published models on the Hugging Face hub.
    @Test(arguments: [
        ("model-00001-of-00002.safetensors", BaseChange.weights), ("model.safetensors.index.json", .weights),
        ("pytorch_model.bin", .weights), ("config.json", .config), ("modeling_phi3.py", .config),
        ("generation_config.json", .generationConfig), ("tokenizer.json", .tokenizer), ("tokenizer_config.json", .tokenizer),
        ("special_tokens_map.json", .tokenizer), ("merges.txt", .tokenizer), ("vocab.json", .tokenizer),
        ("chat_template.jinja", .chatTemplate), ("LICENSE", .licence), ("LICENSE.txt", .licence), ("USE_POLICY.md", .cosmetic),
        ("README.md", .cosmetic), (".gitattributes", .cosmetic), ("images/logo.png", .cosmetic),
        ("original/params.json", .config),
    ])
    func aFilesNameTellWhatItsChangeMeans(name: String, change: BaseChange) {
        #expect(BaseChange(ofFile: name) == change)
    }

    @Test func pairsCountWhereTwoSystemsDiffer() {
        let counts = PairedCounts(first: [true, true, false, false], second: [true, false, true, false])
        #expect(counts == PairedCounts(onlyFirst: 1, onlySecond: 1))
        #expect(counts.discordant == 2)
    }
}
