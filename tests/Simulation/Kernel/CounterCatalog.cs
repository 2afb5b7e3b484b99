using System.Reflection;
using System.Runtime.CompilerServices;

namespace TimeMachine.Simulation.Kernel;

/// <summary>All declared counters of the process.</summary>
public static class CounterCatalog
{
    /// <summary>The most counters a process may declare.</summary>
    public const int CountersMax = 512;

    private static readonly Lock Gate = new();
    private static readonly List<Counter> Declared = [];

    /// <summary>All counters, ordered by kind and name.</summary>
    public static IReadOnlyList<Counter> All
    {
        get
        {
            lock (Gate)
            {
                var byKind = Declared.OrderBy(counter => counter.Kind);
                return [.. byKind.ThenBy(counter => counter.Name, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Runs the static constructors of all types of an assembly that hold counters, so that zeros are
    /// listed.</summary>
    public static void LoadFrom(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        const BindingFlags statics = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        foreach (var type in assembly.GetTypes())
        {
            if (!type.ContainsGenericParameters && type.GetFields(statics).Any(HoldsCounters))
            {
                RuntimeHelpers.RunClassConstructor(type.TypeHandle);
            }
        }
    }

    internal static Counter Declare(string name, CounterKind kind, Func<int, Counter> create)
    {
        lock (Gate)
        {
            var known = Declared.Find(counter => counter.Name == name && counter.Kind == kind);
            if (known is not null)
            {
                return known;
            }

            Invariant.Require(Declared.Count < CountersMax);
            var made = create(Declared.Count);
            Declared.Add(made);
            return made;
        }
    }

    private static bool HoldsCounters(FieldInfo field) =>
        field.FieldType == typeof(Counter) || field.FieldType == typeof(Counter[]);
}
