using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using TimeMachine.Core.Jobs;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Grains.Tests.Cluster;

/// <summary>The contract knows nothing of the core: its words and numbers are the core's all the same.</summary>
public sealed class ContractTests
{
    [Fact]
    public void Every_code_of_the_core_is_in_the_contract_under_its_name()
    {
        var codes = typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
            .ToDictionary(field => field.Name, field => (string)field.GetValue(null)!);

        var expected = Enum.GetValues<ErrorCode>().Where(code => code != ErrorCode.None).ToDictionary(
            code => code.ToString(),
            code => string.Create(CultureInfo.InvariantCulture, $"E{(int)code:000}"));

        Assert.Equal(expected, codes);
    }

    [Fact]
    public void States_modes_and_results_have_the_numbers_of_the_core()
    {
        Assert.Equal(NumbersOf<JobState>(), NumbersOf<JobStatus>().Where(pair => pair.Value != 0));
        Assert.Equal(NumbersOf<DeliveryMode>(), NumbersOf<TimeMachine.Grains.Interfaces.Delivery>());
        Assert.Equal(NumbersOf<CancelResult>(), NumbersOf<DeleteOutcome>());
    }

    /// <summary>What is in the file is on the way between processes of two versions: lines may be added, never changed.
    /// </summary>
    [Fact]
    public void What_goes_between_client_and_node_is_pinned()
    {
        var services = new ServiceCollection().AddSerializer().BuildServiceProvider();

        var text = ContractText.Write(services.GetRequiredService<Serializer>());

        var pinned = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Cluster", "contract.txt"));
        Assert.True(pinned == text, text);
        Assert.DoesNotContain("UNPINNED", text, StringComparison.Ordinal);
    }

    private static IEnumerable<KeyValuePair<string, int>> NumbersOf<T>()
        where T : struct, Enum => Enum.GetValues<T>().Select(value => KeyValuePair.Create(
            value.ToString(), Convert.ToInt32(value, CultureInfo.InvariantCulture)));
}
