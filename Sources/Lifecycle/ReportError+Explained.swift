import Faults

extension ReportError: Explained {
    public var explanation: Explanation {
        switch self {
        case .noCurves(let version):
            Explanation(
                "\(version) brought no log of its training.",
                next: "Versions that are trained here have one; `lora show \(version)` says where it is from.",
                kind: .usage)
        case .noTrainerState(let path):
            Explanation(
                "The folder holds no trainer_state.json.", at: path,
                next: "Name a trained adapter's folder, or a version such as ticket-router@v2.",
                kind: .usage)
        case .exists(let path):
            Explanation(
                "Something stands there already.", at: path, next: "Name a place where nothing stands, or give --force.",
                kind: .usage
            )
        }
    }
}
