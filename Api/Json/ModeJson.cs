using TimeMachine.Grains.Interfaces;

namespace TimeMachine.Api.Json;

/// <summary>The field <c>mode</c>.</summary>
internal static class ModeJson
{
    public const string AtLeastOnce = "at_least_once";
    public const string AtMostOnce = "at_most_once";

    public static Delivery Read(ref FieldReader reader)
    {
        switch (reader.Text())
        {
            case null:
                return Delivery.RouteDefault;
            case AtLeastOnce:
                return Delivery.AtLeastOnce;
            case AtMostOnce:
                return Delivery.AtMostOnce;
            default:
                reader.Refuse($"must be {AtLeastOnce} or {AtMostOnce}", $"{AtLeastOnce}, {AtMostOnce}");
                return Delivery.RouteDefault;
        }
    }

    /// <summary>The word; null if the route says it.</summary>
    public static string? Word(Delivery mode) => mode switch
    {
        Delivery.RouteDefault => null,
        Delivery.AtLeastOnce => AtLeastOnce,
        Delivery.AtMostOnce => AtMostOnce,
        _ => null,
    };
}
