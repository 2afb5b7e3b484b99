using System.Globalization;

namespace TimeMachine.StorageFaults;

/// <summary>One acknowledgement of the writer, as it tells it on its standard output.</summary>
/// <param name="IsCancel">Whether a cancel won; else a create made its job.</param>
/// <param name="VNode">The job's vnode.</param>
/// <param name="Number">The job's number in the vnode.</param>
/// <param name="Version">The job's version.</param>
public readonly record struct Acknowledged(bool IsCancel, int VNode, long Number, long Version)
{
    /// <summary>The line that tells it.</summary>
    public string Line => string.Create(
        CultureInfo.InvariantCulture, $"{(IsCancel ? 'x' : 'c')} {VNode} {Number} {Version}");

    /// <summary>Reads a line; false if it is none of these.</summary>
    public static bool TryParse(string line, out Acknowledged acknowledged)
    {
        ArgumentNullException.ThrowIfNull(line);
        acknowledged = default;
        var parts = line.Split(' ');
        var invariant = CultureInfo.InvariantCulture;
        if (parts.Length != 4 || parts[0] is not ("c" or "x")
            || !int.TryParse(parts[1], invariant, out var vnode)
            || !long.TryParse(parts[2], invariant, out var number)
            || !long.TryParse(parts[3], invariant, out var version))
        {
            return false;
        }

        acknowledged = new Acknowledged(parts[0] == "x", vnode, number, version);
        return true;
    }
}
