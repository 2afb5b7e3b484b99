using System.Reflection;
using System.Runtime.Loader;

namespace TimeMachine.Simulation.Mutants;

/// <summary>Loads a mutated assembly and fresh copies of those that use it; everything else is shared.</summary>
internal sealed class MutantContext : AssemblyLoadContext
{
    private readonly string _mutatedName;
    private readonly byte[] _mutated;
    private readonly Dictionary<string, string> _freshPathByName;

    public MutantContext(string mutatedName, byte[] mutated, IEnumerable<Assembly> fresh)
    {
        _mutatedName = mutatedName;
        _mutated = mutated;
        _freshPathByName = fresh.Distinct()
            .ToDictionary(assembly => assembly.GetName().Name!, assembly => assembly.Location);
    }

    public Assembly LoadFresh(Assembly assembly) => LoadFromAssemblyName(new AssemblyName(assembly.GetName().Name!));

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == _mutatedName)
        {
            using var stream = new MemoryStream(_mutated);
            return LoadFromStream(stream);
        }

        return _freshPathByName.TryGetValue(assemblyName.Name!, out var path) ? LoadFromAssemblyPath(path) : null;
    }
}
