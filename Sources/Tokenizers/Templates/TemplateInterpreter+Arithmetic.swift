import Foundation

/// Python's arithmetic; integers that leave 64 bits are an error instead of growing.
extension TemplateInterpreter {
    func calculate(
        _ operation: TemplateArithmetic, _ first: TemplateExpression, _ second: TemplateExpression
    ) throws(ChatTemplateError) -> TemplateValue {
        let left = try evaluate(first)
        return try charged(try calculate(operation, left, try evaluate(second)))
    }

    func calculate(
        _ operation: TemplateArithmetic, _ left: TemplateValue, _ right: TemplateValue
    ) throws(ChatTemplateError) -> TemplateValue {
        if operation == .modulo, case .string(let format) = left {
            return .string(try PercentFormat(format, right, in: self).text())
        }
        if let first = left.integerValue, let second = right.integerValue { return try calculate(operation, first, second) }
        if let first = left.floatValue, let second = right.floatValue { return .float(try calculate(operation, first, second)) }
        if case .undefined(let undefined) = left { throw undefined.error }
        if case .undefined(let undefined) = right { throw undefined.error }
        if operation == .add, let sum = joined(left, right) { return sum }
        if operation == .multiply {
            if let product = try repeated(left, right) { return product }
            if let product = try repeated(right, left) { return product }
        }
        throw ChatTemplateError(
            .failed("unsupported operand types for \(operation.rawValue): '\(left.typeName)' and '\(right.typeName)'"))
    }

    private func joined(_ left: TemplateValue, _ right: TemplateValue) -> TemplateValue? {
        switch (left, right) {
        case (.string(let first), .string(let second)): .string(first + second)
        case (.list(let first), .list(let second)): .list(first + second)
        case (.tuple(let first), .tuple(let second)): .tuple(first + second)
        default: nil
        }
    }

    private func repeated(_ value: TemplateValue, _ times: TemplateValue) throws(ChatTemplateError) -> TemplateValue? {
        guard let times = times.integerValue.map({ max(0, $0) }) else { return nil }
        func charge(_ size: Int) throws(ChatTemplateError) {
            let (bytes, overflows) = size.multipliedReportingOverflow(by: times)
            try self.charge(bytes: overflows ? .max : bytes)
        }
        switch value {
        case .string(let text):
            try charge(text.utf8.count)
            return .string(String(repeating: text, count: text.isEmpty ? 0 : times))
        case .list(let elements):
            try charge(elements.count * MemoryLayout<TemplateValue>.stride)
            return .list(elements.repeated(times))
        case .tuple(let elements):
            try charge(elements.count * MemoryLayout<TemplateValue>.stride)
            return .tuple(elements.repeated(times))
        default: return nil
        }
    }

    private func calculate(_ operation: TemplateArithmetic, _ left: Int, _ right: Int) throws(ChatTemplateError) -> TemplateValue
    {
        let result: (partialValue: Int, overflow: Bool)
        switch operation {
        case .add: result = left.addingReportingOverflow(right)
        case .subtract: result = left.subtractingReportingOverflow(right)
        case .multiply: result = left.multipliedReportingOverflow(by: right)
        case .divide: return .float(try calculate(.divide, Double(left), Double(right)))
        case .floorDivide, .modulo:
            guard right != 0 else { throw ChatTemplateError(.failed("integer division or modulo by zero")) }
            guard right != -1 else {
                return operation == .modulo ? .integer(0) : try calculate(.subtract, 0, left)
            }
            let remainder = left % right
            let isRounded = remainder != 0 && (remainder < 0) != (right < 0)
            if operation == .modulo { return .integer(isRounded ? remainder + right : remainder) }
            return .integer(isRounded ? left / right - 1 : left / right)
        case .power:
            guard right >= 0 else { return .float(try calculate(.power, Double(left), Double(right))) }
            result = left.raised(to: right)
        }
        guard !result.overflow else { throw ChatTemplateError(.limit("an integer leaves the range of 64 bits")) }
        return .integer(result.partialValue)
    }

    private func calculate(_ operation: TemplateArithmetic, _ left: Double, _ right: Double) throws(ChatTemplateError) -> Double {
        switch operation {
        case .add: return left + right
        case .subtract: return left - right
        case .multiply: return left * right
        case .divide:
            guard right != 0 else { throw ChatTemplateError(.failed("division by zero")) }
            return left / right
        case .floorDivide, .modulo:
            guard right != 0 else { throw ChatTemplateError(.failed("float division or modulo by zero")) }
            var remainder = left.truncatingRemainder(dividingBy: right)
            if remainder != 0, (remainder < 0) != (right < 0) { remainder += right }
            return operation == .modulo ? remainder : ((left - remainder) / right).rounded()
        case .power:
            let power = pow(left, right)
            guard !(left == 0 && right < 0) else { throw ChatTemplateError(.failed("zero cannot be raised to a negative power")) }
            guard !power.isNaN || left.isNaN || right.isNaN else {
                throw ChatTemplateError(.failed("a negative number has no such power"))
            }
            return power
        }
    }

    func signed(_ value: TemplateValue, negative: Bool) throws(ChatTemplateError) -> TemplateValue {
        if case .undefined(let undefined) = value { throw undefined.error }
        if let integer = value.integerValue { return negative ? try calculate(.subtract, 0, integer) : .integer(integer) }
        guard case .float(let float) = value else {
            throw ChatTemplateError(.failed("'\(value.typeName)' has no sign"))
        }
        return .float(negative ? -float : float)
    }
}

extension Array {
    fileprivate func repeated(_ times: Int) -> [Element] {
        isEmpty ? [] : Array(repeatElement(self, count: times).joined())
    }
}

extension Int {
    /// `self` to a power that is not negative, by squaring.
    fileprivate func raised(to power: Int) -> (partialValue: Int, overflow: Bool) {
        guard self != 0, self != 1 else { return (power == 0 ? 1 : self, false) }
        guard self != -1 else { return (power % 2 == 0 ? 1 : -1, false) }
        guard power < 64 else { return (0, true) }
        var product = 1
        for _ in 0..<power {
            let (value, overflow) = product.multipliedReportingOverflow(by: self)
            if overflow { return (0, true) }
            product = value
        }
        return (product, false)
    }
}
