using System.IO.Hashing;

namespace TimeMachine.Core.Jobs;

/// <summary>The name of a route: database and id as UTF-8, parted by a zero byte; ordered by its bytes.</summary>
public readonly struct RouteKey : IEquatable<RouteKey>, IComparable<RouteKey>
{
    /// <summary>The most bytes of a key.</summary>
    public const int BytesMax = (2 * JobKey.PartBytesMax) + 1;

    private readonly byte[]? _bytes;
    private readonly ulong _hash;

    private RouteKey(byte[] bytes)
    {
        _bytes = bytes;
        _hash = XxHash3.HashToUInt64(bytes);
    }

    /// <summary>The encoded key.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Whether this is no key.</summary>
    public bool IsEmpty => _bytes is null;

    /// <summary>The database's name.</summary>
    public string Database => System.Text.Encoding.UTF8.GetString(Bytes[..Bytes.IndexOf((byte)0)]);

    /// <summary>The route's id.</summary>
    public string Id => System.Text.Encoding.UTF8.GetString(Bytes[(Bytes.IndexOf((byte)0) + 1)..]);

    /// <summary>Makes a key.</summary>
    /// <exception cref="InvariantViolationException">A part is empty, too long, or holds a zero byte: the edge
    /// checks.</exception>
    public static RouteKey Of(string database, string id)
    {
        var isValid = TryDecode(System.Text.Encoding.UTF8.GetBytes(string.Concat(database, "\0", id)), out var key);
        Invariant.Require(isValid);
        return key;
    }

    /// <summary>Copies an encoded key.</summary>
    /// <returns>False if it does not have two parts within their limits.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out RouteKey key)
    {
        key = default;
        var cut = bytes.IndexOf((byte)0);
        var isCut = cut is > 0 and <= JobKey.PartBytesMax;
        if (!isCut || bytes.Length - cut - 1 is 0 or > JobKey.PartBytesMax || bytes[(cut + 1)..].Contains((byte)0))
        {
            return false;
        }

        key = new RouteKey(bytes.ToArray());
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(RouteKey other) => _hash == other._hash && Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RouteKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)_hash;

    /// <inheritdoc/>
    public int CompareTo(RouteKey other) => Bytes.SequenceCompareTo(other.Bytes);

    /// <inheritdoc/>
    public override string ToString() => IsEmpty ? "-" : $"{Database}/{Id}";

    /// <summary>Compares by the bytes.</summary>
    public static bool operator ==(RouteKey left, RouteKey right) => left.Equals(right);

    /// <summary>Compares by the bytes.</summary>
    public static bool operator !=(RouteKey left, RouteKey right) => !left.Equals(right);

    /// <summary>Compares by the bytes.</summary>
    public static bool operator <(RouteKey left, RouteKey right) => left.CompareTo(right) < 0;

    /// <summary>Compares by the bytes.</summary>
    public static bool operator >(RouteKey left, RouteKey right) => left.CompareTo(right) > 0;

    /// <summary>Compares by the bytes.</summary>
    public static bool operator <=(RouteKey left, RouteKey right) => left.CompareTo(right) <= 0;

    /// <summary>Compares by the bytes.</summary>
    public static bool operator >=(RouteKey left, RouteKey right) => left.CompareTo(right) >= 0;
}
