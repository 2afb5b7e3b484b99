namespace TimeMachine.Simulation.Checkers;

/// <summary>All violations of one run: every one is counted, the first <see cref="KeptMax"/> are kept.</summary>
/// <param name="trueNowUs">True time in microseconds since 1970.</param>
public sealed class ViolationLog(Func<long> trueNowUs)
{
    /// <summary>More violations than this are only counted: one bug can break a promise at each event.</summary>
    public const int KeptMax = 64;

    private readonly List<Violation> _kept = [];

    /// <summary>The first violations, oldest first.</summary>
    public IReadOnlyList<Violation> Kept => _kept;

    /// <summary>All violations.</summary>
    public long Count { get; private set; }

    /// <summary>The present true time in microseconds since 1970.</summary>
    public long NowUs => trueNowUs();

    /// <summary>Records a violation.</summary>
    public void Add(string checker, string text)
    {
        Count++;
        if (_kept.Count < KeptMax)
        {
            _kept.Add(new Violation(checker, text, trueNowUs()));
        }
    }

    /// <summary>Whether a checker of this name complained among the kept ones.</summary>
    public bool Has(string checker) => _kept.Exists(violation => violation.Checker == checker);
}
