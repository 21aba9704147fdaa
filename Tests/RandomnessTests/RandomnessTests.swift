import Randomness
import Testing

struct RandomnessTests {
    /// First outputs for the state 1234567, as published with the reference C program (prng.di.unimi.it/splitmix64.c).
    @Test func `the generator is SplitMix64`() {
        var generator = SplitMix64(seed: 1_234_567)
        let published: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ]
        #expect(published.map { _ in generator.next() } == published)
    }

    /// The numbers that runs, masks and intervals of earlier versions came from.
    @Test func `streams, bounds and units are those of every earlier version`() {
        var stream = SplitMix64(seed: 3, stream: 5)
        #expect((0..<3).map { _ in stream.next(below: 1000) } == [854, 47, 674])
        var units = SplitMix64(seed: 9)
        #expect((0..<3).map { _ in units.unit() } == [0.6823627349789958, 0.7506948929582787, 0.2653224405991833])
    }

    /// FNV-1a of "a" and "foobar", as published by its authors; numbers are taken as eight bytes, the lowest first.
    @Test func `the hash is FNV-1a`() {
        #expect(StableHash.of([], "") == 0xCBF2_9CE4_8422_2325)
        #expect(StableHash.of([], "a") == 0xAF63_DC4C_8601_EC8C)
        #expect(StableHash.of([], "foobar") == 0x8594_4171_F739_67E8)
        #expect(StableHash.of([0x6867_6665_6463_6261], "") == StableHash.of([], "abcdefgh"))
    }
}
