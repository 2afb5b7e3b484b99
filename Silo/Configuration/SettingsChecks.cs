using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace TimeMachine.Silo.Configuration;

/// <summary>Checks each value by its attributes and each section by its own rules.</summary>
internal static class SettingsChecks
{
    /// <summary>What is wrong with the settings of a section and those below it.</summary>
    public static IEnumerable<string> ProblemsOf(object section, string path)
    {
        foreach (var property in SettingsBinder.PropertiesOf(section.GetType()))
        {
            var value = property.GetValue(section);
            var key = $"{path}:{property.Name}";
            foreach (var problem in OwnProblems(section, property, key).Concat(InnerProblems(value, key)))
            {
                yield return problem;
            }
        }

        if (section is IValidatableObject rules)
        {
            foreach (var result in rules.Validate(new ValidationContext(section)))
            {
                yield return $"{path}: {result.ErrorMessage}";
            }
        }
    }

    /// <summary>Says that a value is refused and what is allowed.</summary>
    public static string Refusal(string key, PropertyInfo property, object? value)
    {
        var isSecret = property.GetCustomAttribute<SecretAttribute>() is not null;
        var shown = isSecret || value is IList ? "" : string.Create(CultureInfo.InvariantCulture, $" '{value}'");
        return $"{key}{shown} is refused. Allowed: {AllowedFor(property)}.";
    }

    /// <summary>What a setting may be, for people.</summary>
    public static string AllowedFor(PropertyInfo property)
    {
        var parts = property.GetCustomAttributes<ValidationAttribute>().Select(Allowed).OfType<string>().ToList();
        return parts.Count > 0 ? string.Join(", ", parts)
            : property.PropertyType == typeof(bool) ? "true or false"
            : property.PropertyType == typeof(int) ? "a whole number"
            : "text";
    }

    private static IEnumerable<string> OwnProblems(object section, PropertyInfo property, string key)
    {
        var value = property.GetValue(section);
        var isGood = property.GetCustomAttributes<ValidationAttribute>().All(rule => rule.IsValid(value));
        return isGood ? [] : [Refusal(key, property, value)];
    }

    private static IEnumerable<string> InnerProblems(object? value, string key) => value switch
    {
        IList list => list.Cast<object>().Index().Where(item => item.Item is not string)
            .SelectMany(item => ProblemsOf(item.Item, $"{key}:{item.Index}")),
        _ => [],
    };

    private static string? Allowed(ValidationAttribute rule) => rule switch
    {
        RangeAttribute range => string.Create(
            CultureInfo.InvariantCulture, $"{range.Minimum:N0} to {range.Maximum:N0}"),
        AllowedValuesAttribute values => string.Join(" or ", values.Values),
        RegularExpressionAttribute pattern => $"text like {pattern.Pattern}",
        MinLengthAttribute least => string.Create(CultureInfo.InvariantCulture, $"at least {least.Length:N0} items"),
        MaxLengthAttribute most => string.Create(CultureInfo.InvariantCulture, $"at most {most.Length:N0} items"),
        RequiredAttribute => "not empty",
        _ => null,
    };
}
