import ArgumentParser
import Lifecycle
import StrictJSON

struct DoctorVerb: Verb {
    static let configuration = Shell.configuration(
        "doctor", "Check machine, registry, bases, declarations and policies; name what mends each fault.",
        example: "lora doctor")

    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let surroundings = Doctor.Surroundings(
            workingFolder: session.workingFolder, environment: session.environment, cache: session.cacheFolder)
        let findings = Doctor(
            session.registryLocation(place.registry), in: surroundings, on: session.occasion("found by doctor")
        ).run()
        if format.json {
            session.print(["checks": .array(findings.map(\.json))], as: "lora.doctor/1")
        } else {
            for finding in findings {
                session.console.say("\(mark(finding.state)) \(finding.check): \(finding.words)")
                if let mend = finding.mend { session.console.print("    mend: \(mend)") }
            }
        }
        if findings.contains(where: { $0.kind == .integrity }) { return .integrityFailure }
        return findings.contains { $0.state == .broken } ? .verificationFailed : .passed
    }

    private func mark(_ state: Doctor.Finding.State) -> String {
        switch state {
        case .fine: "✓"
        case .warning: "!"
        case .broken: "✗"
        }
    }
}
