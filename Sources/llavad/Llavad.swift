import ArgumentParser

@main
struct Llavad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "llavad")
}
