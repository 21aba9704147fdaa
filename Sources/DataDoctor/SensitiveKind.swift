/// What should not stand in rows that a model learns by heart.
public enum SensitiveKind: String, Sendable, Hashable, CaseIterable {
    // Credentials: whoever reads them can act in somebody's name.
    case awsAccessKeyID = "aws_access_key_id"
    case githubToken = "github_token"
    case gitlabToken = "gitlab_token"
    case slackToken = "slack_token"
    case slackWebhook = "slack_webhook"
    case discordWebhook = "discord_webhook"
    case stripeKey = "stripe_key"
    case openAIKey = "openai_key"
    case anthropicKey = "anthropic_key"
    case googleAPIKey = "google_api_key"
    case googleOAuth = "google_oauth"
    case huggingFaceToken = "hugging_face_token"
    case npmToken = "npm_token"
    case pypiToken = "pypi_token"
    case sendGridKey = "sendgrid_key"
    case twilioKey = "twilio_key"
    case telegramToken = "telegram_token"
    case digitalOceanToken = "digitalocean_token"
    case shopifyToken = "shopify_token"
    case databricksToken = "databricks_token"
    case dockerToken = "docker_token"
    case azureStorageKey = "azure_storage_key"
    case jsonWebToken = "json_web_token"
    case privateKey = "private_key"
    case ageKey = "age_key"
    case urlPassword = "url_password"
    case passwordAssignment = "password_assignment"
    case bearerToken = "bearer_token"

    // Personal data: it tells of one person.
    case emailAddress = "email_address"
    case phoneNumber = "phone_number"
    case creditCard = "credit_card"
    case iban
    case usSSN = "us_ssn"
    case ukNINO = "uk_nino"
    case ukNHS = "uk_nhs"
    case canadianSIN = "ca_sin"
    case germanTaxID = "de_tax_id"
    case frenchNIR = "fr_nir"
    case italianFiscalCode = "it_codice_fiscale"
    case spanishDNI = "es_dni"
    case dutchBSN = "nl_bsn"
    case polishPESEL = "pl_pesel"
    case swedishPersonnummer = "se_personnummer"
    case swissAHV = "ch_ahv"
    case brazilianCPF = "br_cpf"
    case indianAadhaar = "in_aadhaar"
    case passportLine = "passport_mrz"
    case dateOfBirth = "date_of_birth"
    case ipAddress = "ip_address"
    case macAddress = "mac_address"
    case imei
    case vehicleNumber = "vin"
    case bitcoinAddress = "bitcoin_address"
    case ethereumAddress = "ethereum_address"

    public var isCredential: Bool { Self.places[self].map { $0 <= Self.lastCredential } ?? false }

    private static let places = Dictionary(uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })
    private static let lastCredential = places[.bearerToken] ?? 0
}
