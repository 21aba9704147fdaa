import Adapters
import ArgumentParser
import Lifecycle

/// All verbs. The command line, `lora>` and scripts parse through this one tree.
struct LoraCommand: ParsableCommand {
    static let version = ProgramVersion.current

    static let configuration = CommandConfiguration(
        commandName: "lora",
        abstract: "Keep fine-tuned adapters healthy: decide, train, prove, version, watch.",
        discussion: """
            Without a verb, `lora` opens the shell `lora>`; a script piped in runs line by line and stops at the first line \
            that does not exit 0.

            \(ExitStatus.table)
            """,
        version: version,
        subcommands: [
            ShouldFinetuneVerb.self, TrainVerb.self, EvaluateVerb.self, CompareVerb.self, SuiteVerb.self, ProbeVerb.self,
            RetrainCheckVerb.self, ScheduleVerb.self, PolicyVerb.self,
            CostVerb.self, LedgerVerb.self, SimulateVerb.self, ShouldRetireVerb.self, MigrateVerb.self,
            ListVerb.self,
            ShowVerb.self,
            HistoryVerb.self, WhyVerb.self, DiffVerb.self, ReportVerb.self, PlotVerb.self, PromoteVerb.self, RollbackVerb.self,
            AliasVerb.self,
            AdoptVerb.self, ExportVerb.self, MergeVerb.self, BaseVerb.self, DataVerb.self, DatasetVerb.self,
            CreateVerb.self, RenameVerb.self, ArchiveVerb.self, UnarchiveVerb.self, RetireVerb.self, PruneVerb.self,
            InitVerb.self,
            ScoreVerb.self,
            GenerateVerb.self, TokenizeVerb.self, DoctorVerb.self,
            VerifyVerb.self, VerifyEndpointVerb.self,
            RegistryVerb.self, PushVerb.self, PullVerb.self, BackupVerb.self, RestoreVerb.self,
            JobsVerb.self, AttachVerb.self, StopVerb.self, WatchVerb.self, ExplainVerb.self,
            CompleteVerb.self, ManualVerb.self, RunJobVerb.self,
        ])
}
