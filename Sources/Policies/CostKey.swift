/// What a calculation of cost is made from: prices, how work is counted, and what an adapter saves.
public enum CostKey: String, Sendable, Hashable, CaseIterable {
    case machineHour = "machine_hour"
    case engineerHour = "engineer_hour"
    case millionInputTokens = "million_input_tokens"
    case gigabyteMonth = "gigabyte_month"
    case servingMonth = "serving_month"
    case tokensPerSecond = "tokens_per_second"
    case tokensPerExample = "tokens_per_example"
    case adapterGigabytes = "adapter_gigabytes"
    case hoursToBegin = "hours_to_begin"
    case hoursPerTraining = "hours_per_training"
    case evaluationsPerMonth = "evaluations_per_month"
    case requestsPerDay = "requests_per_day"
    case promptTokensSaved = "prompt_tokens_saved"
    case hoursPerMonth = "hours_per_month"

    /// What only whoever knows an adapter's use can say; the others have defaults.
    public static let usage: [CostKey] = [.requestsPerDay, .promptTokensSaved, .hoursPerMonth]

    /// Beyond these a number is a slip of the pen; work is done at some speed.
    var range: ClosedRange<Double> { self == .tokensPerSecond ? 0.001...1e12 : 0...1e12 }

    var wanted: String { self == .tokensPerSecond ? "a number above 0" : "a number from 0" }

    /// In the words of a sentence that begins with the key.
    public var words: String {
        switch self {
        case .machineHour: "price of an hour of the machine that trains: rent, or power and wear"
        case .engineerHour: "price of an hour of whoever looks after adapters and prompts"
        case .millionInputTokens: "price of a million input tokens where prompts are answered now"
        case .gigabyteMonth: "price of keeping a gigabyte for a month"
        case .servingMonth: "what serving the adapter costs each month beyond serving without it"
        case .tokensPerSecond:
            "tokens per second of training, where no run was measured; measuring is taken as three times as fast"
        case .tokensPerExample: "tokens that a training reads for each effective example, where the data is not known"
        case .adapterGigabytes: "size of a version, where none is known"
        case .hoursToBegin: "hours of people before the first training: collecting, labelling, checking"
        case .hoursPerTraining: "hours of people around each training: reading its reports, promoting"
        case .evaluationsPerMonth: "how often in a month the version in use is measured again"
        case .requestsPerDay: "requests that the adapter answers in a day; optional"
        case .promptTokensSaved: "tokens by which its prompts are shorter than prompting alone needs; optional"
        case .hoursPerMonth: "hours of work on prompts that it makes needless each month; optional"
        }
    }

    /// By the full name of each key of the section, as `PolicyGuide` has them.
    static let guide: [String: String] = Dictionary(
        uniqueKeysWithValues: [("costs.currency", "the currency of all prices, by its three letters")]
            + allCases.map { ("costs.\($0.rawValue)", $0.words) })
}

/// The currencies that prices can be in; nothing is converted.
public enum Currency: String, Sendable, Hashable, CaseIterable {
    case aud = "AUD"
    case brl = "BRL"
    case cad = "CAD"
    case chf = "CHF"
    case cny = "CNY"
    case czk = "CZK"
    case dkk = "DKK"
    case eur = "EUR"
    case gbp = "GBP"
    case inr = "INR"
    case jpy = "JPY"
    case krw = "KRW"
    case mxn = "MXN"
    case nok = "NOK"
    case nzd = "NZD"
    case pln = "PLN"
    case sek = "SEK"
    case sgd = "SGD"
    case usd = "USD"
    case zar = "ZAR"
}
