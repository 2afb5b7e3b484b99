using TimeMachine.Simulation.Checkers.Jobs;

namespace TimeMachine.Simulation.Workload;

/// <summary>Draws operations: which job, what to do, when it is due.</summary>
/// <param name="seed">The seed of the mix.</param>
/// <param name="options">The size and the mix.</param>
public sealed class JobDraws(ulong seed, WorkloadOptions options)
{
    private readonly Dictionary<string, CommandNumber> _versions = [];
    private readonly List<string> _recent = [];
    private const int OperationsAJob = 3;
    private const long ThinkMsMin = 200;
    private SplitMix64 _draws = new(seed);
    private ulong _tag;
    private long _stormMs;

    /// <summary>Draws the operation that a client does next.</summary>
    public JobPlan Next(long nowMs)
    {
        var at = _draws.Below(1_000);
        if (at < 430 || _recent.Count == 0)
        {
            return Writing(JobActionKind.Create, nowMs);
        }

        return at switch
        {
            < 570 => Writing(JobActionKind.Upsert, nowMs),
            < 710 => On(JobActionKind.Cancel),
            < 860 => On(JobActionKind.Get),
            < 940 => On(JobActionKind.RunNow),
            _ => On(JobActionKind.Redrive),
        };
    }

    /// <summary>Remembers a version that a client was told, for preconditions.</summary>
    public void Learned(string id, CommandNumber version) => _versions[id] = version;

    /// <summary>Draws whether something happens.</summary>
    public bool Chance(int perMille) => _draws.Chance(perMille, 1_000);

    /// <summary>Draws a time to think in milliseconds, so that all clients reach what is aimed at.</summary>
    /// <param name="nowMs">True time.</param>
    /// <param name="jobCount">The jobs made so far.</param>
    public long ThinkMs(long nowMs, int jobCount)
    {
        var usualMs = options.DurationMs * options.ClientCount / options.OperationsAimed;
        var leftMs = Math.Max(0, options.StartMs + options.DurationMs - nowMs);
        var operationsLeft = Math.Max(1, (options.JobsAimed - jobCount) * OperationsAJob);
        var meanMs = Math.Clamp(leftMs * options.ClientCount / operationsLeft, ThinkMsMin, usualMs);
        return _draws.Between(1, (2 * meanMs) - 1);
    }

    /// <summary>Draws a request id.</summary>
    public RequestId Request() => new(new UInt128(_draws.Next(), _draws.Next() | 1));

    private JobPlan Writing(JobActionKind kind, long nowMs)
    {
        var isHot = _draws.Chance(kind == JobActionKind.Create ? 150 : 500, 1_000);
        var id = isHot ? HotId() : kind == JobActionKind.Create ? FreshId() : KnownId();
        var afterMs = DueAfterMs(nowMs);
        var isDelay = afterMs > 0 && _draws.Chance(1, 4);
        return new JobPlan
        {
            Kind = kind,
            Id = id,
            TriggerMs = isDelay ? null : nowMs + afterMs,
            DelayMs = isDelay ? afterMs : null,
            Route = RouteCatalog.All[(int)_draws.Below(RouteCatalog.All.Count)].Plan.Route,
            Mode = _draws.Chance(8, 10) ? (byte)0 : (byte)_draws.Between(1, 2),
            Tag = _draws.Chance(1, 20) ? _tag : ++_tag,
            ExpireAfterMs = _draws.Chance(1, 8) ? _draws.Between(50, 20_000) : 0,
            IfMatch = kind == JobActionKind.Upsert ? Precondition(id) : default,
        };
    }

    private JobPlan On(JobActionKind kind)
    {
        var id = _draws.Chance(1, 3) ? HotId() : KnownId();
        return new JobPlan { Kind = kind, Id = id };
    }

    private CommandNumber Precondition(string id) => _draws.Below(10) switch
    {
        < 7 => default,
        < 9 => _versions.GetValueOrDefault(id),
        _ => new CommandNumber(-1),
    };

    /// <summary>
    /// Due at once or soon 30 %, within a minute 50 %, later 20 %; some in the past, some all on one second.
    /// </summary>
    private long DueAfterMs(long nowMs)
    {
        if (_draws.Chance(1, 25))
        {
            return -_draws.Between(1, 60_000);
        }

        if (_draws.Chance(1, 10))
        {
            _stormMs = _stormMs > nowMs ? _stormMs : ((nowMs / 1_000) * 1_000) + (_draws.Between(5, 20) * 1_000);
            return _stormMs - nowMs;
        }

        return _draws.Below(10) switch
        {
            < 3 => _draws.Between(0, 2_000),
            < 8 => _draws.Between(2_000, 60_000),
            _ => _draws.Between(60_000, 150_000),
        };
    }

    private string HotId() => $"hot-{_draws.Below(options.HotIdCount)}";

    private string FreshId()
    {
        var id = $"job-{_draws.Next():x16}";
        _recent.Add(id);
        return id;
    }

    private string KnownId() => _recent.Count == 0
        ? HotId()
        : _recent[(int)_draws.Between(Math.Max(0, _recent.Count - 64), _recent.Count - 1)];
}
