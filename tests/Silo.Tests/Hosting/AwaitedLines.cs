using System.Text;
using Microsoft.Extensions.Logging;

namespace TimeMachine.Silo.Tests.Hosting;

/// <summary>Keeps what a host logs, and lets a test wait for it.</summary>
internal sealed class AwaitedLines : ILoggerProvider, ILogger
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly StringBuilder _text = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> _awaited = [];

    /// <summary>All lines.</summary>
    public string All
    {
        get
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }

    /// <summary>Waits until a line has this text.</summary>
    public Task SeenAsync(string text)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_text)
        {
            _awaited.Add((text, seen));
            Tell();
        }

        return seen.Task.WaitAsync(Patience);
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        lock (_text)
        {
            _text.Append(logLevel).Append(": ").Append(formatter(state, exception)).Append('\n');
            Tell();
        }
    }

    public void Dispose()
    {
        // The lines stay readable.
    }

    private void Tell()
    {
        var text = _text.ToString();
        foreach (var (_, seen) in _awaited.Where(awaited => text.Contains(awaited.Text, StringComparison.Ordinal)))
        {
            seen.TrySetResult();
        }
    }
}
