using System.Globalization;

namespace TimeMachine.Benchmarks.Storage;

/// <summary>What the benchmarks print.</summary>
internal static class Report
{
    /// <summary>Where it goes.</summary>
    public static TextWriter Output { get; set; } = Console.Out;

    public static void Title(FormattableString text)
    {
        Output.WriteLine();
        Line(text);
    }

    public static void Line(FormattableString text) => Output.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>A table's line: texts and numbers, each right in its column.</summary>
    public static void Cells(params ReadOnlySpan<(object Value, int Width)> cells)
    {
        foreach (var (value, width) in cells)
        {
            var text = value switch
            {
                double number => number.ToString(number < 100 ? "N2" : "N0", CultureInfo.InvariantCulture),
                IFormattable number => number.ToString("N0", CultureInfo.InvariantCulture),
                _ => value.ToString()!,
            };
            Output.Write(text.PadLeft(width));
        }

        Output.WriteLine();
    }

    public static void Verdict(bool isGood, FormattableString wanted) =>
        Output.WriteLine($"{(isGood ? "ok    " : "MISSED")}  {wanted.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>A percentile of sorted values; 0 if there are none.</summary>
    public static double Percentile(List<double> sorted, double percent) =>
        sorted.Count == 0 ? 0 : sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * percent / 100))];
}
