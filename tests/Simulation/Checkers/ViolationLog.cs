namespace TimeMachine.Simulation.Checkers;

/// <summary>All violations of one run: every one is counted, the first <see cref="KeptMax"/> are kept.</summary>
/// <param name="trueNowUs">True time in microseconds since 1970.</param>
/// <param name="report">Told of each one, by checker and text; may be null.</param>
public sealed class ViolationLog(Func<long> trueNowUs, Action<string, string>? report = null)
{
    /// <summary>More violations than this are only counted: one bug can break a promise at each event.</summary>
    public const int KeptMax = 64;

    private readonly List<Complaint> _kept = [];

    private readonly HashSet<string> _checkers = [];

    /// <summary>The first violations, oldest first.</summary>
    public IReadOnlyList<Complaint> Kept => _kept;

    /// <summary>All violations.</summary>
    public long Count { get; private set; }

    /// <summary>The present true time in microseconds since 1970.</summary>
    public long NowUs => trueNowUs();

    /// <summary>Records a violation.</summary>
    public void Add(string checker, string text)
    {
        Count++;
        _checkers.Add(checker);
        if (_kept.Count < KeptMax)
        {
            _kept.Add(new Complaint(checker, text, trueNowUs()));
            report?.Invoke(checker, text);
        }
    }

    /// <summary>Whether a checker of this name complained.</summary>
    public bool Has(string checker) => _checkers.Contains(checker);
}
