using System.Buffers.Binary;
using TimeMachine.Core.Encoding;
using TimeMachine.Core.Jobs;
using TimeMachine.Core.Replication;
using TimeMachine.Storage.Files;
using ZoneTree;
using ZoneTree.Comparers;
using ZoneTree.Options;
using ZoneTree.Serializers;

namespace TimeMachine.Storage.JobStore;

/// <summary>
/// The rows of one replica in a ZoneTree. One thread writes and reads; merges run beside it on another. The Raft log is
/// the write-ahead log: what a crash leaves is exactly the rows as of the last finished merge.
/// </summary>
/// <remarks>
/// Each value carries a CRC32C over key and value, since ZoneTree's data blocks have none. There is one level on disk
/// and never a bottom segment: their merge can bring deleted rows back after a crash.
/// </remarks>
public sealed class RowTree : IRowStore, IDisposable
{
    private const int CrcBytes = 4;

    /// <summary>What a row costs in memory beside its bytes: its place in the tree, as measured.</summary>
    private const int RowOverheadBytes = 48;

    /// <summary>Ids that may be known beyond what is kept, before they are collected anew.</summary>
    private const int IdsSpare = 65_536;

    private readonly IZoneTree<Memory<byte>, Memory<byte>> _tree;
    private readonly TreeFiles _files;
    private readonly TreeLog _log;
    private readonly JobStoreOptions _options;
    private readonly string _directory;
    private readonly RowMemory _memory = new();
    private byte[] _probe = new byte[256];
    private MergeFilter? _filter;
    private List<Memory<byte>>? _idsSinceMove;

    private RowTree(
        IZoneTree<Memory<byte>, Memory<byte>> tree,
        TreeFiles files,
        TreeLog log,
        JobStoreOptions options,
        string directory)
    {
        _tree = tree;
        _files = files;
        _log = log;
        _options = options;
        _directory = directory;
        Ids = new IdFilter(options.FilterBitsPerId);
    }

    /// <inheritdoc/>
    public long FreshBytes { get; private set; }

    /// <summary>Segments in memory that wait to be merged.</summary>
    public int WaitingSegments => _tree.Maintenance.ReadOnlySegmentsCount;

    /// <summary>What tells new ids; it knows at least the ids of all job rows here.</summary>
    public IdFilter Ids { get; private set; }

    /// <summary>Rows on disk and in memory, superseded and deleted ones counted too.</summary>
    public long RecordCount => _tree.Maintenance.TotalRecordCount;

    /// <summary>Opens the rows as of the last finished merge, or an empty tree; removes what a crash left behind.
    /// </summary>
    /// <param name="files">The disk.</param>
    /// <param name="directory">The tree's own directory.</param>
    /// <param name="options">The settings; those that shape files hold for new segments.</param>
    /// <exception cref="StoreDamagedException">It cannot be opened.</exception>
    public static RowTree Open(IFileSystem files, string directory, JobStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var treeFiles = new TreeFiles(files);
        var log = new TreeLog();
        RowTree? opened = null;
        try
        {
            var factory = new ZoneTreeFactory<Memory<byte>, Memory<byte>>(treeFiles)
                .SetDataDirectory(directory)
                .SetWriteAheadLogDirectory(Path.Combine(directory, "wal"))
                .SetLogger(log)
                .SetComparer(new ByteArrayLexicographicComparerAscending())
                .SetKeySerializer(new ByteArraySerializer())
                .SetValueSerializer(new ByteArraySerializer())
                .Configure(tree => Configure(tree, options));
            factory.Options.MergeFilterFactory = _ => opened?._filter;
            opened = new RowTree(factory.OpenOrCreate(), treeFiles, log, options, directory);
            opened.DeleteOrphans();
            return opened;
        }
        catch (Exception error) when (
            error is not (SyncFailedException or StorageFullException or OutOfMemoryException))
        {
            // ZoneTree has no exception of its own for damage: whatever it throws here, the rows are not usable.
            opened?.Dispose();
            throw new StoreDamagedException($"the rows in '{directory}' do not open", error);
        }
    }

    /// <inheritdoc/>
    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        value = default;
        if (IsJob(key) && !Ids.MayHaveRow(key))
        {
            return false;
        }

        var probe = Probe(key);
        try
        {
            if (!_tree.TryGet(in probe, out var stored))
            {
                return false;
            }

            value = Checked(key, stored);
            return true;
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw Damaged(error);
        }
    }

    /// <inheritdoc/>
    public void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var copy = Copied(key);
        var stored = _memory.Take(CrcBytes + value.Length);
        value.CopyTo(stored.Span[CrcBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(stored.Span, CrcOf(key, value));
        _tree.Upsert(in copy, in stored);
        if (IsJob(key))
        {
            Ids.AddRow(key);
            _idsSinceMove?.Add(copy);
        }

        FreshBytes += key.Length + stored.Length + RowOverheadBytes;
    }

    /// <inheritdoc/>
    public void Delete(ReadOnlySpan<byte> key)
    {
        var copy = Copied(key);
        _tree.ForceDelete(in copy);
        FreshBytes += key.Length + RowOverheadBytes;
    }

    /// <inheritdoc/>
    public void Scan(ReadOnlySpan<byte> from, ReadOnlySpan<byte> toExclusive, int rowsMax, List<StoredRow> into)
    {
        ArgumentNullException.ThrowIfNull(into);
        try
        {
            using var rows = _tree.CreateIterator(
                IteratorType.NoRefresh, includeDeletedRecords: false, contributeToTheBlockCache: true);
            Memory<byte> first = from.ToArray();
            rows.Seek(in first);
            while (rowsMax-- > 0 && rows.Next() && rows.CurrentKey.Span.SequenceCompareTo(toExclusive) < 0)
            {
                into.Add(new StoredRow(rows.CurrentKey, Checked(rows.CurrentKey.Span, rows.CurrentValue)));
            }
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw Damaged(error);
        }
    }

    /// <summary>
    /// Sets aside what was written since the last call, to be merged: the rows as they are now will be what a crash
    /// leaves, once <see cref="Merge"/> has succeeded. Called between two entries, by the thread that writes.
    /// </summary>
    /// <param name="filter">Which rows the merge drops; the default drops none.</param>
    /// <param name="rowsKept">How many job rows there are about; the ids are collected anew if far more were added.
    /// </param>
    /// <exception cref="StorageFullException">There is no room; nothing is set aside.</exception>
    public void MoveForward(PurgeFilter filter, long rowsKept)
    {
        _files.ReserveCatalogue();
        var isPurging = Ids.Count > (2 * rowsKept) + IdsSpare;
        _idsSinceMove = isPurging ? [] : null;
        _filter = new MergeFilter(filter, isPurging ? new IdFilter(_options.FilterBitsPerId, rowsKept) : null);
        _tree.Maintenance.MoveMutableSegmentForward();
        FreshBytes = 0;
    }

    /// <summary>The merge of what <see cref="MoveForward"/> set aside has succeeded; what a snapshot has set aside
    /// since waits for the next one. Called by the thread that writes.</summary>
    public void EndMerge()
    {
        if (_filter?.Ids is { } ids && _idsSinceMove is { } since)
        {
            since.ForEach(key => ids.AddRow(key.Span));
            Ids = ids;
        }

        _filter = null;
        _idsSinceMove = null;
    }

    /// <summary>Takes a filter that a checkpoint saved.</summary>
    /// <param name="ids">It knows at least the ids of all job rows here.</param>
    internal void TakeIds(IdFilter ids) => Ids = ids;

    /// <summary>Collects the ids from the rows.</summary>
    internal void CollectIds()
    {
        Ids = new IdFilter(_options.FilterBitsPerId, RecordCount / 2);
        try
        {
            using var rows = _tree.CreateIterator(
                IteratorType.NoRefresh, includeDeletedRecords: false, contributeToTheBlockCache: false);
            Memory<byte> first = new[] { RowSpace.Jobs };
            rows.Seek(in first);
            while (rows.Next() && IsJob(rows.CurrentKey.Span))
            {
                Ids.AddRow(rows.CurrentKey.Span);
            }
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw Damaged(error);
        }
    }

    /// <summary>Merges what was set aside. Takes seconds for a large tree; called on another thread than the one that
    /// writes, one at a time.</summary>
    /// <exception cref="StorageFullException">The disk has no room; what the merge wrote is removed.</exception>
    /// <exception cref="StoreDamagedException">It failed each time it was tried.</exception>
    public void Merge()
    {
        for (var tries = 0; WaitingSegments > 0; tries++)
        {
            var result = MergeResult.SUCCESS;
            MergeOperationEnded<Memory<byte>, Memory<byte>> ended = (_, ending) => result = ending;
            _tree.Maintenance.OnMergeOperationEnded += ended;
            _tree.Maintenance.StartMergeOperation()?.Join();
            _tree.Maintenance.OnMergeOperationEnded -= ended;
            var error = _log.TakeError();
            if (result == MergeResult.SUCCESS && error is null)
            {
                continue;
            }

            // After a failed sync nobody knows what is on the disk: nothing is touched any more.
            if (error is not SyncFailedException)
            {
                DeleteOrphans();
            }

            if (error is StorageFullException or SyncFailedException)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
            }

            if (tries >= _options.MergeRetries)
            {
                throw new StoreDamagedException($"the rows in '{_directory}' do not merge: {result}", error!);
            }
        }
    }

    /// <summary>Begins to read all rows as they are now, in key order, while writing goes on. Called by the thread that
    /// writes; read by any one thread.</summary>
    /// <exception cref="StorageFullException">There is no room: a snapshot sets aside what is in memory.</exception>
    public RowSnapshot Snapshot()
    {
        _files.ReserveCatalogue();
        return new RowSnapshot(_tree.CreateIterator(
            IteratorType.Snapshot, includeDeletedRecords: false, contributeToTheBlockCache: false));
    }

    /// <summary>Drops blocks from memory that were not read lately.</summary>
    /// <returns>How many.</returns>
    public int ReleaseBlocks()
    {
        var dropped = _tree.Maintenance.ReleaseReadBuffers(
            Environment.TickCount64 - (_options.BlockIdleSeconds * 1_000L));
        _tree.Maintenance.ReleaseCircularKeyCacheRecords();
        _tree.Maintenance.ReleaseCircularValueCacheRecords();
        return dropped;
    }

    /// <summary>Closes the files. What was not merged is not on disk: the log has it.</summary>
    public void Dispose() => _tree.Dispose();

    // The tree keeps no key that is looked up.
    private Memory<byte> Probe(ReadOnlySpan<byte> key)
    {
        if (_probe.Length < key.Length)
        {
            _probe = new byte[2 * key.Length];
        }

        key.CopyTo(_probe);
        return _probe.AsMemory(0, key.Length);
    }

    private Memory<byte> Copied(ReadOnlySpan<byte> key)
    {
        var copy = _memory.Take(key.Length);
        key.CopyTo(copy.Span);
        return copy;
    }

    internal static ReadOnlyMemory<byte> Checked(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> stored)
    {
        if (stored.Length < CrcBytes)
        {
            throw new StoreDamagedException("a row has no checksum");
        }

        var value = stored[CrcBytes..];
        return BinaryPrimitives.ReadUInt32LittleEndian(stored.Span) == CrcOf(key, value.Span)
            ? value
            : throw new StoreDamagedException("a row's checksum does not match");
    }

    /// <summary>Whether what a read threw says that the rows cannot be trusted.</summary>
    /// <remarks>ZoneTree has no exception of its own for bytes that make no sense.</remarks>
    internal static bool IsDamage(Exception error) => error is not (
        StoreDamagedException or OutOfMemoryException or ObjectDisposedException or InvariantViolationException);

    internal static StoreDamagedException Damaged(Exception error) => new("the rows cannot be read", error);

    private static uint CrcOf(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        Crc32C.Of(value, Crc32C.Of(key));

    private static void Configure(ZoneTreeOptions<Memory<byte>, Memory<byte>> tree, JobStoreOptions options)
    {
        tree.AllowUnsafeOptionValues = true;
        tree.WriteAheadLogOptions.WriteAheadLogMode = WriteAheadLogMode.None;
        tree.MutableSegmentMaxItemCount = int.MaxValue;
        tree.MutableSegmentBloomFilterBitsPerItem = 0;
        tree.DiskSegmentMaxItemCount = int.MaxValue;
        tree.DiskSegmentOptions.DiskSegmentMode = DiskSegmentMode.MultiPartDiskSegment;
        tree.DiskSegmentOptions.CompressionMethod = CompressionMethod.LZ4;
        tree.DiskSegmentOptions.CompressionLevel = 0;
        tree.DiskSegmentOptions.CompressionBlockSize = options.BlockKib * 1_024;
        tree.DiskSegmentOptions.MinimumRecordCount = options.PartRowsMin;
        tree.DiskSegmentOptions.MaximumRecordCount = options.PartRowsMax;
        tree.DiskSegmentOptions.DefaultSparseArrayStepSize = options.SparseStep;
    }

    /// <summary>Removes every file that no segment of the tree names. A torn one would cost the next merge gigabytes.
    /// </summary>
    private void DeleteOrphans()
    {
        var live = new HashSet<string>(StringComparer.Ordinal) { "0.json", "0.meta.wal" };
        foreach (var file in _tree.Maintenance.DiskSegment.GetFiles())
        {
            live.Add(file.FileName);
        }

        _files.DeleteOthers(_directory, live);
    }

    private static bool IsJob(ReadOnlySpan<byte> key) => key.Length > 0 && key[0] == RowSpace.Jobs;

    private sealed class MergeFilter(PurgeFilter filter, IdFilter? ids) : IMergeFilter<Memory<byte>, Memory<byte>>
    {
        /// <summary>Takes the ids of all job rows that stay; null if they are not wanted.</summary>
        public IdFilter? Ids => ids;

        public bool Keep(in Memory<byte> key, in Memory<byte> value)
        {
            // Without floors nothing goes: the rows may be no jobs, and mean something else.
            var row = Checked(key.Span, value);
            if (filter != default && filter.IsBelowFloor(key.Span, row.Span))
            {
                return false;
            }

            if (ids is not null && IsJob(key.Span))
            {
                ids.AddRow(key.Span);
            }

            return true;
        }

        // A part that nothing was written to is kept unread, unless its ids are wanted.
        public bool CanSkipPart(in Memory<byte> firstKey) => ids is null;
    }
}
