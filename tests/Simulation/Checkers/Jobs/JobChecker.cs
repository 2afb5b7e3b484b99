using TimeMachine.Simulation.Checkers.Linearizability;
using TimeMachine.Simulation.Checkers.Raft;

namespace TimeMachine.Simulation.Checkers.Jobs;

/// <summary>
/// Follows each job through the committed commands with an oracle of its own, and judges what was sent.
/// </summary>
/// <remarks>Facts are reported once, in log order, when <see cref="RaftChecker.Applied"/> tells that an index is
/// new.</remarks>
public sealed partial class JobChecker
{
    private readonly JobCheckOptions _options;
    private readonly ViolationLog _violations;
    private readonly ReachCounters _reach;
    private readonly RaftChecker _raft;
    private readonly RouteHistory _routes;
    private readonly Dictionary<string, KeyRecord> _keys = [];
    private readonly Dictionary<(GroupId Group, CommandNumber Version), VersionRecord> _versions = [];
    private readonly Dictionary<(GroupId Group, CommandNumber Claim), ClaimRecord> _claims = [];
    private readonly Dictionary<RequestId, RequestRecord> _requests = [];

    /// <summary>Makes the checker of one run.</summary>
    public JobChecker(
        JobCheckOptions options,
        ViolationLog violations,
        ReachCounters reach,
        RaftChecker raft,
        RouteHistory routes)
    {
        (_options, _violations, _reach, _raft, _routes) = (options, violations, reach, raft, routes);
    }

    /// <summary>Keys sent again, by cause, and the bound.</summary>
    public DuplicateFigures Duplicates { get; } = new();

    /// <summary>All jobs by key.</summary>
    public IReadOnlyDictionary<string, KeyRecord> Keys => _keys;

    /// <summary>All versions.</summary>
    public IEnumerable<VersionRecord> Versions => _versions.Values;

    /// <summary>What a request id became in the log.</summary>
    public bool TryGetRequest(RequestId request, out RequestRecord record) =>
        _requests.TryGetValue(request, out record!);

    /// <summary>A client's command was applied for the first time anywhere.</summary>
    public void ClientCommitted(ClientFact fact)
    {
        var key = KeyOf(fact.Group, fact.Key);
        if (IsRepeat(fact))
        {
            _reach.Hit(Reach.RequestIdRepeated);
            return;
        }

        var before = key.Row;
        Step(key, new JobAction
        {
            Kind = fact.Kind,
            Number = fact.Number,
            Sameness = fact.Sameness,
            IfMatch = fact.IfMatch,
            Answer = fact.Answer,
        });
        Remember(fact);
        if (fact.Answer.Code == ErrorCode.None)
        {
            Note(fact, key, before);
        }
        else if (fact.Answer.Code == ErrorCode.TooLate)
        {
            _reach.Hit(Reach.TooLate);
        }
    }

    /// <summary>A claim was applied for the first time anywhere.</summary>
    public void ClaimCommitted(ClaimFact fact)
    {
        var key = KeyOf(fact.Group, fact.Key);
        if (fact.EndsForRoute)
        {
            EndForRoute(key, fact);
            return;
        }

        Step(key, ActionOf(fact));
        if (!fact.TookEffect || !_versions.TryGetValue((fact.Group, fact.Version), out var version))
        {
            return;
        }

        _raft.TryGetAppended(fact.Group, fact.Number.Index, out var appendedUs, out var node);
        var record = new ClaimRecord(fact, node, appendedUs);
        if (_claims.TryGetValue((fact.Group, fact.Supersedes), out var old))
        {
            Supersede(version, old, record);
        }

        version.Claims.Add(record);
        _claims[(fact.Group, fact.Number)] = record;
        Opened(record);
        CheckAdmission(version, record, appendedUs);
    }

    /// <summary>An outcome was applied for the first time anywhere.</summary>
    public void OutcomeCommitted(OutcomeFact fact)
    {
        var key = KeyOf(fact.Group, fact.Key);
        var before = key.Row;
        Step(key, new JobAction
        {
            Kind = JobActionKind.Outcome,
            Number = fact.Number,
            Version = fact.Version,
            Claim = fact.Claim,
            Outcome = fact.Kind,
            WroteNothing = fact.WroteNothing,
            TookEffect = fact.TookEffect,
        });
        if (key.Row.Status != fact.Result && fact.TookEffect)
        {
            _violations.Add("job-model", $"{fact.Key} is {fact.Result} behind {fact.Kind}, "
                + $"the model says {key.Row.Status}");
        }

        if (fact.IsRouteGone && fact.TookEffect)
        {
            RouteGone(fact.Group, fact.Version);
        }

        if (before.Status == JobStatus.Unknown && key.Row.Status != JobStatus.Unknown)
        {
            _reach.Hit(Reach.LateOutcomeOfUnknown);
        }

        if (fact.TookEffect && before.Status == JobStatus.Claimed
            && _claims.TryGetValue((fact.Group, fact.Claim), out var claim))
        {
            Resolve(claim, fact);
        }
    }

    /// <summary>An expiry or a route-gone command was applied for the first time anywhere.</summary>
    public void SystemCommitted(SystemFact fact)
    {
        var key = KeyOf(fact.Group, fact.Key);
        Step(key, new JobAction
        {
            Kind = fact.Kind,
            Number = fact.Number,
            Version = fact.Version,
            TookEffect = fact.TookEffect,
        });
        if (!fact.TookEffect)
        {
            return;
        }

        if (fact.Kind == JobActionKind.RouteGone)
        {
            RouteGone(fact.Group, fact.Version);
            return;
        }

        _reach.Hit(Reach.Expired);
        var isKnown = _versions.TryGetValue((fact.Group, fact.Version), out var version);
        var earlyUs = isKnown ? (version!.ExpiresAtMs * 1_000) - _options.ClockErrorUs - _violations.NowUs : 0;
        if (earlyUs > 0)
        {
            _violations.Add("expired-early", $"{version} has expired {earlyUs / 1_000} ms too early");
        }
    }

    private static JobAction ActionOf(ClaimFact fact) => new()
    {
        Kind = JobActionKind.Claim,
        Number = fact.Number,
        Version = fact.Version,
        Claim = fact.Supersedes,
        IsAtMostOnce = fact.IsAtMostOnce,
        AttemptsMax = fact.AttemptsMax,
        TookEffect = fact.TookEffect,
    };

    private KeyRecord KeyOf(GroupId group, string name)
    {
        if (!_keys.TryGetValue(name, out var key))
        {
            _keys[name] = key = new KeyRecord(group, name);
        }

        if (key.Group != group)
        {
            _violations.Add("routing", $"{name} is in groups {key.Group} and {group}");
        }

        return key;
    }

    /// <remarks>Only what took effect is remembered by the product; anything else is judged anew.</remarks>
    private bool IsRepeat(ClientFact fact)
    {
        if (fact.Request == RequestId.None || !_requests.TryGetValue(fact.Request, out var record)
            || !record.First.IsEffective)
        {
            return false;
        }

        var first = record.First;
        if (fact.Answer.Code == first.Answer.Code && fact.Answer.Version == first.Answer.Version)
        {
            return true;
        }

        if (fact.TimeMs - first.TimeMs < _options.RequestIdMs)
        {
            _violations.Add("request-id", $"{fact.Key}: request {fact.Request} answered {first.Answer}, "
                + $"then {fact.Answer}");
            return true;
        }

        return false;
    }

    private void Remember(ClientFact fact)
    {
        var appendedUs = AppendedUs(fact.Group, fact.Number);
        if (_requests.TryGetValue(fact.Request, out var known) && !fact.IsEffective)
        {
            // No effect either time: whichever answer the client got, it held somewhere in between.
            appendedUs = Math.Min(appendedUs, known.AppendedUs);
        }

        _requests[fact.Request] = new RequestRecord(fact, appendedUs, _violations.NowUs);
    }

    private void Step(KeyRecord key, JobAction action)
    {
        if (!JobModel.TryStep(key.Row, action, out var next))
        {
            var checker = action.Kind == JobActionKind.Outcome ? "outcome-fence" : "job-model";
            _violations.Add(checker, $"{key.Key}: {action} is not possible from {key.Row}");
        }

        if (action.Kind >= JobActionKind.Claim)
        {
            var appendedUs = AppendedUs(key.Group, action.Number);
            key.System.Add(new TimedAction(action, appendedUs, _violations.NowUs, MayBeLost: false));
        }

        if (next != key.Row)
        {
            (key.Row, key.ChangedUs) = (next, _violations.NowUs);
        }
    }

    private long AppendedUs(GroupId group, CommandNumber number) =>
        _raft.TryGetAppended(group, number.Index, out var trueUs, out _) ? trueUs : 0;
}
