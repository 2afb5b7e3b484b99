using System.Text;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Grains.Front;

/// <summary>Checks a name.</summary>
internal static class NameCheck
{
    public static ErrorReply? Of(string field, string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return Replies.Invalid(field, "must not be empty");
        }

        if (name is "." or "..")
        {
            return Replies.Invalid(field, "must not be '.' or '..'");
        }

        var count = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            count++;
            if (Rune.IsControl(rune))
            {
                return Replies.Invalid(field, "must not hold control characters");
            }
        }

        return count > Limits.NameCodePointsMax
            ? Replies.Invalid(field, $"must have at most {Limits.NameCodePointsMax} code points")
            : IsPaired(name) ? null : Replies.Invalid(field, "must be valid Unicode");
    }

    /// <summary>A half of a surrogate pair alone would not come back as it was.</summary>
    private static bool IsPaired(string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsHighSurrogate(name[i]) && i + 1 < name.Length && char.IsLowSurrogate(name[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(name[i]))
            {
                return false;
            }
        }

        return true;
    }
}
