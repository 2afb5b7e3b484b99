using System.IO.Hashing;

namespace TimeMachine.Core.Jobs;

/// <summary>
/// The name of a job: database, collection and id as UTF-8, parted by zero bytes; ordered by its bytes.
/// </summary>
public readonly struct JobKey : IEquatable<JobKey>, IComparable<JobKey>
{
    /// <summary>The most bytes of one part: 256 code points.</summary>
    public const int PartBytesMax = 1024;

    /// <summary>The most bytes of a key.</summary>
    public const int BytesMax = (3 * PartBytesMax) + 2;

    private readonly byte[]? _bytes;
    private readonly ulong _hash;

    private JobKey(byte[] bytes)
    {
        _bytes = bytes;
        _hash = XxHash3.HashToUInt64(bytes);
    }

    /// <summary>The encoded key.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>XxHash3 of the encoded key: the same on every node and for ever.</summary>
    internal ulong Hash => _hash;

    /// <summary>Whether this is no key.</summary>
    public bool IsEmpty => _bytes is null;

    /// <summary>The database's name.</summary>
    public string Database => Part(0);

    /// <summary>The collection's name.</summary>
    public string Collection => Part(1);

    /// <summary>The job's id.</summary>
    public string Id => Part(2);

    /// <summary>Makes a key.</summary>
    /// <exception cref="InvariantViolationException">A part is empty, too long, or holds a zero byte: the edge
    /// checks.</exception>
    public static JobKey Of(string database, string collection, string id)
    {
        var text = string.Concat(database, "\0", collection) + "\0" + id;
        var isValid = TryDecode(System.Text.Encoding.UTF8.GetBytes(text), out var key);
        Invariant.Require(isValid);
        return key;
    }

    /// <summary>Copies an encoded key.</summary>
    /// <returns>False if it does not have three parts within their limits.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out JobKey key)
    {
        key = default;
        var parts = 1;
        var start = 0;
        for (var i = 0; i <= bytes.Length; i++)
        {
            if (i < bytes.Length && bytes[i] != 0)
            {
                continue;
            }

            if (i - start is 0 or > PartBytesMax)
            {
                return false;
            }

            start = i + 1;
            parts += i < bytes.Length ? 1 : 0;
        }

        if (parts != 3)
        {
            return false;
        }

        key = new JobKey(bytes.ToArray());
        return true;
    }

    /// <summary>The smallest key above another: for scans only, it names no job.</summary>
    public static JobKey After(JobKey key) => new([.. key.Bytes, 0]);

    /// <inheritdoc/>
    public bool Equals(JobKey other) => _hash == other._hash && Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is JobKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)_hash;

    /// <inheritdoc/>
    public int CompareTo(JobKey other) => Bytes.SequenceCompareTo(other.Bytes);

    /// <inheritdoc/>
    public override string ToString() => IsEmpty ? "-" : $"{Database}/{Collection}/{Id}";

    /// <summary>Compares by the bytes.</summary>
    public static bool operator ==(JobKey left, JobKey right) => left.Equals(right);

    /// <summary>Compares by the bytes.</summary>
    public static bool operator !=(JobKey left, JobKey right) => !left.Equals(right);

    /// <summary>Compares by the bytes.</summary>
    public static bool operator <(JobKey left, JobKey right) => left.CompareTo(right) < 0;

    /// <summary>Compares by the bytes.</summary>
    public static bool operator >(JobKey left, JobKey right) => left.CompareTo(right) > 0;

    /// <summary>Compares by the bytes.</summary>
    public static bool operator <=(JobKey left, JobKey right) => left.CompareTo(right) <= 0;

    /// <summary>Compares by the bytes.</summary>
    public static bool operator >=(JobKey left, JobKey right) => left.CompareTo(right) >= 0;

    private string Part(int number)
    {
        var rest = Bytes;
        for (; number > 0; number--)
        {
            rest = rest[(rest.IndexOf((byte)0) + 1)..];
        }

        var end = rest.IndexOf((byte)0);
        return System.Text.Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }
}
