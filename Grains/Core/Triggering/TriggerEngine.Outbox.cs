using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Triggering;

/// <content>What leaves at the end of a turn: one proposal a group, unless it is too large for one entry.</content>
public sealed partial class TriggerEngine
{
    private readonly List<LedGroup> _posting = [];
    private readonly CommandBatch _batch = new();

    /// <summary>Puts a command into the group's next proposal.</summary>
    private void Post(LedGroup group, JobCommand command, ClaimRecord? claim = null)
    {
        if (group.Outbox.Count == 0)
        {
            _posting.Add(group);
        }

        group.Outbox.Add((command, claim));
    }

    private void Flush(TriggerOutput output)
    {
        foreach (var group in _posting)
        {
            Propose(group, output);
        }

        _posting.Clear();
        SendForwards(output);
        output.Scans.AddRange(_scans);
        _scans.Clear();
        output.Sends.AddRange(_sends);
        _sends.Clear();
    }

    private void Propose(LedGroup group, TriggerOutput output)
    {
        var id = ++_ids;
        _batch.Clear();
        foreach (var (command, claim) in group.Outbox)
        {
            if (!_batch.TryAdd(command))
            {
                output.Proposals.Add(new TriggerProposal(group.Id, id, _batch.Payload.ToArray()));
                id = ++_ids;
                _batch.Clear();
                _batch.TryAdd(command);
            }

            OnProposed(claim, id);
        }

        if (_batch.Count > 0)
        {
            output.Proposals.Add(new TriggerProposal(group.Id, id, _batch.Payload.ToArray()));
        }

        group.Outbox.Clear();
    }

    private static void OnProposed(ClaimRecord? claim, long proposalId)
    {
        if (claim is null)
        {
            return;
        }

        claim.ProposalId = proposalId;
        claim.Stage = claim.Stage == ClaimStage.Ended ? ClaimStage.Resolving : claim.Stage;
    }
}
