import Testing

@Suite("The doctor's findings against faults that were planted")
struct DataCheckTrialTests {
    /// `make data-check-test` plants a thousand in 20,000 rows.
    @Test("all but two in a hundred are named by kind and line, and sound rows are left alone")
    func planted() throws {
        let outcome = try BuiltProgram().runScript("data_check_trial.py", "--rows 2500 --faults 500 --seed 7")
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("passed: ") && outcome.output.contains("planted faults found"), "\(outcome.output)")
    }
}
