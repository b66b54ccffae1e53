using System.Globalization;
using System.Management.Automation;

namespace LlmConfig;

/// <summary>A number stands for days: PowerShell itself makes ticks of it, of which a day has 864,000,000,000.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DaysAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is not (int or long or double or decimal))
        {
            return inputData;
        }

        double days = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        return days is >= 0 and < 36_525
            ? TimeSpan.FromDays(days)
            : throw new ArgumentTransformationMetadataException("A number of days is from 0 to 36524, a hundred years.");
    }
}
