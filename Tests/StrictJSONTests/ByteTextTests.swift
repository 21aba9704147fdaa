import StrictJSON
import Testing

@Suite struct ByteTextTests {
    @Test func onlyTheSameBytesAreEqual() {
        #expect("\u{E9}" == "e\u{301}")
        #expect(ByteText("\u{E9}") != ByteText("e\u{301}"))
        #expect(ByteText("caf\u{E9}") == ByteText("caf\u{E9}"))
        #expect(Set([ByteText("\u{E9}"), ByteText("e\u{301}"), ByteText("\u{E9}")]).count == 2)
    }

    @Test func equalTextsHashAlikeHoweverTheyAreStored() {
        let native = "a rather long text, beyond what is kept inline"
        let joined = native.map(String.init).joined()
        #expect(ByteText(native).hashValue == ByteText(joined).hashValue)
    }
}
