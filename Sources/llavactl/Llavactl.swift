import ArgumentParser

@main
struct Llavactl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "llavactl")
}
