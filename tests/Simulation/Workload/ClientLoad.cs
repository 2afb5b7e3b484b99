using TimeMachine.Simulation.Checkers;
using TimeMachine.Simulation.Checkers.Jobs;

namespace TimeMachine.Simulation.Workload;

/// <summary>All clients of a run. The simulated client process asks for the next call and hands answers back.</summary>
/// <remarks>Pure: it decides what is asked and records it; each client's Core router decides how it is tried.</remarks>
public sealed class ClientLoad
{
    private readonly WorkloadOptions _options;
    private readonly JobDraws _draws;
    private readonly ReachCounters _reach;
    private readonly ViolationLog _clock;
    private readonly List<ClientOperation> _operations = [];
    private readonly WorkloadClient[] _clients;
    private int _jobCount;

    /// <summary>Makes the load of one run.</summary>
    public ClientLoad(ulong seed, WorkloadOptions options, SimObserver observer)
    {
        _options = options;
        _draws = new JobDraws(seed, options);
        _reach = observer.Reach;
        _clock = observer.Violations;
        _clients = [.. Enumerable.Range(0, options.ClientCount).Select(number => new WorkloadClient(number))];
        foreach (var client in _clients)
        {
            client.WakeUs = _clock.NowUs + ThinkUs();
        }
    }

    /// <summary>All operations so far: the history that is judged at the end.</summary>
    public IReadOnlyList<ClientOperation> Operations => _operations;

    /// <summary>The clients.</summary>
    public IReadOnlyList<WorkloadClient> Clients => _clients;

    /// <summary>Whether no client waits for an answer.</summary>
    public bool IsQuiet => Array.TrueForAll(_clients, client => client.Open is null);

    /// <summary>
    /// A client acts if its time has come: a new operation, or the repeat of one whose outcome is unknown.
    /// </summary>
    /// <returns>The call for its router, or null: it sleeps till <see cref="WorkloadClient.WakeUs"/>.</returns>
    public JobCall? Wake(int number)
    {
        var client = _clients[number];
        if (client.WakeUs > _clock.NowUs)
        {
            return null;
        }

        if (client.Open is null && IsOver)
        {
            client.WakeUs = long.MaxValue;
            return null;
        }

        client.Open ??= Begin(client);
        client.WakeUs = long.MaxValue;
        return client.Open;
    }

    /// <summary>A client's router answered a call.</summary>
    public void Answered(JobCall call, in AnswerFact answer)
    {
        call.Operation.Answered(answer, _clock.NowUs);
        _jobCount += answer.IsNew ? 1 : 0;
        if (answer.Code == ErrorCode.None && answer.Version != default)
        {
            _draws.Learned(call.Plan.Id, answer.Version);
        }

        var client = _clients[call.Client];
        if (!ReferenceEquals(client.Open, call))
        {
            return;
        }

        var isRepeated = !answer.IsDefinite && client.Repeats < _options.RepeatsMax
            && _draws.Chance(_options.RepeatPerMille);
        client.Repeats = isRepeated ? client.Repeats + 1 : 0;
        client.Open = isRepeated ? call : null;
        client.WakeUs = _clock.NowUs + (isRepeated ? 100_000 : ThinkUs());
    }

    /// <summary>Draws whether a waiting client crashes now: it forgets its call, and its router with it.</summary>
    /// <returns>Whether the simulated client must throw its router away.</returns>
    public bool CrashesNow(int number)
    {
        var client = _clients[number];
        if (!client.IsWaiting || !_draws.Chance(_options.CrashPerMille))
        {
            return false;
        }

        _reach.Hit(Reach.ClientCrashed);
        client.Open!.Operation.IsForgotten = true;
        client.Open = null;
        client.Repeats = 0;
        client.WakeUs = _clock.NowUs + ThinkUs();
        return true;
    }

    /// <summary>At the end: a get of every job, so that each history closes with what is really there.</summary>
    public IReadOnlyList<JobCall> FinalGets() =>
        [.. _operations.Select(operation => operation.Key).Distinct(StringComparer.Ordinal).ToList().Select(FinalGet)];

    private long ThinkUs() => _draws.ThinkMs(_clock.NowUs / 1_000, _jobCount) * 1_000;

    /// <summary>Clients that got too little done while the faults lasted go on for a while.</summary>
    private bool IsOver
    {
        get
        {
            var overMs = (_clock.NowUs / 1_000) - _options.StartMs - _options.DurationMs;
            return overMs > (_jobCount >= _options.JobsAimed ? 0 : _options.OvertimeMs);
        }
    }

    private JobCall FinalGet(string key)
    {
        var plan = new JobPlan { Kind = JobActionKind.Get, Id = key[(key.LastIndexOf('/') + 1)..] };
        return Record(client: 0, plan);
    }

    private JobCall Begin(WorkloadClient client) => Record(client.Number, _draws.Next(_clock.NowUs / 1_000));

    private JobCall Record(int client, JobPlan plan)
    {
        var operation = new ClientOperation
        {
            Client = client,
            Request = _draws.Request(),
            Kind = plan.Kind,
            Key = plan.Key,
            InvokeUs = _clock.NowUs,
            Sameness = plan.Kind == JobActionKind.Create ? plan.Sameness : 0,
            IfMatch = plan.IfMatch,
        };
        _operations.Add(operation);
        return new JobCall(client, plan, operation);
    }
}
