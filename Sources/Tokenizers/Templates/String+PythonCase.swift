/// Upper and lower case with Python's rules, code point by code point.
extension String {
    var pythonUppercased: String { mapScalars { $0.properties.uppercaseMapping } }

    /// Lower case; a capital sigma at the end of a word becomes "ς".
    var pythonLowercased: String {
        if isASCII { return lowercased() }
        let scalars = Array(unicodeScalars)
        var result = ""
        for (place, scalar) in scalars.enumerated() {
            let isFinalSigma = scalar == "Σ" && Self.endsWord(scalars, at: place)
            result += isFinalSigma ? "ς" : scalar.properties.lowercaseMapping
        }
        return result
    }

    var pythonCapitalized: String {
        guard let first = unicodeScalars.first else { return self }
        let rest = String(String.UnicodeScalarView(unicodeScalars.dropFirst()))
        return first.properties.titlecaseMapping + rest.pythonLowercased
    }

    /// Every letter that follows a letter in lower case, every other in title case.
    var pythonTitlecased: String {
        let scalars = Array(unicodeScalars)
        var result = ""
        var followsLetter = false
        for (place, scalar) in scalars.enumerated() {
            if !followsLetter {
                result += scalar.properties.titlecaseMapping
            } else {
                result += scalar == "Σ" && Self.endsWord(scalars, at: place) ? "ς" : scalar.properties.lowercaseMapping
            }
            followsLetter = scalar.properties.isCased
        }
        return result
    }

    var pythonCaseSwapped: String {
        mapScalars { scalar in
            if scalar.properties.isUppercase { return scalar.properties.lowercaseMapping }
            return scalar.properties.isLowercase ? scalar.properties.uppercaseMapping : String(scalar)
        }
    }

    var isPythonUppercase: Bool {
        unicodeScalars.contains { $0.properties.isUppercase }
            && !unicodeScalars.contains { $0.properties.isLowercase || $0.properties.generalCategory == .titlecaseLetter }
    }

    var isPythonLowercase: Bool {
        unicodeScalars.contains { $0.properties.isLowercase }
            && !unicodeScalars.contains { $0.properties.isUppercase || $0.properties.generalCategory == .titlecaseLetter }
    }

    /// Whether capitals stand exactly where words begin.
    var isPythonTitlecase: Bool {
        var hasLetter = false
        var followsLetter = false
        for scalar in unicodeScalars {
            let isCapital = scalar.properties.isUppercase || scalar.properties.generalCategory == .titlecaseLetter
            guard isCapital || scalar.properties.isLowercase else {
                followsLetter = false
                continue
            }
            if isCapital == followsLetter { return false }
            followsLetter = true
            hasLetter = true
        }
        return hasLetter
    }

    private func mapScalars(_ transform: (Unicode.Scalar) -> String) -> String {
        var result = ""
        for scalar in unicodeScalars { result += transform(scalar) }
        return result
    }

    /// Whether a letter comes before and none after, looking past characters without case such as apostrophes.
    private static func endsWord(_ scalars: [Unicode.Scalar], at place: Int) -> Bool {
        let before = scalars[..<place].last { !$0.properties.isCaseIgnorable }
        let after = scalars[(place + 1)...].first { !$0.properties.isCaseIgnorable }
        return before?.properties.isCased ?? false && !(after?.properties.isCased ?? false)
    }
}

extension Unicode.Scalar.Properties {
    var isPythonLetter: Bool {
        switch generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }
}
