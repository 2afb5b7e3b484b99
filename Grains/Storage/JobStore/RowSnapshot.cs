using TimeMachine.Core.Replication;
using ZoneTree;

namespace TimeMachine.Storage.JobStore;

/// <summary>All rows of a replica as they were at one moment, in key order. Files that merges replaced stay on disk
/// until it is disposed of.</summary>
public sealed class RowSnapshot : IDisposable
{
    private readonly IZoneTreeIterator<Memory<byte>, Memory<byte>> _rows;

    internal RowSnapshot(IZoneTreeIterator<Memory<byte>, Memory<byte>> rows) => _rows = rows;

    /// <summary>Reads the next row.</summary>
    /// <returns>False behind the last.</returns>
    /// <exception cref="StoreDamagedException">It cannot be read, or its checksum does not match.</exception>
    public bool TryRead(out StoredRow row)
    {
        row = default;
        try
        {
            if (!_rows.Next())
            {
                return false;
            }

            row = new StoredRow(_rows.CurrentKey, RowTree.Checked(_rows.CurrentKey.Span, _rows.CurrentValue));
            return true;
        }
        catch (Exception error) when (RowTree.IsDamage(error))
        {
            throw RowTree.Damaged(error);
        }
    }

    /// <summary>Lets the files go.</summary>
    public void Dispose() => _rows.Dispose();
}
