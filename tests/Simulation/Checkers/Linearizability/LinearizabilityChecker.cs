using TimeMachine.Simulation.Checkers.Jobs;

namespace TimeMachine.Simulation.Checkers.Linearizability;

/// <summary>Looks for an order of one job's actions that explains all answers and keeps real time.</summary>
/// <param name="stepsMax">The budget: steps tried before the search gives up undecided.</param>
/// <remarks>Wing and Gong, "Testing and verifying concurrent objects", 1993, with Lowe's memory of
/// (set of placed actions, state), 2017.</remarks>
public sealed class LinearizabilityChecker(int stepsMax = 1_000_000)
{
    private readonly Stack<(int Action, JobRow Before)> _placed = new();
    private readonly HashSet<(string Placed, JobRow Row)> _seen = [];
    private TimedAction[] _actions = [];
    private ulong[] _isPlaced = [];

    /// <summary>The steps that the last search tried.</summary>
    public long Steps { get; private set; }

    /// <summary>Searches one job's history.</summary>
    /// <param name="history">Its actions in any order.</param>
    public Verdict Check(IEnumerable<TimedAction> history)
    {
        _actions = [.. history.OrderBy(action => action.InvokeUs)];
        _isPlaced = new ulong[(_actions.Length + 63) / 64];
        _placed.Clear();
        _seen.Clear();
        Steps = 0;
        var left = _actions.Count(action => !action.MayBeLost);
        var row = default(JobRow);
        var from = 0;
        while (left > 0)
        {
            if (++Steps > stepsMax)
            {
                return Verdict.Undecided;
            }

            var next = TryPlace(from, row, out var placedAt);
            if (next is { } after)
            {
                _placed.Push((placedAt, row));
                left -= _actions[placedAt].MayBeLost ? 0 : 1;
                (row, from) = (after, 0);
            }
            else if (!TryTakeBack(ref row, ref left, ref from))
            {
                return Verdict.Violated;
            }
        }

        return Verdict.Linearizable;
    }

    private JobRow? TryPlace(int from, in JobRow row, out int placedAt)
    {
        var deadlineUs = EarliestReturnUs();
        for (placedAt = from; placedAt < _actions.Length; placedAt++)
        {
            var action = _actions[placedAt];
            if (action.InvokeUs > deadlineUs)
            {
                return null;
            }

            if (IsPlaced(placedAt) || !JobModel.TryStep(row, action.Action, out var next))
            {
                continue;
            }

            Flip(placedAt);
            if (_seen.Add((PlacedKey(), next)))
            {
                return next;
            }

            Flip(placedAt);
        }

        return null;
    }

    private bool TryTakeBack(ref JobRow row, ref int left, ref int from)
    {
        if (!_placed.TryPop(out var last))
        {
            return false;
        }

        Flip(last.Action);
        left += _actions[last.Action].MayBeLost ? 0 : 1;
        (row, from) = (last.Before, last.Action + 1);
        return true;
    }

    /// <summary>Whatever returned first among those not placed must come before all that began after it.</summary>
    private long EarliestReturnUs()
    {
        var earliest = long.MaxValue;
        for (var i = 0; i < _actions.Length && _actions[i].InvokeUs <= earliest; i++)
        {
            if (!IsPlaced(i) && !_actions[i].MayBeLost)
            {
                earliest = Math.Min(earliest, _actions[i].ReturnUs);
            }
        }

        return earliest;
    }

    private bool IsPlaced(int action) => ((_isPlaced[action >> 6] >> (action & 63)) & 1) != 0;

    private void Flip(int action) => _isPlaced[action >> 6] ^= 1UL << (action & 63);

    private string PlacedKey() => string.Create(_isPlaced.Length * 4, _isPlaced, static (text, words) =>
    {
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = (char)(words[i >> 2] >> (16 * (i & 3)));
        }
    });
}
