using TimeMachine.Core.Jobs;
using TimeMachine.Core.Routes;

namespace TimeMachine.Core.SystemGroup;

/// <content>Routes.</content>
public sealed partial class SystemStateMachine
{
    private static readonly CommandNumber MustNotExist = new(-1);

    private JobAnswer PutRoute(SystemCommand command, CommandNumber number)
    {
        var asked = command.Route! with { IsDeleting = false, IsDeleteForced = false };
        var isThere = Routes.TryGet(asked.Key, out var present);
        if (isThere && present.IsDeleting)
        {
            return Refused(ErrorCode.RouteDeleted, present);
        }

        if (!RouteCodec.IsValid(asked))
        {
            return new JobAnswer(ErrorCode.InvalidRequest);
        }

        var isSame = isThere && present.HasSameContent(asked);
        if (isSame && command.IfMatch == MustNotExist)
        {
            return new JobAnswer(ErrorCode.None, present.Revision);
        }

        if (!Matches(command.IfMatch, isThere ? present : null))
        {
            return new JobAnswer(ErrorCode.VersionMismatch, isThere ? present.Revision : default);
        }

        if (!isThere && Routes.Count >= _options.RoutesMax)
        {
            return new JobAnswer(ErrorCode.VNodeFull);
        }

        Write(asked with { Revision = number, Created = isThere ? present!.Created : number });
        return new JobAnswer(ErrorCode.None, number) { IsNew = !isThere };
    }

    /// <summary>
    /// Its answer's <see cref="JobAnswer.IsNew"/> says that the delete is under way and not yet settled.
    /// </summary>
    private JobAnswer MarkDeleting(SystemCommand command, CommandNumber number)
    {
        if (!Routes.TryGet(command.Key, out var present))
        {
            return new JobAnswer(ErrorCode.RouteNotFound);
        }

        if (!Matches(command.IfMatch, present))
        {
            return Refused(ErrorCode.VersionMismatch, present);
        }

        Write(present with { Revision = number, IsDeleting = true, IsDeleteForced = command.IsForced });
        return new JobAnswer(ErrorCode.None, number) { IsNew = true };
    }

    private JobAnswer FinishDelete(SystemCommand command, CommandNumber number)
    {
        if (!IsMarkedBy(command, out var present))
        {
            return SettledBefore(command, present);
        }

        Routes.Remove(command.Key, number);
        _rows.Delete(_rows.RouteKeyOf(command.Key));
        DropLeases(command.Key);
        return new JobAnswer(ErrorCode.None, number);
    }

    private JobAnswer UndoDelete(SystemCommand command, CommandNumber number)
    {
        if (!IsMarkedBy(command, out var present))
        {
            return SettledBefore(command, present);
        }

        Write(present! with { Revision = number, IsDeleting = false, IsDeleteForced = false });
        var isInUse = command.UnfinishedCount > 0;
        return new JobAnswer(isInUse ? ErrorCode.RouteInUse : ErrorCode.Unavailable, number)
        {
            UnfinishedCount = command.UnfinishedCount,
        };
    }

    private JobAnswer SetPaused(SystemCommand command, CommandNumber number, bool isPaused)
    {
        if (!Routes.TryGet(command.Key, out var present))
        {
            return new JobAnswer(ErrorCode.RouteNotFound);
        }

        if (present.IsDeleting)
        {
            return Refused(ErrorCode.RouteDeleted, present);
        }

        if (present.IsPaused == isPaused)
        {
            return new JobAnswer(ErrorCode.None, present.Revision);
        }

        Write(present with { Revision = number, IsPaused = isPaused });
        return new JobAnswer(ErrorCode.None, number) { IsNew = true };
    }

    private bool IsMarkedBy(SystemCommand command, out Route? present)
    {
        present = Routes.TryGet(command.Key, out var found) ? found : null;
        return present is { IsDeleting: true } && present.Revision == command.IfMatch;
    }

    /// <summary>Another delete, or another leader, was faster.</summary>
    private JobAnswer SettledBefore(SystemCommand command, Route? present)
    {
        if (TryRepeat(command.RequestId, out var earlier) && !earlier.IsNew)
        {
            return earlier;
        }

        return present is null
            ? new JobAnswer(ErrorCode.None, Routes.Revision)
            : Refused(ErrorCode.RouteInUse, present);
    }

    private void Write(Route route)
    {
        Routes.Put(route);
        _rows.Value.Clear();
        RouteCodec.Write(_rows.Value, route);
        _rows.Put(_rows.RouteKeyOf(route.Key));
        OnTimeout(route);
    }

    private static bool Matches(CommandNumber? ifMatch, Route? present)
    {
        if (ifMatch is not { } wanted)
        {
            return true;
        }

        return wanted == MustNotExist ? present is null : present?.Revision == wanted;
    }

    private static JobAnswer Refused(ErrorCode code, Route present) => new(code, present.Revision);
}
