using System.Collections;
using TimeMachine.Grains.Offline;
using TimeMachine.Silo.Configuration;
using TimeMachine.Silo.Hosting;

if (LogCommands.Run(args, Console.Out) is { } logStatus)
{
    return logStatus;
}

if (NewKey.Run(args, Console.Out) is { } keyStatus)
{
    return keyStatus;
}

if (args is ["--help" or "-h" or "help"])
{
    string[] usage = ["Runs a node, or one command.", "", CommandLine.Usage, LogCommands.Usage, NewKey.Usage];
    Console.WriteLine(string.Join('\n', usage));
    return SiloProcess.Stopped;
}

try
{
    var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "");
    var settings = SettingsReader.Read(args, variables);
    using var logs = LoggerFactory.Create(logging => SiloHost.AddLogging(logging, settings.Console));
    return await new SiloProcess(settings, logs.CreateLogger<SiloProcess>(), TimeProvider.System).RunAsync();
}
catch (BadSettingsException found)
{
    Console.Error.WriteLine(found.Message);
    Console.Error.WriteLine("The node was not started. --help and docs/settings.md say what can be set.");
    return SiloProcess.BadConfiguration;
}
