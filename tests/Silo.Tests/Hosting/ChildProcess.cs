using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace TimeMachine.Silo.Tests.Hosting;

/// <summary>A program of ours, in a process of its own. It ends with the test at the latest.</summary>
internal sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> _awaited = [];

    public ChildProcess(string dll, IEnumerable<string> args)
        : this("dotnet", [Path.Combine(AppContext.BaseDirectory, dll), .. args], new Dictionary<string, string>())
    {
    }

    public ChildProcess(string program, IEnumerable<string> args, IReadOnlyDictionary<string, string> variables)
    {
        var start = new ProcessStartInfo(program, args)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public bool HasEnded => _process.HasExited;

    /// <summary>All that it has printed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public void Kill() => _process.Kill();

    /// <summary>Asks it to stop, as a supervisor does.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start(
            "bash", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -TERM {_process.Id}")]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits for its end and all of its output.</summary>
    /// <returns>Its exit status.</returns>
    public async Task<int> StatusAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>Waits until it has printed something.</summary>
    public Task WaitForOutputAsync(string text)
    {
        lock (_output)
        {
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((text, seen));
            Tell();
            return seen.Task.WaitAsync(Patience);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private void Take(string? line)
    {
        lock (_output)
        {
            _output.Append(line).Append('\n');
            Tell();
        }
    }

    private void Tell()
    {
        var text = _output.ToString();
        foreach (var (_, seen) in _awaited.Where(awaited => text.Contains(awaited.Text, StringComparison.Ordinal)))
        {
            seen.TrySetResult();
        }
    }
}
