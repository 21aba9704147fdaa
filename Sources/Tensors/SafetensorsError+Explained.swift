import Faults

extension SafetensorsError: Explained {
    public var explanation: Explanation {
        Explanation(what, at: file + (tensor.map { ":\($0)" } ?? ""), next: next, kind: kind)
    }

    private var kind: FaultKind {
        switch reason {
        case .notRegular: .usage
        case .duplicateName, .wrongByteCount, .headerTooLargeToWrite: .runtime
        default: .integrity
        }
    }

    private var what: String {
        switch reason {
        case .notRegular(let kind): "Weights must be a regular file, but this is \(kind.rawValue)."
        case .tooShort(let bytes): "The file has \(bytes) bytes, too few for a safetensors header."
        case .headerTooLarge(let bytes, let limit): "The header claims \(bytes) bytes; \(limit) is the limit."
        case .headerBeyondFile(let bytes, let fileBytes):
            "The header claims \(bytes) bytes, but the whole file has \(fileBytes); it is cut short or no safetensors file."
        case .headerNotJSON(let error): "The header is not valid JSON. \(error.explanation.what)"
        case .headerNotObject: "The header does not begin with '{', so this is no safetensors file."
        case .badMetadata(let key): "The metadata value \"\(key)\" is not a string."
        default: whatOfTensor
        }
    }

    private var whatOfTensor: String {
        switch reason {
        case .badName: "A tensor has an empty or over-long name, or one with a NUL in it."
        case .badField(let field): "The tensor's \"\(field)\" is missing or malformed."
        case .unknownDType(let text): "The tensor's dtype '\(text)' is not known."
        case .tooManyDimensions(let count, let limit): "The tensor has \(count) dimensions; \(limit) is the limit."
        case .sizeOverflow(let shape, let dtype): "The shape \(shape) of \(dtype.rawValue) has no size that memory can hold."
        case .reversedRange(let begin, let end): "The tensor's bytes begin at \(begin), after their end at \(end)."
        case .sizeMismatch(let expected, let found, let shape, let dtype):
            "The shape \(shape) of \(dtype.rawValue) needs \(expected) bytes, but the tensor has \(found)."
        case .hole(let start, let end): "Bytes \(start) to \(end) of the data belong to no tensor."
        case .overlap(let other): "The tensor shares bytes with '\(other)'."
        case .beyondData(let end, let dataBytes):
            "The tensor ends at byte \(end) of the data, which has only \(dataBytes); the file is cut short."
        case .trailingData(let end, let dataBytes): "The tensors end at byte \(end) of the data, which has \(dataBytes)."
        case .missingTensor: "The tensor is missing."
        case .noNumbers(let dtype): "The tensor has dtype \(dtype.rawValue), which cannot be read as weights."
        case .duplicateName: "Two tensors to be written have this name."
        case .wrongByteCount(let expected, let found):
            "The tensor to be written has \(found) bytes, but its shape needs \(expected.map(String.init) ?? "more than memory holds")."
        case .headerTooLargeToWrite(let bytes, let limit): "The header would take \(bytes) bytes; \(limit) is the limit."
        default: ""
        }
    }

    private var next: String {
        switch reason {
        case .notRegular: "Name a .safetensors file."
        case .missingTensor(let nearest?): "The nearest name in the file is '\(nearest)'; check that it belongs to this model."
        case .missingTensor(nil): "Check that the file belongs to this model, or download it again."
        case .noNumbers: "Convert it to F32, F16 or BF16."
        case .duplicateName: "Give each tensor its own name."
        case .wrongByteCount, .headerTooLargeToWrite: "Please report this; it is a fault of the program."
        default: "Download the file again; if it stays like this, save it anew with the safetensors library."
        }
    }
}
