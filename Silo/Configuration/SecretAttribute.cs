namespace TimeMachine.Silo.Configuration;

/// <summary>The value is never printed, not even when it is refused.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;
