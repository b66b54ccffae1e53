using System.Management.Automation;

namespace LlmConfig.Commands;

/// <summary>An <see cref="LlmConfigException"/> as an error record: id = code, target = name, remedy = recommended action.</summary>
internal static class LlmConfigErrorRecord
{
    public static ErrorRecord From(LlmConfigException error) =>
        new(error, error.Code.ToString(), CategoryOf(error.Code), error.Target)
        {
            // The shell shows the recommendation below the message; the exception's own message holds both.
            ErrorDetails = new ErrorDetails(error.Problem) { RecommendedAction = error.RecommendedAction },
        };

    /// <summary>True when no later record of the same pipeline could succeed.</summary>
    public static bool MeetsEveryRecord(LlmConfigErrorCode code) => code is
        LlmConfigErrorCode.StoreCorrupt
        or LlmConfigErrorCode.StoreVersionUnsupported
        or LlmConfigErrorCode.StoreBusy
        or LlmConfigErrorCode.StoreAccessDenied
        or LlmConfigErrorCode.StoreFull
        or LlmConfigErrorCode.StoreUnsafe
        or LlmConfigErrorCode.StoreOutdated;

    private static ErrorCategory CategoryOf(LlmConfigErrorCode code) => code switch
    {
        LlmConfigErrorCode.NotFound or LlmConfigErrorCode.KeyMissing or LlmConfigErrorCode.VaultNotFound => ErrorCategory.ObjectNotFound,
        LlmConfigErrorCode.DuplicateName => ErrorCategory.ResourceExists,
        LlmConfigErrorCode.InvalidName or LlmConfigErrorCode.UnknownProvider or LlmConfigErrorCode.InvalidBaseUrl
            or LlmConfigErrorCode.InvalidKey or LlmConfigErrorCode.InvalidArgument => ErrorCategory.InvalidArgument,
        LlmConfigErrorCode.InsecureBaseUrl or LlmConfigErrorCode.StoreUnsafe or LlmConfigErrorCode.HostMismatch
            or LlmConfigErrorCode.StoreOutdated => ErrorCategory.SecurityError,
        LlmConfigErrorCode.StoreCorrupt or LlmConfigErrorCode.StoreVersionUnsupported or LlmConfigErrorCode.VaultCorrupt => ErrorCategory.InvalidData,
        LlmConfigErrorCode.StoreBusy => ErrorCategory.ResourceBusy,
        LlmConfigErrorCode.StoreAccessDenied => ErrorCategory.PermissionDenied,
        LlmConfigErrorCode.StoreFull => ErrorCategory.WriteError,
        LlmConfigErrorCode.VaultUnavailable => ErrorCategory.ResourceUnavailable,
        LlmConfigErrorCode.VaultLocked => ErrorCategory.AuthenticationError,
        LlmConfigErrorCode.SecretManagementMissing => ErrorCategory.NotInstalled,
        _ => ErrorCategory.NotSpecified,
    };
}
