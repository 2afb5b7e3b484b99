using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using TimeMachine.Silo.Configuration;

namespace TimeMachine.Silo.Tests.Configuration;

/// <summary>What is refused, and that the key is named.</summary>
public sealed class SettingsRulesTests
{
    private const string Hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    /// <summary>Every whole number of every section, with its least and its greatest value.</summary>
    public static TheoryData<string, int, int> Ranges
    {
        get
        {
            var data = new TheoryData<string, int, int>();
            foreach (var (name, section) in new SiloSettings().Sections())
            {
                foreach (var property in section.GetType().GetProperties())
                {
                    if (property.GetCustomAttribute<RangeAttribute>() is { } range)
                    {
                        data.Add($"{name}:{property.Name}", (int)range.Minimum, (int)range.Maximum);
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Ranges))]
    public void A_number_outside_its_range_is_refused_with_key_and_range(string key, int least, int most)
    {
        foreach (var value in new[] { (long)least - 1, (long)most + 1 })
        {
            var problems = ProblemsOf(string.Create(CultureInfo.InvariantCulture, $"--{key}={value}"));

            Assert.Contains(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"TimeMachine:{key} '{value}' is refused. Allowed: {least:N0} to {most:N0}."),
                problems);
        }
    }

    [Theory]
    [InlineData("--Node:Name=a b", "TimeMachine:Node:Name 'a b' is refused.")]
    [InlineData("--Node:Name=", "TimeMachine:Node:Name '' is refused.")]
    [InlineData("--Node:VNodes=1e3", "TimeMachine:Node:VNodes '1e3' is refused. Allowed: 1 to 4,096.")]
    [InlineData("--Node:JoinsByItself=yes", "TimeMachine:Node:JoinsByItself 'yes' is refused. Allowed: true or false.")]
    [InlineData("--Node:DataDirectory=", "TimeMachine:Node:DataDirectory '' is refused.")]
    [InlineData("--Node:Nmae=x", "TimeMachine:Node:Nmae is not known. Known are Name, DataDirectory")]
    [InlineData("--Nodd:Name=x", "TimeMachine:Nodd is not known. Known are Cluster, Sql")]
    [InlineData("--Cluster:Id=a_b", "TimeMachine:Cluster:Id 'a_b' is refused.")]
    [InlineData("--Webhooks:Cluster=a.b", "TimeMachine:Webhooks:Cluster 'a.b' is refused.")]
    [InlineData("--Console:Format=xml", "TimeMachine:Console:Format 'xml' is refused. Allowed: text or json.")]
    [InlineData("--Console:Level=loud", "TimeMachine:Console:Level 'loud' is refused.")]
    [InlineData("--Sql:Provider=Sqlite", "TimeMachine:Sql:Provider 'Sqlite' is refused. Allowed: sqlite or")]
    [InlineData("--Sql:Provider=postgresql", "TimeMachine:Sql:ConnectionString is empty")]
    [InlineData("--Sql:ConnectionString=Host=x", "TimeMachine:Sql:ConnectionString is refused.")]
    [InlineData("--Sql:ConnectionString=Data Source=:memory:", "TimeMachine:Sql:ConnectionString is refused.")]
    [InlineData("--Sql:ConnectionString=Data Source=data/node1/raft/c.db", "may not be in the node's LogDirectory")]
    [InlineData("--Listen:RestPort=11111", "TimeMachine:Listen: SiloPort, GatewayPort and RestPort must be three")]
    [InlineData("--Node:LogDirectory=data/node1/data/raft", "DataDirectory and LogDirectory must not be")]
    [InlineData("--Node:DataDirectory=data/node1/raft/", "DataDirectory and LogDirectory must not be")]
    [InlineData("--Log:ReserveMib=2000", "TimeMachine:Log: ReserveMib (2000) must be at most half")]
    [InlineData("--JobStore:PartRowsMax=5000", "TimeMachine:JobStore: PartRowsMax (5000) must be at least")]
    [InlineData("--Tls:KeyFile=/nowhere.pem", "TimeMachine:Tls:KeyFile '/nowhere.pem' is no file.")]
    [InlineData("--Api:BodiesMibMax=1", "TimeMachine:Api:BodiesMibMax must be from")]
    [InlineData("--Api:Keys:0:Name=x", "TimeMachine:Api:Keys:0:Sha256 must be")]
    [InlineData("--Nodes:a:Node:VNodes=1", "TimeMachine:Nodes is not known.")]
    [InlineData("--Node:Name", "--Node:Name has no value.")]
    public void A_bad_setting_is_refused_and_named(string arg, string problem)
    {
        Assert.Contains(ProblemsOf(arg), found => found.Contains(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--Listen:Address=127.0.0.2")]
    [InlineData("--Listen:Address=::1")]
    [InlineData("--Listen:Address=0.0.0.0", "--Api:AllowAnonymous=true")]
    [InlineData("--Listen:Address=0.0.0.0", "--Api:Enabled=false")]
    [InlineData(
        "--Listen:Address=10.0.0.1", "--Api:Keys:0:Name=a", "--Api:Keys:0:Sha256=" + Hash,
        "--Api:Keys:0:Scopes:0=read:*")]
    [InlineData("--Listen:SiloAddress=::1")]
    [InlineData("--Listen:SiloAddress=10.0.0.1", "--Tls:AllowPlain=true")]
    public void An_address_is_taken_where_it_is_safe_or_the_owner_says_so(params string[] args)
    {
        Assert.NotNull(SettingsReader.Read(args, NoVariables));
    }

    [Theory]
    [InlineData("--Listen:Address=0.0.0.0", "TimeMachine:Listen:Address", "TimeMachine:Api:Keys")]
    [InlineData("--Listen:Address=::", "TimeMachine:Listen:Address", "TimeMachine:Api:Keys")]
    [InlineData("--Listen:Address=192.168.1.7", "TimeMachine:Api:Keys", "TimeMachine:Api:AllowAnonymous")]
    [InlineData("--Listen:Address=localhost", "TimeMachine:Listen:Address", "an IP address")]
    [InlineData("--Listen:SiloAddress=10.0.0.1", "TimeMachine:Listen:SiloAddress", "TimeMachine:Tls:AllowPlain")]
    [InlineData("--Listen:SiloAddress=0.0.0.0", "TimeMachine:Listen:SiloAddress", "the IP address that other nodes")]
    [InlineData("--Listen:SiloAddress=node1", "TimeMachine:Listen:SiloAddress", "the IP address that other nodes")]
    public void An_address_off_loopback_needs_keys_or_TLS_and_the_refusal_names_both(
        string arg, string key, string remedy)
    {
        var problem = Assert.Single(ProblemsOf(arg));

        Assert.Contains(key, problem, StringComparison.Ordinal);
        Assert.Contains(remedy, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_keys_of_one_name_are_refused()
    {
        string[] args =
        [
            "--Api:Keys:0:Name=a", "--Api:Keys:0:Sha256=" + Hash, "--Api:Keys:0:Scopes:0=read:*",
            "--Api:Keys:1:Name=a", "--Api:Keys:1:Sha256=" + Hash, "--Api:Keys:1:Scopes:0=read:*",
        ];

        Assert.Equal(["TimeMachine:Api:Keys:1:Name 'a' is there twice."], ProblemsOf(args));
    }

    [Theory]
    [InlineData("--Sql:Provider=postgresql", "--Sql:ConnectionString=Host=h;Password=swordfish;Nonsense=1")]
    [InlineData("--Sql:Provider=postgresql", "--Sql:ConnectionString=Password=swordfish;Host")]
    [InlineData("--Sql:ConnectionString=Host=h;Password=swordfish")]
    [InlineData("--Sql:ConnectionString", "Host=h", "Password=swordfish")]
    [InlineData("Sql:ConnectionString=Host=h;Password=swordfish")]
    [InlineData("--Sql:ConnectionString:0=swordfish")]
    [InlineData("--Api:Keys:0:Sha256=swordfish", "--Api:Keys:0:Name=a")]
    public void A_refusal_never_shows_a_secret(params string[] args)
    {
        var found = Assert.Throws<BadSettingsException>(() => SettingsReader.Read(args, NoVariables));

        Assert.NotEmpty(found.Problems);
        Assert.DoesNotContain("swordfish", found.ToString(), StringComparison.Ordinal);
    }

    private static IReadOnlyDictionary<string, string> NoVariables => new Dictionary<string, string>();

    private static IReadOnlyList<string> ProblemsOf(params string[] args) =>
        Assert.Throws<BadSettingsException>(() => SettingsReader.Read(args, NoVariables)).Problems;
}
