using System.Globalization;

namespace TimeMachine.Api.Json;

/// <summary>Reads and writes times of RFC 3339.</summary>
internal static class Rfc3339
{
    private const int DateChars = 10;
    private const int TimeChars = 8;
    private const int SecondsEnd = DateChars + 1 + TimeChars;
    private const int FractionDigitsMax = 9;
    private const int ZoneChars = 6;
    private const long MsPerMinute = 60_000;

    /// <summary>Reads a time. What is finer than a millisecond is rounded up: nothing is due early.</summary>
    /// <param name="text">The time: <c>2030-01-01T12:00:00.250+02:00</c>.</param>
    /// <param name="ms">In ms since 1970.</param>
    public static bool TryParse(string text, out long ms)
    {
        ms = 0;
        if (text.Length <= SecondsEnd || text[DateChars] is not ('T' or 't'))
        {
            return false;
        }

        var plain = string.Concat(text.AsSpan(0, DateChars), "T", text.AsSpan(DateChars + 1)[..TimeChars]);
        if (!DateTime.TryParseExact(
                plain,
                "yyyy-MM-dd'T'HH:mm:ss",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out var seconds)
            || !TryReadFraction(text.AsSpan(SecondsEnd), out var fractionMs, out var zone)
            || !TryReadZone(zone, out var zoneMs))
        {
            return false;
        }

        ms = new DateTimeOffset(seconds).ToUnixTimeMilliseconds() + fractionMs - zoneMs;
        return true;
    }

    private static bool TryReadFraction(ReadOnlySpan<char> text, out long ms, out ReadOnlySpan<char> rest)
    {
        ms = 0;
        rest = text;
        if (text[0] != '.')
        {
            return true;
        }

        var digits = text[1..].IndexOfAnyExceptInRange('0', '9');
        if (digits is < 1 or > FractionDigitsMax)
        {
            return false;
        }

        var nanoseconds = 0L;
        for (var i = 0; i < FractionDigitsMax; i++)
        {
            nanoseconds = (nanoseconds * 10) + (i < digits ? text[1 + i] - '0' : 0);
        }

        ms = (nanoseconds + 999_999) / 1_000_000;
        rest = text[(1 + digits)..];
        return true;
    }

    private static bool TryReadZone(ReadOnlySpan<char> zone, out long ms)
    {
        ms = 0;
        if (zone is ['Z' or 'z'])
        {
            return true;
        }

        if (zone.Length != ZoneChars || zone[0] is not ('+' or '-') || zone[3] != ':'
            || !int.TryParse(zone[1..3], NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            || !int.TryParse(zone[4..6], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            || hours > 23 || minutes > 59)
        {
            return false;
        }

        ms = ((hours * 60) + minutes) * MsPerMinute * (zone[0] == '-' ? -1 : 1);
        return true;
    }
}
