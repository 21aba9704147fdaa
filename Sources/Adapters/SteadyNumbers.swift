extension Double {
    /// To nine decimals: what is equal on paper and differs by the arithmetic of floating point is equal here.
    public var steady: Double { (self * 1e9).rounded() / 1e9 }

    /// To six decimals, as records have it: far finer than any sample, and coarse enough to hide differences between mathematical
    /// libraries.
    public var recorded: Double { (self * 1e6).rounded() / 1e6 }
}
