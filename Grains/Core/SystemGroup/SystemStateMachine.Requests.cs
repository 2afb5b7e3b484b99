using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.SystemGroup;

/// <content>Request ids and their answers, so that a repeat has no effect.</content>
public sealed partial class SystemStateMachine
{
    private readonly Dictionary<ulong, CommandNumber> _numberByKey = [];
    private readonly SortedDictionary<CommandNumber, KnownRequest> _requests = [];

    /// <summary>The request that a command stood for, while its answer is remembered; else none.</summary>
    public RequestId RequestOf(CommandNumber number) =>
        _requests.TryGetValue(number, out var known) ? known.Id : RequestId.None;

    /// <summary>Whether the request, or another one with its key, was answered before.</summary>
    private bool TryRepeat(RequestId id, out JobAnswer answer)
    {
        answer = default;
        if (id == RequestId.None || !_numberByKey.TryGetValue(id.Key, out var number))
        {
            return false;
        }

        var known = _requests[number];
        answer = known.Id == id ? known.Answer : new JobAnswer(ErrorCode.KeyReused);
        return true;
    }

    private bool IsRequestsFull(SystemCommand command)
    {
        Prune();
        return command.RequestId != RequestId.None && _requests.Count >= _options.RequestsMax;
    }

    private void Remember(RequestId id, CommandNumber number, JobAnswer answer)
    {
        if (id == RequestId.None)
        {
            return;
        }

        if (_numberByKey.TryGetValue(id.Key, out var earlier))
        {
            Forget(earlier);
        }

        var known = new KnownRequest(id, LogTime, answer);
        _numberByKey[id.Key] = number;
        _requests[number] = known;
        _rows.Value.Clear();
        _rows.Value.U128(id.Value);
        _rows.Value.VarI64(known.At.Value);
        _rows.Value.U16((ushort)answer.Code);
        _rows.Value.VarI64(answer.Version.Value);
        _rows.Value.Bool(answer.IsNew);
        _rows.Value.VarI64(answer.UnfinishedCount);
        _rows.Value.VarI64(answer.Offset.Value);
        _rows.Put(_rows.RequestKeyOf(number));
    }

    private void Prune()
    {
        while (_requests.Count > _options.RequestsNewerMin)
        {
            var (number, oldest) = First();
            if (LogTime - oldest.At <= _options.RequestAgeMs)
            {
                return;
            }

            Forget(number);
        }
    }

    private (CommandNumber Number, KnownRequest Request) First()
    {
        foreach (var (number, request) in _requests)
        {
            return (number, request);
        }

        return default;
    }

    private void Forget(CommandNumber number)
    {
        _numberByKey.Remove(_requests[number].Id.Key);
        _requests.Remove(number);
        _rows.Delete(_rows.RequestKeyOf(number));
    }
}
