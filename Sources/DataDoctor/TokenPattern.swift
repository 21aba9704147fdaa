/// The form of a credential that its issuer marks: a fixed beginning, then characters of one alphabet.
struct TokenPattern {
    let kind: SensitiveKind
    let prefix: [UInt8]
    let alphabet: Alphabet
    let lengths: ClosedRange<Int>

    init(_ kind: SensitiveKind, _ prefix: String, _ alphabet: Alphabet, _ lengths: ClosedRange<Int>) {
        self.kind = kind
        self.prefix = Array(prefix.utf8)
        self.alphabet = alphabet
        self.lengths = lengths
    }

    /// Characters as bits of a table of 128.
    struct Alphabet: Sendable {
        private let table: [Bool]

        init(_ characters: String) {
            var table = [Bool](repeating: false, count: 256)
            for byte in characters.utf8 { table[Int(byte)] = true }
            self.table = table
        }

        func contains(_ byte: UInt8) -> Bool { table[Int(byte)] }

        private static let upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        private static let digits = "0123456789"
        static let upperAlnum = Alphabet(upper + digits)
        static let alnum = Alphabet(upper + upper.lowercased() + digits)
        static let word = Alphabet(upper + upper.lowercased() + digits + "_-")
        static let dotted = Alphabet(upper + upper.lowercased() + digits + "_-.")
        static let base64 = Alphabet(upper + upper.lowercased() + digits + "+/=")
        static let path = Alphabet(upper + upper.lowercased() + digits + "_-/")
        static let hex = Alphabet(digits + "abcdefABCDEF")
        static let lowerHex = Alphabet(digits + "abcdef")
    }

    static let all: [TokenPattern] = [
        TokenPattern(.awsAccessKeyID, "AKIA", .upperAlnum, 16...16), TokenPattern(.awsAccessKeyID, "ASIA", .upperAlnum, 16...16),
        TokenPattern(.awsAccessKeyID, "ABIA", .upperAlnum, 16...16), TokenPattern(.awsAccessKeyID, "ACCA", .upperAlnum, 16...16),
        TokenPattern(.githubToken, "ghp_", .alnum, 36...255), TokenPattern(.githubToken, "gho_", .alnum, 36...255),
        TokenPattern(.githubToken, "ghu_", .alnum, 36...255), TokenPattern(.githubToken, "ghs_", .alnum, 36...255),
        TokenPattern(.githubToken, "ghr_", .alnum, 36...255), TokenPattern(.githubToken, "github_pat_", .word, 50...255),
        TokenPattern(.gitlabToken, "glpat-", .word, 20...64), TokenPattern(.gitlabToken, "gldt-", .word, 20...64),
        TokenPattern(.gitlabToken, "glrt-", .word, 20...64),
        TokenPattern(.slackToken, "xoxb-", .word, 20...255), TokenPattern(.slackToken, "xoxp-", .word, 20...255),
        TokenPattern(.slackToken, "xoxa-", .word, 20...255), TokenPattern(.slackToken, "xoxr-", .word, 20...255),
        TokenPattern(.slackToken, "xoxs-", .word, 20...255), TokenPattern(.slackToken, "xapp-", .word, 20...255),
        TokenPattern(.slackWebhook, "https://hooks.slack.com/services/", .path, 30...128),
        TokenPattern(.discordWebhook, "https://discord.com/api/webhooks/", .path, 40...160),
        TokenPattern(.stripeKey, "sk_live_", .alnum, 16...255), TokenPattern(.stripeKey, "rk_live_", .alnum, 16...255),
        TokenPattern(.stripeKey, "sk_test_", .alnum, 16...255), TokenPattern(.stripeKey, "whsec_", .alnum, 24...255),
        TokenPattern(.anthropicKey, "sk-ant-", .word, 24...255),
        TokenPattern(.openAIKey, "sk-proj-", .word, 24...255), TokenPattern(.openAIKey, "sk-svcacct-", .word, 24...255),
        TokenPattern(.openAIKey, "sk-", .alnum, 32...64),
        TokenPattern(.googleAPIKey, "AIza", .word, 35...35), TokenPattern(.googleOAuth, "GOCSPX-", .word, 24...40),
        TokenPattern(.googleOAuth, "ya29.", .word, 30...512),
        TokenPattern(.huggingFaceToken, "hf_", .alnum, 30...48), TokenPattern(.npmToken, "npm_", .alnum, 36...36),
        TokenPattern(.pypiToken, "pypi-", .word, 50...512), TokenPattern(.sendGridKey, "SG.", .dotted, 60...70),
        TokenPattern(.twilioKey, "SK", .lowerHex, 32...32), TokenPattern(.twilioKey, "AC", .lowerHex, 32...32),
        TokenPattern(.digitalOceanToken, "dop_v1_", .lowerHex, 64...64),
        TokenPattern(.digitalOceanToken, "doo_v1_", .lowerHex, 64...64),
        TokenPattern(.shopifyToken, "shpat_", .hex, 32...32), TokenPattern(.shopifyToken, "shpss_", .hex, 32...32),
        TokenPattern(.databricksToken, "dapi", .lowerHex, 32...34), TokenPattern(.dockerToken, "dckr_pat_", .word, 24...64),
        TokenPattern(.azureStorageKey, "AccountKey=", .base64, 80...100),
        TokenPattern(.ageKey, "AGE-SECRET-KEY-1", .upperAlnum, 58...58),
    ]

    /// The patterns by their first byte.
    static let byFirstByte: [[TokenPattern]] = {
        var table = [[TokenPattern]](repeating: [], count: 256)
        for pattern in all { table[Int(pattern.prefix[0])].append(pattern) }
        return table
    }()
}
