using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text;
using Orleans.Serialization;
using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Grains.Tests.Cluster;

/// <summary>All that two versions of client and node must agree on, as text.</summary>
internal static class ContractText
{
    /// <summary>Methods by name and parameters, records by their fields' numbers, enums by their numbers, and what
    /// some of them are on the wire.</summary>
    public static string Write(Serializer serializer)
    {
        var text = new StringBuilder();
        var types = typeof(IJobsGrain).Assembly.GetExportedTypes()
            .Where(static type => type.Namespace == typeof(IJobsGrain).Namespace)
            .OrderBy(NameOf, StringComparer.Ordinal).ToList();
        foreach (var type in types.Where(static type => type.IsInterface))
        {
            WriteGrain(text, type);
        }

        foreach (var type in types.Where(static type => type.IsEnum))
        {
            text.Append(CultureInfo.InvariantCulture, $"enum {type.Name}: ").AppendLine(string.Join(
                ", ", Enum.GetValues(type).Cast<object>().Select(static value =>
                    $"{Convert.ToInt32(value, CultureInfo.InvariantCulture)} {value}")));
        }

        foreach (var type in types.Where(static type => !type.IsEnum
            && type.GetCustomAttribute<GenerateSerializerAttribute>() is not null))
        {
            WriteRecord(text, type);
        }

        foreach (var (name, bytes) in Samples(serializer))
        {
            text.Append(CultureInfo.InvariantCulture, $"bytes {name}: ").AppendLine(Convert.ToHexString(bytes));
        }

        return text.ToString().ReplaceLineEndings("\n");
    }

    private static string NameOf(Type type) =>
        type.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias ?? type.FullName!;

    private static void WriteGrain(StringBuilder text, Type grain)
    {
        text.Append(CultureInfo.InvariantCulture, $"grain {NameOf(grain)} {KeyOf(grain)}").AppendLine();
        foreach (var method in grain.GetMethods().OrderBy(AliasOf, StringComparer.Ordinal))
        {
            var taken = string.Join(", ", method.GetParameters().Select(static part => TypeOf(part.ParameterType)));
            text.Append(CultureInfo.InvariantCulture, $"  {AliasOf(method)}({taken}): {TypeOf(method.ReturnType)}")
                .AppendLine();
        }
    }

    private static string AliasOf(MethodInfo method) =>
        method.GetCustomAttribute<AliasAttribute>()?.Alias ?? $"UNPINNED {method.Name}";

    private static string KeyOf(Type grain) => string.Join(
        ' ', grain.GetInterfaces().Where(static key => key.Name.StartsWith("IGrainWith", StringComparison.Ordinal))
            .Select(static key => key.Name));

    private static void WriteRecord(StringBuilder text, Type type)
    {
        var home = type.BaseType is { } parent && parent.Assembly == type.Assembly ? $" : {NameOf(parent)}" : "";
        text.Append(CultureInfo.InvariantCulture, $"record {NameOf(type)}{home}").AppendLine();
        const BindingFlags own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic
            | BindingFlags.DeclaredOnly;
        var members = type.GetMembers(own)
            .Select(static member => (Member: member, member.GetCustomAttribute<IdAttribute>()?.Id))
            .Where(static pair => pair.Id is not null).OrderBy(static pair => pair.Id);
        foreach (var (member, id) in members)
        {
            var kind = member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType;
            text.Append(CultureInfo.InvariantCulture, $"  {id} {member.Name} {TypeOf(kind)}").AppendLine();
        }
    }

    private static string TypeOf(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<"
            + string.Join(", ", type.GetGenericArguments().Select(TypeOf)) + ">"
        : type.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias ?? type.Name;

    private static IEnumerable<(string Name, byte[] Bytes)> Samples(Serializer serializer)
    {
        var spec = new JobSpec
        {
            Id = "order-7",
            TriggerTimeMs = 1_800_000_000_000,
            Route = "hook",
            Meta = "{\"a\":1}"u8.ToArray(),
            Mode = TimeMachine.Grains.Interfaces.Delivery.AtMostOnce,
            ExpireAfterMs = 60_000,
        };
        yield return ("job-spec", serializer.SerializeToArray(spec));
        yield return ("options", serializer.SerializeToArray(
            new RequestOptions { IdempotencyKey = "k", IfVersion = 7, IfAbsent = true }));
        yield return ("query", serializer.SerializeToArray(
            new JobQuery { State = JobStatus.Dead, Route = "hook", FromMs = 1, ToMs = 2, Limit = 3, Cursor = "c" }));
        yield return ("many", serializer.SerializeToArray(ImmutableArray.Create(spec)));
        yield return ("job-reply", serializer.SerializeToArray(new JobReply
        {
            Id = "order-7",
            Version = 8,
            Offset = 9,
            State = JobStatus.Scheduled,
            IsNew = true,
            Error = new ErrorReply(ErrorCodes.JobNotFound, "no"),
        }));
    }
}
