using TimeMachine.Simulation.Checkers;

namespace TimeMachine.Simulation.Workload;

/// <summary>
/// The admin of the routes: puts all of them, then changes, pauses and resumes some; one call at a time.
/// </summary>
/// <param name="seed">The seed of what it does.</param>
/// <param name="observer">The checkers, which must know what may be in force.</param>
public sealed class RouteLoad(ulong seed, SimObserver observer)
{
    private readonly Dictionary<string, RoutePlan> _settings = RouteCatalog.All.ToDictionary(
        route => route.Plan.Route, route => route.Plan, StringComparer.Ordinal);

    private readonly Queue<RoutePlan> _pending = new(RouteCatalog.All.Select(route => route.Plan));
    private readonly HashSet<string> _paused = [];
    private readonly HashSet<string> _deleted = [];
    private SplitMix64 _draws = new(seed);
    private int _put;

    /// <summary>The call that waits for its answer, or null.</summary>
    public RoutePlan? Open { get; private set; }

    /// <summary>The request id of <see cref="Open"/>: a repeat carries the same.</summary>
    public RequestId Request { get; private set; }

    /// <summary>Whether every route was put once and acknowledged.</summary>
    public bool AllPut => _pending.Count == 0 && Open is null;

    /// <summary>Gives the recipients their tempers; call it once.</summary>
    public void SetScripts()
    {
        foreach (var (plan, script) in RouteCatalog.All)
        {
            observer.Recipients.SetScript(plan.Key, script);
        }
    }

    /// <summary>The next call; null while one is open.</summary>
    public RoutePlan? Next()
    {
        if (Open is not null)
        {
            return null;
        }

        var plan = _pending.Count > 0 ? _pending.Dequeue() : Draw();
        return Begin(plan);
    }

    /// <summary>Resumes what is paused, one route a call; null when nothing is, or a call is open.</summary>
    public RoutePlan? NextResume()
    {
        if (Open is not null || _paused.Count == 0)
        {
            return null;
        }

        var route = _paused.Order(StringComparer.Ordinal).First();
        return Begin(new RoutePlan { Kind = RoutePlanKind.Resume, Route = route });
    }

    /// <summary>
    /// The open call was answered; without a definite answer the caller repeats it under the same request id.
    /// </summary>
    /// <param name="code">The answer.</param>
    /// <param name="revision">The route's revision now.</param>
    /// <param name="unfinishedCount">Of a refused delete: the jobs that stopped it.</param>
    public void Answered(ErrorCode code, CommandNumber revision, long unfinishedCount = 0)
    {
        if (Open is not { } plan || code is ErrorCode.OutcomeUnknown)
        {
            return;
        }

        Open = null;
        if (code != ErrorCode.None)
        {
            NoteRefusal(plan, code, unfinishedCount);
            return;
        }

        var nowUs = observer.Violations.NowUs;
        switch (plan.Kind)
        {
            case RoutePlanKind.Put:
                observer.Routes.PutAnswered(plan.Key, _put, revision, nowUs);
                _settings[plan.Route] = plan;
                _paused.Remove(plan.Route);
                break;
            case RoutePlanKind.Pause:
                observer.Reach.Hit(Reach.RoutePaused);
                observer.Routes.PauseAnswered(plan.Key, revision, nowUs);
                break;
            case RoutePlanKind.Resume:
                _paused.Remove(plan.Route);
                break;
            case RoutePlanKind.Delete:
                observer.Reach.Hit(Reach.RouteDeleted);
                _deleted.Add(plan.Route);
                _paused.Remove(plan.Route);
                observer.Routes.DeleteAnswered(plan.Key, revision, nowUs);
                observer.Jobs.RouteDeleted(plan.Key, plan.IsForced);
                break;
            default:
                throw new InvariantViolationException($"unknown plan {plan.Kind}");
        }
    }

    /// <summary>A delete that is refused leaves the route as it was.</summary>
    private void NoteRefusal(RoutePlan plan, ErrorCode code, long unfinishedCount)
    {
        if (code != ErrorCode.RouteInUse)
        {
            return;
        }

        observer.Reach.Hit(Reach.RouteInUse);
        if (plan.IsForced || unfinishedCount == 0)
        {
            observer.Violations.Add("route-in-use", $"a delete of {plan.Key} was refused for {unfinishedCount} jobs");
        }
    }

    private RoutePlan Begin(RoutePlan plan)
    {
        Open = plan;
        Request = new RequestId(new UInt128(_draws.Next(), _draws.Next() | 1));
        switch (plan.Kind)
        {
            case RoutePlanKind.Put:
                _deleted.Remove(plan.Route);
                observer.Routes.PauseLifted(plan.Key);
                _put = observer.Routes.PutInvoked(
                    plan.Key, plan.Concurrency, plan.RatePerSecond, observer.Violations.NowUs);
                break;
            case RoutePlanKind.Pause:
                _paused.Add(plan.Route);
                break;
            case RoutePlanKind.Resume:
                observer.Routes.PauseLifted(plan.Key);
                break;
            case RoutePlanKind.Delete:
                observer.Routes.DeleteInvoked(plan.Key);
                break;
            default:
                throw new InvariantViolationException($"unknown plan {plan.Kind}");
        }

        return plan;
    }

    private RoutePlan Draw()
    {
        var route = RouteCatalog.All[(int)_draws.Below(RouteCatalog.All.Count)].Plan.Route;
        if (_deleted.Contains(route))
        {
            return _settings[route];
        }

        if (RouteCatalog.IsPassing(route) && _draws.Chance(2, 3))
        {
            return new RoutePlan { Kind = RoutePlanKind.Delete, Route = route, IsForced = _draws.Chance(1, 2) };
        }

        if (_paused.Contains(route))
        {
            return new RoutePlan { Kind = RoutePlanKind.Resume, Route = route };
        }

        if (_draws.Chance(1, 2))
        {
            return new RoutePlan { Kind = RoutePlanKind.Pause, Route = route };
        }

        var old = _settings[route];
        return old with
        {
            Concurrency = old.Concurrency == 0 ? 0 : (int)_draws.Between(2, 6),
            RatePerSecond = old.RatePerSecond == 0 ? 0 : (int)_draws.Between(10, 40),
        };
    }
}
