import CCeilings
import CKernels
import COpenBLAS
import Foundation
import Tensors

/// Prints how fast each kernel runs on each path of this processor, on one core and on all, beside what the machine gives at most.
@main
struct KernelBench {
    static func main() {
        let wanted = Array(CommandLine.arguments.dropFirst())
        let cases = KernelCase.all.filter { item in wanted.isEmpty || wanted.contains { item.name.contains($0) } }
        let wantsDecoding = wanted.isEmpty || wanted.contains(where: "decoding".contains)
        guard !cases.isEmpty || wantsDecoding else {
            FileHandle.standardError.write(Data("kernel-bench: no kernel has a name like that\n".utf8))
            exit(2)
        }
        let cores = ProcessInfo.processInfo.activeProcessorCount
        print("\(KernelPath.supported.rawValue) at best, \(cores) cores; each number the best of \(Stopwatch.rounds) rounds.")
        print(
            "The ceiling is that of one core: its path's multiply-adds, or a copy of 256 MiB, which data in a cache may outrun.\n"
        )
        printCeilings(cores)
        if !cases.isEmpty { print("\n" + line("kernel", "path", "1 core", "\(cores) cores", "of the ceiling")) }
        for item in cases { print(rows(of: item, cores)) }
        if wantsDecoding { print("\n" + DecodingShare.text) }
    }

    private static func printCeilings(_ cores: Int) {
        print(line("ceiling", "path", "1 core", "\(cores) cores", ""))
        for path in KernelPath.available {
            print(
                line(
                    "multiply-adds in registers", path.rawValue, Ceilings.products(path, cores: 1).text,
                    Ceilings.products(path, cores: cores).text, ""))
        }
        print(
            line("OpenBLAS sgemm, 1024 × 1024 × 1024", "", Ceilings.sgemm(cores: 1).text, Ceilings.sgemm(cores: cores).text, ""))
        for (name, bytes) in Ceilings.copies {
            print(line(name, "", Ceilings.copy(bytes, cores: 1).text, Ceilings.copy(bytes, cores: cores).text, ""))
        }
    }

    private static func rows(of item: KernelCase, _ cores: Int) -> String {
        let paths = item.hasPaths ? KernelPath.available : [.portable]
        return paths.map { path in
            let (one, all) = (
                Stopwatch.rate(item, path.code, cores: 1), Stopwatch.rate(item, path.code, cores: cores)
            )
            let share = Int((100 * one.value / Ceilings.limit(of: one, path).value).rounded())
            return line(item.name, item.hasPaths ? path.rawValue : "", one.text, all.text, "\(share) %")
        }.joined(separator: "\n")
    }

    private static func line(_ cells: String...) -> String {
        zip(cells, [34, 12, 16, 16, 14]).map { text, width in
            width == 34 || width == 12
                ? text.padding(toLength: max(width, text.count), withPad: " ", startingAt: 0)
                : String(repeating: " ", count: max(0, width - text.count)) + text
        }.joined(separator: " ")
    }
}
