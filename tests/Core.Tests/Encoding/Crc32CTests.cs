using TimeMachine.Core.Encoding;

namespace TimeMachine.Core.Tests.Encoding;

public sealed class Crc32CTests
{
    [Fact]
    public void The_check_value_of_the_standard_comes_out() =>
        Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));

    [Fact]
    public void A_seed_continues_an_earlier_checksum()
    {
        var whole = Crc32C.Of("123456789"u8);

        var first = Crc32C.Of("1234"u8);

        Assert.Equal(whole, Crc32C.Of("56789"u8, first));
    }
}
