using System.Globalization;

namespace TimeMachine.Benchmarks.Storage;

/// <summary>What the kernel counts of this process.</summary>
internal static class ProcessFigures
{
    /// <summary>Bytes handed to the file system.</summary>
    public static long WrittenBytes() => Read("/proc/self/io", "wchar:");

    /// <summary>Memory in use.</summary>
    public static long ResidentBytes() => Read("/proc/self/status", "VmRSS:") * 1_024;

    private static long Read(string file, string name)
    {
        var line = File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal));
        var number = line[name.Length..].Replace("kB", string.Empty, StringComparison.Ordinal).Trim();
        return long.Parse(number, CultureInfo.InvariantCulture);
    }
}
