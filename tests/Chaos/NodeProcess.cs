using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TimeMachine.Chaos;

/// <summary>One node as a process, which is started again when it ends by itself or is killed.</summary>
internal sealed class NodeProcess : IDisposable
{
    private const int SigTerm = 15;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(60);
    private readonly IReadOnlyList<string> _arguments;
    private readonly StreamWriter _log;
    private readonly Lock _gate = new();
    private Process _process;
    private bool _isToRun = true;

    /// <summary>Starts it.</summary>
    /// <param name="name">The node.</param>
    /// <param name="restUrl">Its REST interface.</param>
    /// <param name="arguments">What dotnet is called with.</param>
    /// <param name="logFile">Takes what it prints.</param>
    public NodeProcess(string name, string restUrl, IReadOnlyList<string> arguments, string logFile)
    {
        (Name, RestUrl, _arguments) = (name, restUrl, arguments);
        _log = new StreamWriter(logFile, append: true) { AutoFlush = true };
        _process = Start();
        _ = SuperviseAsync();
    }

    /// <summary>The node's name.</summary>
    public string Name { get; }

    /// <summary>Its REST interface.</summary>
    public string RestUrl { get; }

    /// <summary>How often it was started again.</summary>
    public int Restarts { get; private set; }

    /// <summary>Ends the process at once, as a power cut would; it is started again.</summary>
    public void Kill()
    {
        lock (_gate)
        {
            _process.Kill();
        }
    }

    /// <summary>Ends the process in good order and for good.</summary>
    /// <exception cref="TimeoutException">It does not end within 60 s; it is killed.</exception>
    public async Task StopAsync()
    {
        lock (_gate)
        {
            _isToRun = false;
            if (!_process.HasExited)
            {
                Signal(_process.Id, SigTerm);
            }
        }

        try
        {
            await _process.WaitForExitAsync().WaitAsync(StopMax);
        }
        catch (TimeoutException)
        {
            _process.Kill();
            throw new TimeoutException($"{Name} did not stop within {StopMax.TotalSeconds:N0} s");
        }
    }

    /// <summary>Ends the process in good order; it is started again.</summary>
    public async Task RestartAsync()
    {
        var process = _process;
        Signal(process.Id, SigTerm);
        await process.WaitForExitAsync().WaitAsync(StopMax);
    }

    /// <summary>Kills it, if it still runs.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isToRun = false;
            if (!_process.HasExited)
            {
                _process.Kill();
            }
        }

        _process.WaitForExit();
        _log.Dispose();
    }

    private static void Signal(int process, int signal)
    {
        if (Send(process, signal) != 0)
        {
            throw new InvalidOperationException($"no signal reached process {process}");
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Send(int process, int signal);

    private Process Start()
    {
        var start = new ProcessStartInfo("dotnet", _arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Note(string? line)
    {
        if (line is not null)
        {
            lock (_log)
            {
                _log.WriteLine(line);
            }
        }
    }

    private async Task SuperviseAsync()
    {
        while (true)
        {
            await _process.WaitForExitAsync();
            Note($"ended with status {_process.ExitCode}");
            await Task.Delay(Pause);
            lock (_gate)
            {
                if (!_isToRun)
                {
                    return;
                }

                _process.Dispose();
                _process = Start();
                Restarts++;
            }
        }
    }
}
