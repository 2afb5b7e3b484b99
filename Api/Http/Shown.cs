using System.Text;

namespace TimeMachine.Api.Http;

/// <summary>Parts of a request that an error repeats: short, and nothing that a terminal would act on.</summary>
internal static class Shown
{
    private const int CharsMax = 64;

    /// <summary>The name of a field or parameter that is not known.</summary>
    public static string Name(string name)
    {
        var shown = new StringBuilder();
        foreach (var rune in name.EnumerateRunes())
        {
            if (shown.Length >= CharsMax)
            {
                return shown.Append('…').ToString();
            }

            shown.Append(Rune.IsControl(rune) ? "\ufffd" : rune.ToString());
        }

        return shown.Length == 0 ? "(empty)" : shown.ToString();
    }
}
