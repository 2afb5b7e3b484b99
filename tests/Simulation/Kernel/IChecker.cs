namespace TimeMachine.Simulation.Kernel;

/// <summary>Watches a run and reports what must not be by <see cref="World.Violate"/>.</summary>
public interface IChecker
{
    /// <summary>Looks after an event has been handled; must be cheap.</summary>
    /// <param name="world">The run.</param>
    /// <param name="address">The target's address of the event just handled.</param>
    public void AfterEvent(World world, int address);

    /// <summary>Looks once, after the quiet phase.</summary>
    public void AtEnd(World world);
}
