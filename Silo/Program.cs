using TimeMachine.Grains.Offline;

if (LogCommands.Run(args, Console.Out) is { } status)
{
    return status;
}

Console.Error.WriteLine("The node itself is not built yet. What there is:\n" + LogCommands.Usage);
return 2;
