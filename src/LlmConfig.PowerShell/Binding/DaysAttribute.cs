using System.Globalization;
using System.Management.Automation;

namespace LlmConfig;

/// <summary>A number stands for days: PowerShell itself makes ticks of it, of which a day has 864,000,000,000.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DaysAttribute : ArgumentTransformationAttribute
{
    private const double Most = 36_525;

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is not (int or long or double or decimal))
        {
            // What is no time at all, the engine refuses in its own words.
            return LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out TimeSpan time) && time < TimeSpan.Zero ? throw OutOfRange() : inputData;
        }

        double days = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        return days is >= 0 and < Most ? TimeSpan.FromDays(days) : throw OutOfRange();
    }

    private static ArgumentTransformationMetadataException OutOfRange() => new("It is a time from 0 on, or a number of days from 0 to 36524, a hundred years.");
}
