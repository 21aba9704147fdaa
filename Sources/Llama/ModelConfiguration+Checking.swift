import Foundation
import Tensors

extension ModelConfiguration {
    /// Throws unless a folder holds every weight of the model in its shape, with finite numbers; all of them are read.
    ///
    /// - Throws: `ModelFolderError` or `SafetensorsError`.
    public func checkWeights(in folder: URL) throws {
        let tensors = try ModelTensors(folder: folder)
        for parameter in parameters {
            if parameter.role == .matrix, NF4Matrix.isStored(parameter.name, in: tensors) {
                _ = try NF4Matrix(reading: parameter.name, from: tensors, rows: parameter.rows, columns: parameter.columns)
            } else {
                try tensors.check(parameter.name, shape: parameter.shape)
                try tensors.checkIsFloating(parameter.name)
                try tensors.checkFinite(parameter.name)
            }
        }
    }
}
