import Adapters
import DurableFiles
import Foundation
import Registry
import Reports
import Training

/// The curves of a run as TensorBoard reads them, while it trains: `tensorboard --logdir registry/.state/tensorboard`.
///
/// One event file for each process that trained. It is a view and no evidence: what cannot be written is left out, and training goes on.
final class TensorBoardLog {
    private let folder: URL
    private var file: FileHandle?
    private var isLost = false

    init(of run: RunID, for adapter: AdapterName, in layout: RegistryLayout) {
        folder = layout.tensorBoard(of: run, for: adapter)
    }

    func add(_ event: TrainingEvent, at now: Timestamp) {
        let seconds = Double(now.secondsSinceEpoch)
        switch event {
        case .started(let step, _):
            begin(at: now)
            write(EventRecord.fileVersion(at: seconds) + EventRecord.start(at: seconds, step: step))
        case .step(let report):
            let values = [
                ("train/loss", report.loss), ("train/learning_rate", report.learningRate), ("train/grad_norm", report.gradNorm),
                ("train/epoch", report.epoch),
            ]
            write(EventRecord.scalars(values, at: seconds, step: report.step))
        case .evaluated(let evaluation, _):
            write(EventRecord.scalars([("eval/loss", evaluation.heldOutLoss)], at: seconds, step: evaluation.step))
        case .checkpoint, .escalated, .stopped: break
        }
    }

    /// A file for each process, as TensorBoard names them; the process keeps those apart that began in one second.
    private func begin(at now: Timestamp) {
        let name = "events.out.tfevents.\(now.secondsSinceEpoch).lora.\(ProcessInfo.processInfo.processIdentifier)"
        let place = folder.appending(path: name)
        do {
            try DurableFile.makeFolder(folder)
            if !FileManager.default.fileExists(atPath: place.path) {
                guard FileManager.default.createFile(atPath: place.path, contents: nil) else { throw FileError(.write, place) }
            }
            let file = try FileHandle(forWritingTo: place)
            try file.seekToEnd()
            self.file = file
        } catch {
            isLost = true
        }
    }

    private func write(_ record: Data) {
        guard !isLost else { return }
        do {
            try file?.write(contentsOf: record)
        } catch {
            // half a record would hide what comes after it
            isLost = true
        }
    }
}
