"""What is no longer as it was when it was asked for, so that it is asked anew."""

from workflows.contracts.approvals import ApprovalRequest
from workflows.contracts.core import Difference, Prepared
from workflows.digest import TOTAL, differences
from workflows.money import written_like
from workflows.voting.docket import Entry


def drift_of(
    request: ApprovalRequest, shown: Prepared, entry: Entry
) -> tuple[Difference, ...] | None:
    """What differs from what is shown, as far as a vote has found out; None if nothing does.

    What has become impossible is no difference: once approved it fails, and says why.
    """
    preview = entry.preview
    if preview is not None and not preview.problem and preview.digest != shown.digest:
        return differences(shown, preview)
    recounted = entry.recounted
    if recounted is None or recounted.is_ruled_alike:
        return None
    before, after = (written_like(shown.cost, it) for it in (request.total or 0, recounted.total))
    return (Difference(name=TOTAL, before=before, after=after),)
