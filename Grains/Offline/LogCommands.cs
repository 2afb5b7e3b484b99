using TimeMachine.Storage.Files;
using TimeMachine.Storage.RaftLog;

namespace TimeMachine.Grains.Offline;

/// <summary>What the program can do with the log of a node that need not run: look at it, never change it.</summary>
public static class LogCommands
{
    /// <summary>How the commands are called.</summary>
    public const string Usage = """
        inspect DIRECTORY   prints the segments and groups of the node log in a directory
        verify DIRECTORY    checks every byte of it and names what is not as it was written; exit status 0 if nothing is
        """;

    /// <summary>Runs a command.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="output">Where it prints to.</param>
    /// <returns>The exit status: 0 if all is well, 1 if something is bad; null if it is none of these commands.
    /// </returns>
    public static int? Run(IReadOnlyList<string> args, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args is not [var verb, var directory])
        {
            return null;
        }

        var files = RealFileSystem.EndingTheProcess();
        return verb switch
        {
            "inspect" => StatusOf(LogInspector.Inspect(files, directory, output)),
            "verify" => StatusOf(LogInspector.Verify(files, directory, output)),
            _ => null,
        };
    }

    private static int StatusOf(bool isGood) => isGood ? 0 : 1;
}
