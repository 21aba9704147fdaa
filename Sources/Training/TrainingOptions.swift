import Faults
import Llama
import StrictJSON
import Tensors

/// What somebody typed or declared about a training; nil where they said nothing.
public struct TrainingOptions: Sendable, Hashable {
    public var method: TrainingMethod?
    public var precision: Arithmetic?
    public var rank: Int?
    public var alpha: Double?
    public var dropout: Double?
    /// Only "none" is trained; anything else is refused by the plan.
    public var bias: String?
    public var targetModules: [TargetModule]?
    public var usesRSLoRA: Bool?
    public var batchSize: Int?
    public var accumulation: Int?
    /// Steps when 1 or more, a share of all steps below 1.
    public var warmup: Double?
    public var maxSteps: Int?
    public var epochs: Double?
    public var learningRate: Double?
    public var scheduler: SchedulerName?
    public var minimumLearningRate: Double?
    public var cycles: Int?
    public var weightDecay: Double?
    public var optimizer: OptimizerName?
    public var beta1: Double?
    public var beta2: Double?
    public var epsilon: Double?
    public var maxGradNorm: Double?
    public var seed: Int?
    public var maxLength: Int?
    public var gradientCheckpointing: Bool?
    /// Bytes.
    public var memoryBudget: Int?
    public var completionOnlyLoss: Bool?
    public var shuffle: Bool?
    public var chatDate: String?
    public var loggingSteps: Int?
    /// Steps when 1 or more, a share of all steps below 1.
    public var evalSteps: Double?
    public var saveSteps: Int?
    public var saveTotalLimit: Int?

    public init() {}

    /// Reads the members of an adapter file's training section.
    public init(declared members: JSONObject) throws(PlanError) {
        for (name, value) in members.members { try declare(name, value) }
    }

    private mutating func declare(_ name: String, _ value: JSONValue) throws(PlanError) {
        guard let option = TrainingOption(named: name) else {
            throw .unknownOption(name: name, nearest: nearestName(to: name, among: TrainingOption.allCases.map(\.rawValue)))
        }
        let reading = OptionReading(option: option, value: value)
        switch option {
        case .method: method = try reading.choice(TrainingMethod.self)
        case .precision: precision = try reading.choice(Arithmetic.self)
        case .rank: rank = try reading.integer()
        case .alpha: alpha = try reading.number()
        case .dropout: dropout = try reading.number()
        case .bias: bias = try reading.text()
        case .targetModules: targetModules = try reading.modules()
        case .usesRSLoRA: usesRSLoRA = try reading.flag()
        case .batchSize: batchSize = try reading.integer()
        case .accumulation: accumulation = try reading.integer()
        case .warmup: warmup = try reading.number()
        case .maxSteps: maxSteps = try reading.integer()
        case .epochs: epochs = try reading.number()
        case .learningRate: learningRate = try reading.number()
        case .scheduler: scheduler = try reading.choice(SchedulerName.self)
        case .minimumLearningRate: minimumLearningRate = try reading.number()
        case .cycles: cycles = try reading.integer()
        case .weightDecay: weightDecay = try reading.number()
        case .optimizer: optimizer = try reading.optimizer()
        case .beta1: beta1 = try reading.number()
        case .beta2: beta2 = try reading.number()
        case .epsilon: epsilon = try reading.number()
        case .maxGradNorm: maxGradNorm = try reading.number()
        case .seed: seed = try reading.integer()
        case .maxLength: maxLength = try reading.integer()
        case .gradientCheckpointing: gradientCheckpointing = try reading.flag()
        case .memoryBudget: memoryBudget = try reading.byteCount()
        case .completionOnlyLoss: completionOnlyLoss = try reading.flag()
        case .shuffle: shuffle = try reading.flag()
        case .chatDate: chatDate = try reading.text()
        case .loggingSteps: loggingSteps = try reading.integer()
        case .evalSteps: evalSteps = try reading.number()
        case .saveSteps: saveSteps = try reading.integer()
        case .saveTotalLimit: saveTotalLimit = try reading.integer()
        }
    }
}

/// One declared value on its way to the type of its option.
struct OptionReading {
    let option: TrainingOption
    let value: JSONValue

    private var refusal: PlanError { .notAllowed(option, value: value.stringValue ?? value.text()) }

    func integer() throws(PlanError) -> Int {
        guard let integer = value.intValue else { throw refusal }
        return integer
    }

    func number() throws(PlanError) -> Double {
        guard let number = value.doubleValue else { throw refusal }
        return number
    }

    func byteCount() throws(PlanError) -> Int {
        guard let bytes = value.intValue ?? value.stringValue.flatMap(ByteCount.init(_:))?.bytes else { throw refusal }
        return bytes
    }

    func flag() throws(PlanError) -> Bool {
        guard let flag = value.boolValue else { throw refusal }
        return flag
    }

    func text() throws(PlanError) -> String {
        guard let text = value.stringValue else { throw refusal }
        return text
    }

    func choice<Choice: RawRepresentable<String>>(_ type: Choice.Type) throws(PlanError) -> Choice {
        guard let choice = value.stringValue.flatMap(Choice.init(rawValue:)) else { throw refusal }
        return choice
    }

    func optimizer() throws(PlanError) -> OptimizerName {
        guard let name = value.stringValue, let optimizer = OptimizerName(rawValue: name) ?? OptimizerName.synonyms[name]
        else { throw refusal }
        return optimizer
    }

    /// A list of modules, one comma-separated text, or "all-linear" for all seven.
    func modules() throws(PlanError) -> [TargetModule] {
        if value.stringValue == "all-linear" { return TargetModule.allCases }
        let texts = value.stringValue?.split(separator: ",").map { $0.trimmingPrefix(" ") }.map(String.init)
        guard let names = texts ?? value.arrayValue?.map({ $0.stringValue ?? "" }) else { throw refusal }
        let modules = names.compactMap(TargetModule.init(rawValue:))
        guard modules.count == names.count else { throw refusal }
        return modules
    }
}
