"""The search attributes by which approvals are found, beside Temporal's own."""

from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from workflows.contracts import ApprovalRequest

TEAM = SearchAttributeKey.for_keyword("CountersignTeam")
REQUESTER = SearchAttributeKey.for_keyword("CountersignRequester")
TOOL = SearchAttributeKey.for_keyword("CountersignTool")
APPROVERS = SearchAttributeKey.for_keyword_list("CountersignApprovers")
DEADLINE = SearchAttributeKey.for_datetime("CountersignDeadline")

ALL = (TEAM, REQUESTER, TOOL, APPROVERS, DEADLINE)


def attributes(request: ApprovalRequest) -> TypedSearchAttributes:
    """What a request is found by. Approvers and deadline are set once a policy names them."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(TEAM, request.call.thread.team),
            SearchAttributePair(REQUESTER, request.call.requester.user),
            SearchAttributePair(TOOL, request.call.tool),
        ]
    )
