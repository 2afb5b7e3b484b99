using TimeMachine.Core.Jobs;

namespace TimeMachine.Core.Triggering;

/// <content>What is read from disk: each group's near window, and the backlogs of routes that can send again.</content>
public sealed partial class TriggerEngine
{
    private const int CapacityRetryMs = 50;
    private readonly List<ScanRequest> _scans = [];

    /// <summary>A scan was answered. Answers to scans of an earlier leadership, or given up, are ignored.</summary>
    public void OnScanned(in ScanAnswer answer, MonoMs now)
    {
        Take(now);
        if (!_led.TryGetValue(answer.Group, out var group))
        {
            return;
        }

        if (group.Window.ScanId == answer.Id)
        {
            OnWindowScanned(group, answer);
        }
        else if (group.Sweep.ScanId == answer.Id)
        {
            OnSwept(group, answer);
        }
        else if (_backlogScans.Remove(answer.Id, out var scan))
        {
            OnBacklogScanned(scan.Queue, scan.Backlog, answer);
        }
        else
        {
            return;
        }

        EndScan(group);
    }

    private void Scan(LedGroup group, in ScanRequest request)
    {
        group.ScansUnderWay++;
        _scans.Add(request);
    }

    private static void EndScan(LedGroup group)
    {
        group.ScansUnderWay--;
        if (group.ScansUnderWay == 0)
        {
            group.GoneSinceScan.Clear();
        }
    }

    /// <summary>Reads on when the known part does not reach far enough ahead.</summary>
    /// <returns>When to look again.</returns>
    private MonoMs RunWindow(LedGroup group)
    {
        var window = group.Window;
        if (window.ScanId != 0)
        {
            if (_now - window.ScanSince < _options.ScanLostMs)
            {
                return window.ScanSince + _options.ScanLostMs;
            }

            window.GiveUpScan();
            EndScan(group);
        }

        if (!group.Clock.IsValid)
        {
            return _now + CapacityRetryMs;
        }

        GrowWindow();
        var missingMs = group.Clock.Now + (_windowMs / 2) - window.Position.Due;
        if (missingMs <= 0)
        {
            return _now + (1 - missingMs);
        }

        var room = _options.ArmedMax - _pending.Count;
        if (room <= 0 || _queuedCount > _options.QueuedMax)
        {
            return _now + CapacityRetryMs;
        }

        ReadWindow(group, Math.Min(room, _options.ScanRowsMax));
        return window.ScanSince + _options.ScanLostMs;
    }

    private void ReadWindow(LedGroup group, int rowsMax)
    {
        var window = group.Window;
        var to = group.Clock.Now + _windowMs;
        window.BeginScan(++_ids, to, _now);
        Scan(group, new ScanRequest(group.Id, window.ScanId, ScanKind.Due, default, window.Position, to, rowsMax));
    }

    private void GrowWindow()
    {
        if (_pending.Count < _options.ArmedMax / 4 && _windowMs < _options.WindowMs)
        {
            _windowMs = Math.Min(_windowMs * 2, _options.WindowMs);
        }
    }

    private void OnWindowScanned(LedGroup group, in ScanAnswer answer)
    {
        var next = answer.Next;
        foreach (var job in answer.Jobs)
        {
            if (_pending.Count >= _options.ArmedMax)
            {
                next = new DuePosition(job.Due, job.Key);
                group.Sweep.HasForgotten = true;
                break;
            }

            if (!IsKnown(group, job) && Supersede(group, job))
            {
                AddPending(group, job, inBacklog: false);
            }
        }

        group.Window.EndScan(next);
        SetGroupTimer(group, _now);
    }

    /// <summary>Whether more is known of a scanned job than the scan saw.</summary>
    private bool IsKnown(LedGroup group, in DueJob job)
    {
        if (group.GoneSinceScan.TryGetValue(job.Key, out var gone) && gone >= job.Version)
        {
            return true;
        }

        if (group.ClaimsByKey.TryGetValue(job.Key, out var claim) && claim.Version >= job.Version)
        {
            return true;
        }

        return _pending.TryFind(group, job.Key, out var id) && _pending[id].Version >= job.Version;
    }
}
