using System.Globalization;
using TimeMachine.Core.Jobs;

namespace TimeMachine.Grains.Routing;

/// <summary>Where a page begins.</summary>
/// <param name="VNode">The vnode.</param>
/// <param name="After">The job to begin behind; empty for the vnode's first.</param>
internal sealed record ListCursor(int VNode, JobKey After)
{
    /// <summary>The form for clients: the vnode, and the job's key in base64 for addresses.</summary>
    public string Encode() => string.Create(CultureInfo.InvariantCulture, $"{VNode}.") + (After.IsEmpty
        ? ""
        : Convert.ToBase64String(After.Bytes).Replace('+', '-').Replace('/', '_').TrimEnd('='));

    /// <summary>Reads a cursor of a client; null if it is none.</summary>
    public static ListCursor? Decode(string text, string database, string collection, int vnodeCount)
    {
        var cut = text.IndexOf('.', StringComparison.Ordinal);
        var number = text.AsSpan(0, Math.Max(0, cut));
        if (cut < 0 || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var vnode)
            || vnode >= vnodeCount)
        {
            return null;
        }

        if (cut == text.Length - 1)
        {
            return new ListCursor(vnode, default);
        }

        var base64 = text[(cut + 1)..].Replace('-', '+').Replace('_', '/');
        base64 += new string('=', (4 - (base64.Length % 4)) % 4);
        var bytes = new byte[base64.Length];
        var isKey = Convert.TryFromBase64String(base64, bytes, out var length)
            && JobKey.TryDecode(bytes.AsSpan(0, length), out _);
        if (!isKey)
        {
            return null;
        }

        JobKey.TryDecode(bytes.AsSpan(0, length), out var key);
        var isOfCollection = key.Database == database && key.Collection == collection;
        return isOfCollection ? new ListCursor(vnode, key) : null;
    }
}
