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
    Console.WriteLine("Runs a node, or one command.\n\n" + string.Join('\n', CommandLine.Usage, LogCommands.Usage, NewKey.Usage));
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
    return SiloProcess.BadConfiguration;
}
