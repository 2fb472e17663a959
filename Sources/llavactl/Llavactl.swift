import ArgumentParser
import Settings

@main
struct Llavactl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "llavactl")
    func run() async throws {
        let s = try SettingsLoader.load(configPath: "Config/llavad.yaml")
        print(s.database)
    }
}
