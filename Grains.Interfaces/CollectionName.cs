namespace TimeMachine.Grains.Interfaces;

/// <summary>A collection's full name, and its form as a grain's key: both parts percent-encoded, with a slash between.
/// </summary>
/// <param name="Database">The database's name.</param>
/// <param name="Collection">The collection's name.</param>
public readonly record struct CollectionName(string Database, string Collection)
{
    /// <summary>The key.</summary>
    public string ToKey() => Uri.EscapeDataString(Database) + "/" + Uri.EscapeDataString(Collection);

    /// <summary>Reads a key.</summary>
    /// <exception cref="FormatException">It does not have two parts.</exception>
    public static CollectionName Parse(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var cut = key.IndexOf('/', StringComparison.Ordinal);
        return cut < 0 || key.IndexOf('/', cut + 1) >= 0
            ? throw new FormatException("The key of a jobs grain is database/collection, both percent-encoded.")
            : new CollectionName(Uri.UnescapeDataString(key[..cut]), Uri.UnescapeDataString(key[(cut + 1)..]));
    }
}
