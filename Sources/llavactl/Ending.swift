import ArgumentParser
import Folders
import Glibc
import Hub
import LLaVA
import ModelFiles
import Pipeline
import Settings
import Storage

/// What a verb's error means to the person and to the script that called it.
struct Ending {
    /// The exit code.
    let code: Int32
    /// What to say, if anything.
    let message: String?
    /// Whether that is what was asked for, as `--help` is.
    let isAnswer: Bool

    init(of error: any Error) {
        isAnswer = Llavactl.exitCode(for: error) == .success
        let status: ExitStatus
        switch error {
        case let child as ExitCode:
            // The exit code of a program run for the user, such as psql.
            (code, message) = (child.rawValue, nil)
            return
        case let failure as CommandFailure:
            (status, message) = (failure.status, failure.sentence.map(Self.signed))
        case let failure as SettingsError:
            (status, message) = (.configuration, Self.signed(failure.description))
        case let failure as FolderError:
            // Folders that cannot be read are listed by the verbs; what arrives here is a pattern.
            (status, message) = (.usage, Self.signed(failure.description))
        case let failure as StorageError:
            (status, message) = (Self.status(of: failure), Self.signed(failure.description))
        case let failure as PipelineError:
            (status, message) = (.someFailed, Self.signed(failure.description))
        case let failure as EngineError:
            (status, message) = (.someFailed, Self.signed(failure.description))
        case let failure as HubError:
            let isUsage = failure.kind == .request
            (status, message) = (isUsage ? .usage : .someFailed, Self.signed(failure.description))
        case let failure as ModelFileError:
            (status, message) = (.someFailed, Self.signed(failure.description))
        case let failure as PictureFailure:
            (status, message) = (.someFailed, Self.signed(failure.description))
        default:
            // Only the argument parser's own errors are left: help, or wrong usage.
            status = isAnswer ? .done : .usage
            message =
                isAnswer ? Llavactl.fullMessage(for: error) : Self.signed(Self.usage(error))
        }
        code = status.rawValue
    }

    /// Says the message and ends the program.
    func leave() -> Never {
        if let message {
            if isAnswer { print(message) } else { complain(message) }
        }
        exit(code)
    }

    /// The parser's complaint as one sentence, and where to read more.
    private static func usage(_ error: any Error) -> String {
        var words = Llavactl.message(for: error).split(whereSeparator: \.isWhitespace)
            .joined(separator: " ")
        if words.hasSuffix(".") { words.removeLast() }
        let verbs = Llavactl.configuration.subcommands.compactMap { $0.configuration.commandName }
        let verb = CommandLine.arguments.dropFirst().first.flatMap { verbs.contains($0) ? $0 : nil }
        return words + ": see llavactl " + (verb.map { "help \($0)" } ?? "--help")
    }

    private static func signed(_ sentence: String) -> String { "llavactl: " + sentence }

    /// A refused statement is the request's fault, everything else the database's.
    private static func status(of error: StorageError) -> ExitStatus {
        switch error.kind {
        case .connection, .timeout, .schema, .embedded, .closed: .unavailable
        case .statement, .value: .someFailed
        }
    }
}
