namespace TimeMachine.Core.Node;

/// <summary>The form of an image: see docs/formats/image.md.</summary>
internal static class ImageFormat
{
    /// <summary>The version written today.</summary>
    public const byte Version = 1;

    /// <summary>Stands before a row.</summary>
    public const byte Row = 1;

    /// <summary>Stands behind the last row, before the checksum.</summary>
    public const byte End = 0;

    /// <summary>The bytes of the checksum.</summary>
    public const int ChecksumBytes = 4;

    /// <summary>The longest key that is read.</summary>
    public const int KeyBytesMax = 64 * 1024;

    /// <summary>The longest value that is read.</summary>
    public const int ValueBytesMax = 64 * 1024 * 1024;
}
