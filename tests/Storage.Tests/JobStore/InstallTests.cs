using TimeMachine.Core.Node;
using TimeMachine.Simulation.Files;
using TimeMachine.Simulation.Kernel;
using TimeMachine.Storage.JobStore;

namespace TimeMachine.Storage.Tests.JobStore;

/// <summary>An image takes the place of a replica's rows as a whole, or not at all.</summary>
public sealed class InstallTests
{
    private const int Entries = 60;
    private const int EntriesBefore = 12;
    private const int PartBytes = 500;
    private static readonly List<ReadOnlyMemory<byte>> Script = JobScript.Draw(seed: 6, Entries, ids: 90);
    private static readonly (List<byte[]> Parts, UInt128 Hash) Image = MakeImage();

    [Fact]
    public void An_image_taken_while_writing_goes_on_is_the_rows_of_its_moment()
    {
        using var run = new ReplicaRun(new SimFileSystem());
        Script.Take(30).ToList().ForEach(entry => run.Apply(entry));
        run.BeginCheckpoint();
        using var snapshot = run.Store.Rows.Snapshot();
        var hash = run.Machine.ContentHash;
        Script.Skip(30).ToList().ForEach(entry => run.Apply(entry));
        run.Store.RunCheckpoint();
        run.Store.EndCheckpoint();
        var files = new SimFileSystem();

        Install(files, PartsOf(snapshot));

        using var copy = new ReplicaRun(files);
        Assert.Equal(30, copy.Applied.Value);
        Assert.Equal(hash, copy.Machine.ContentHash);
        Assert.Equal(hash, copy.Machine.RecomputeContentHash());
    }

    [Fact]
    public void What_the_image_replaced_goes_or_comes_back_as_the_replica_decides()
    {
        var files = new SimFileSystem();
        var before = Prepare(files);
        var (refused, _) = Finished(files);
        refused.Revert();
        using (var run = new ReplicaRun(files))
        {
            Assert.Equal(before, run.Machine.ContentHash);
        }

        var (taken, directory) = Finished(files);
        Assert.Contains(directory, files.Directories(ReplicaRun.Directory));
        taken.DeleteBefore();

        Assert.DoesNotContain(directory, files.Directories(ReplicaRun.Directory));
        using var installed = new ReplicaRun(files);
        Assert.Equal(Image.Hash, installed.Machine.ContentHash);
    }

    private static (ReplicaInstall Install, string Before) Finished(SimFileSystem files)
    {
        var before = Assert.Single(files.Directories(ReplicaRun.Directory));
        var install = ReplicaInstall.Begin(files, ReplicaRun.Directory, ReplicaRun.SmallOptions);
        Image.Parts.ForEach(part => Assert.Equal(ErrorCode.None, install.Take(part)));
        install.Finish()!.Dispose();
        return (install, before);
    }

    [Fact]
    public void An_image_that_is_cut_or_damaged_leaves_what_was()
    {
        var files = new SimFileSystem();
        var before = Prepare(files);
        using (var cut = ReplicaInstall.Begin(files, ReplicaRun.Directory, ReplicaRun.SmallOptions))
        {
            Image.Parts.SkipLast(1).ToList().ForEach(part => Assert.Equal(ErrorCode.None, cut.Take(part)));
            Assert.Null(cut.Finish());
        }

        using (var damaged = ReplicaInstall.Begin(files, ReplicaRun.Directory, ReplicaRun.SmallOptions))
        {
            var parts = Image.Parts.ConvertAll(static part => part.ToArray());
            parts[^1][^1] ^= 1;
            parts.SkipLast(1).ToList().ForEach(part => Assert.Equal(ErrorCode.None, damaged.Take(part)));
            Assert.Equal(ErrorCode.MalformedFormat, damaged.Take(parts[^1]));
            Assert.Null(damaged.Finish());
        }

        using var run = new ReplicaRun(files);
        Assert.Equal(before, run.Machine.ContentHash);
    }

    [Theory]
    [InlineData(CrashKind.ProcessKill)]
    [InlineData(CrashKind.DropAll)]
    [InlineData(CrashKind.KeepPrefix)]
    [InlineData(CrashKind.OutOfOrder)]
    [InlineData(CrashKind.TornTail)]
    public void A_crash_anywhere_leaves_the_rows_before_or_those_of_the_image(CrashKind kind)
    {
        var (old, done) = (0, 0);

        // Sparsely while the image comes in, and at each operation where it takes the place of the rows.
        for (var at = 1; at < 60; at++)
        {
            var isInstalled = at < 45 ? CrashAt(kind, "/rows-2/", at * 3) : CrashAt(kind, "/current", at - 44);
            old += isInstalled ? 0 : 1;
            done += isInstalled ? 1 : 0;
        }

        Assert.True(old > 20 && done > 5, $"{old} with the rows before, {done} with the image");
    }

    /// <summary>Lets the disk die at an operation, counted from the first on a path that has a part in it.</summary>
    private static bool CrashAt(CrashKind kind, string pathPart, int operation)
    {
        var draw = new SplitMix64((ulong)operation + 23);
        var files = new SimFileSystem();
        var before = Prepare(files);
        var seen = 0;
        files.Before = (kindOf, path) =>
        {
            var counts = seen > 0 || path.Contains(pathPart, StringComparison.Ordinal);
            if (kindOf != SimFileOperation.Read && counts && ++seen >= operation)
            {
                files.Kill();
                throw new IOException($"crash at {kindOf} of {path}");
            }
        };
        var isDone = TryInstall(files);
        files.Before = null;
        files.Restart(kind, ref draw);

        using var run = new ReplicaRun(files);

        var isInstalled = run.Applied.Value == Entries;
        Assert.True(isInstalled || !isDone);
        Assert.Equal(isInstalled ? Entries : EntriesBefore, run.Applied.Value);
        Assert.Equal(isInstalled ? Image.Hash : before, run.Machine.ContentHash);
        Assert.Equal(run.Machine.ContentHash, run.Machine.RecomputeContentHash());
        return isInstalled;
    }

    private static bool TryInstall(SimFileSystem files)
    {
        try
        {
            Install(files, Image.Parts);
            return true;
        }
        catch (Exception error) when (error is IOException or StoreDamagedException)
        {
            // The crash.
            return false;
        }
    }

    private static UInt128 Prepare(SimFileSystem files)
    {
        using var run = new ReplicaRun(files);
        Script.Take(EntriesBefore).ToList().ForEach(entry => run.Apply(entry));
        run.Checkpoint();
        return run.Machine.ContentHash;
    }

    private static void Install(SimFileSystem files, List<byte[]> parts)
    {
        files.CreateDirectory("/data/store");
        using var install = ReplicaInstall.Begin(files, ReplicaRun.Directory, ReplicaRun.SmallOptions);
        foreach (var part in parts)
        {
            Assert.Equal(ErrorCode.None, install.Take(part));
        }

        using var store = install.Finish();
        Assert.NotNull(store);
    }

    private static (List<byte[]> Parts, UInt128 Hash) MakeImage()
    {
        using var run = new ReplicaRun(new SimFileSystem());
        Script.ForEach(entry => run.Apply(entry));
        run.Checkpoint();
        using var snapshot = run.Store.Rows.Snapshot();
        return (PartsOf(snapshot), run.Machine.ContentHash);
    }

    private static List<byte[]> PartsOf(RowSnapshot snapshot)
    {
        var writer = new ImageWriter(snapshot);
        var parts = new List<byte[]>();
        for (var isLast = false; !isLast;)
        {
            var part = new byte[PartBytes];
            var length = writer.Fill(part, out isLast);
            parts.Add(part[..length]);
        }

        return parts;
    }
}
