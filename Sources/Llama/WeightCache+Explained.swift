extension WeightCache.Notice: CustomStringConvertible {
    public var description: String {
        switch self {
        case .refused(let file): "warning: \(file) is not what was written there; it is made again."
        case .unavailable(let file, let reason):
            "warning: quantized weights cannot be kept in \(file): \(reason). Going on without."
        case .busy(let file): "warning: another process has been making \(file) for ten minutes. Going on without."
        }
    }
}
