namespace TimeMachine.Grains.Placement;

/// <summary>The key of a grain that lives on one node: <c>{name}@{node}</c>.</summary>
internal static class PinnedKey
{
    public static string Of(string name, string node) => $"{name}@{node}";

    /// <summary>The node of a key; the whole key if it names none.</summary>
    public static ReadOnlySpan<char> NodeOf(ReadOnlySpan<char> key) => key[(key.IndexOf('@') + 1)..];

    /// <summary>What stands before the node.</summary>
    public static ReadOnlySpan<char> NameOf(ReadOnlySpan<char> key) => key[..Math.Max(0, key.IndexOf('@'))];
}
