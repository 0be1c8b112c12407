"""Why an answer could not be got, in the words of the crawl report."""

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.spidermiddlewares.httperror import HttpError


def why(error: BaseException | None) -> str:
    """A failure to get an answer, in a sentence."""
    match error:
        case HttpError(response=response):
            text = " ".join(response.body[:200].decode("utf-8", "replace").split())
            return f"the registry answers {response.status}" + (f" ({text})" if text else "")
        case CannotResolveHostError():
            return "the host name cannot be resolved: there is no network, or the address is wrong"
        case DownloadConnectionRefusedError():
            return "nobody answers at this address (connection refused)"
        case DownloadTimeoutError():
            return "no answer in time"
        case ResponseDataLossError():
            return "the answer broke off before its announced end"
        case IgnoreRequest():
            return f"not asked for: {error}"
    return str(error) or type(error).__name__
