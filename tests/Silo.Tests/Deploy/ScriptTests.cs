using System.Globalization;
using System.Text.RegularExpressions;
using TimeMachine.Silo.Tests.Hosting;

namespace TimeMachine.Silo.Tests.Deploy;

/// <summary>The scripts of deploy, by themselves.</summary>
public sealed partial class ScriptTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "deploy");
    private static readonly Dictionary<string, string> Quick = new() { ["SUPERVISE_FIRST_MS"] = "10" };

    public static TheoryData<string> All => [.. Names];

    public static TheoryData<string> Commands => [.. Names.Where(name => name is not ("lib.sh" or "supervise.sh"))];

    private static IEnumerable<string> Names =>
        Directory.GetFiles(Folder, "*.sh").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_script_is_understood_by_bash(string name)
    {
        using var bash = new ChildProcess("bash", ["-n", Path.Combine(Folder, name)], Quick);

        Assert.Equal(0, await bash.StatusAsync());
        Assert.Equal("", bash.Output.Trim());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_script_needs_nothing_beside_bash_and_the_core_utilities(string name)
    {
        var code = File.ReadLines(Path.Combine(Folder, name)).Where(line => !line.TrimStart().StartsWith('#'));

        Assert.DoesNotContain(code, line => Foreign().IsMatch(line));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_script_that_is_asked_for_help_says_how_it_is_called_and_does_nothing(string name)
    {
        using var script = new ChildProcess(Path.Combine(Folder, name), ["-h"], Quick);

        Assert.Equal(2, await script.StatusAsync());
        Assert.Contains($"usage: {name}", script.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_supervisor_does_not_start_again_what_that_would_not_help(int status)
    {
        using var supervisor = Supervise($"echo born; exit {status}");

        Assert.Equal(status, await supervisor.StatusAsync());
        Assert.Equal(1, CountOf("born", supervisor.Output));
    }

    [Theory]
    [InlineData("exit 1", "status 1")]
    [InlineData("exit 4", "status 4")]
    [InlineData("exit 5", "status 5")]
    [InlineData("kill -9 $$", "status 137")]
    public async Task A_supervisor_starts_again_what_failed_or_was_killed(string end, string told)
    {
        using var supervisor = Supervise($"echo born; {end}");

        await supervisor.WaitForOutputAsync("started again in 40 ms");
        await supervisor.TerminateAsync();
        await supervisor.StatusAsync();

        Assert.True(CountOf("born", supervisor.Output) >= 3, supervisor.Output);
        Assert.Contains($"{told}, started again in 10 ms", supervisor.Output, StringComparison.Ordinal);
        Assert.Contains($"{told}, started again in 20 ms", supervisor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_supervisor_passes_the_signal_on_and_waits_for_the_end()
    {
        using var supervisor = Supervise(
            "trap 'echo leaving; exit 0' TERM; echo ready; while :; do sleep 0.05; done");

        await supervisor.WaitForOutputAsync("ready");
        await supervisor.TerminateAsync();

        Assert.Equal(0, await supervisor.StatusAsync());
        Assert.Equal(1, CountOf("leaving", supervisor.Output));
    }

    [Fact]
    public async Task A_supervisor_tells_the_number_of_the_process()
    {
        var file = Path.GetTempFileName();
        using var supervisor = new ChildProcess(
            Path.Combine(Folder, "supervise.sh"),
            ["bash", "-c", "echo $$; until [[ -s $0 ]]; do :; done; echo told $(< $0); exit 0", file],
            new Dictionary<string, string> { ["SUPERVISE_PID_FILE"] = file });

        Assert.Equal(0, await supervisor.StatusAsync());

        var lines = supervisor.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal($"told {int.Parse(lines[0], CultureInfo.InvariantCulture)}", lines[1]);
        Assert.False(File.Exists(file));
    }

    private static ChildProcess Supervise(string script) =>
        new(Path.Combine(Folder, "supervise.sh"), ["bash", "-c", script], Quick);

    private static int CountOf(string word, string text) => text.Split('\n').Count(line => line == word);

    [GeneratedRegex(@"(^|[;|&({]\s*|\$\()\s*(curl|wget|jq|sed|awk|grep|python3?|perl|nc|lsof|pgrep|pkill|killall)\b")]
    private static partial Regex Foreign();
}
