namespace TimeMachine.Benchmarks.Storage;

/// <summary>A directory on the disk that is measured; removed in the end.</summary>
internal sealed class ScratchDirectory : IDisposable
{
    public ScratchDirectory(BenchmarkOptions options, string name)
    {
        Path = System.IO.Path.Combine(options.Directory, $"bench-{name}-{Environment.ProcessId}");
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    /// <summary>The bytes of all files in it.</summary>
    public long Bytes => new DirectoryInfo(Path)
        .EnumerateFiles("*", SearchOption.AllDirectories).Sum(static file => file.Length);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
