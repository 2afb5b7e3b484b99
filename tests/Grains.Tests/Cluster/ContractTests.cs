using System.Globalization;
using System.Reflection;
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

    private static IEnumerable<KeyValuePair<string, int>> NumbersOf<T>()
        where T : struct, Enum => Enum.GetValues<T>().Select(value => KeyValuePair.Create(
            value.ToString(), Convert.ToInt32(value, CultureInfo.InvariantCulture)));
}
