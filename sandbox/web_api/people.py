"""`users.*` and `usergroups.*`: who is who."""

from sandbox.errors import SlackError
from sandbox.json_types import Json
from sandbox.rendering import email, group_object, user_object
from sandbox.web_api.call import Call, Method, Methods
from sandbox.web_api.paging import page


def info(call: Call) -> Json:
    """Describe a person."""
    person = call.core.state.people.get(call.need("user"))
    if person is None:
        raise SlackError("user_not_found")
    return {"user": user_object(call.core, person)}


def list_(call: Call) -> Json:
    """List everybody."""
    listed, metadata = page(call, list(call.core.state.people.values()))
    members = [user_object(call.core, person) for person in listed]
    return {"members": members, "cache_ts": int(call.core.now()), "response_metadata": metadata}


def lookup_by_email(call: Call) -> Json:
    """Find a person by address; Slack does not find those who are deactivated."""
    wanted = call.need("email").lower()
    for person in call.core.state.people.values():
        if email(person).lower() == wanted and not person.deleted:
            return {"user": user_object(call.core, person)}
    raise SlackError("users_not_found")


def groups(call: Call) -> Json:
    """List user groups; their members, and how many those are, only when asked."""
    asked = {"users": "include_users", "user_count": "include_count"}
    left_out = {key for key, flag in asked.items() if not call.flag(flag)}
    listed = [group_object(group) for group in call.core.state.groups.values()]
    return {
        "usergroups": [
            {key: value for key, value in one.items() if key not in left_out} for one in listed
        ]
    }


def group_members(call: Call) -> Json:
    """List who is in a user group."""
    group = call.core.state.groups.get(call.need("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


METHODS: Methods = {
    "users.info": Method(info, "users:read"),
    "users.list": Method(list_, "users:read"),
    "users.lookupByEmail": Method(lookup_by_email, "users:read.email"),
    "usergroups.list": Method(groups, "usergroups:read"),
    "usergroups.users.list": Method(group_members, "usergroups:read"),
}
