using System.Globalization;

namespace TimeMachine.Core.Primitives;

/// <summary>One Raft group: 0 is the system group, vnode v is group v + 1.</summary>
/// <param name="Value">The raw number.</param>
public readonly record struct GroupId(int Value) : IComparable<GroupId>
{
    /// <summary>The system group, which holds routes, leases and the nodes' identities.</summary>
    public static GroupId System => default;

    /// <summary>The group of a vnode.</summary>
    public static GroupId Of(VNodeId vnode) => new(vnode.Value + 1);

    /// <summary>Whether this is the system group.</summary>
    public bool IsSystem => Value == 0;

    /// <summary>The vnode of this group.</summary>
    /// <exception cref="InvariantViolationException">This is the system group.</exception>
    public VNodeId VNode
    {
        get
        {
            Invariant.Require(Value > 0);
            return new VNodeId(Value - 1);
        }
    }

    /// <inheritdoc/>
    public int CompareTo(GroupId other) => Value.CompareTo(other.Value);

    /// <summary>Compares by the raw number.</summary>
    public static bool operator <(GroupId left, GroupId right) => left.Value < right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator >(GroupId left, GroupId right) => left.Value > right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator <=(GroupId left, GroupId right) => left.Value <= right.Value;

    /// <summary>Compares by the raw number.</summary>
    public static bool operator >=(GroupId left, GroupId right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(NumberFormatInfo.InvariantInfo);
}
