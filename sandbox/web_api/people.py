"""`users.*` and `usergroups.*`: who is who."""

from sandbox.errors import SlackError
from sandbox.json_types import Json
from sandbox.rendering import group_object, user_object
from sandbox.web_api.call import Call, Method, Methods
from sandbox.web_api.paging import page


def info(call: Call) -> Json:
    """Describe a person."""
    person = call.core.state.people.get(call.need("user"))
    if person is None:
        raise SlackError("user_not_found")
    return {"user": user_object(person)}


def list_(call: Call) -> Json:
    """List everybody."""
    listed, metadata = page(call, list(call.core.state.people.values()))
    members = [user_object(person) for person in listed]
    return {"members": members, "cache_ts": int(call.core.now()), "response_metadata": metadata}


def lookup_by_email(call: Call) -> Json:
    """Find a person by address."""
    wanted = call.need("email").lower()
    for person in call.core.state.people.values():
        user = user_object(person)
        if user["profile"]["email"].lower() == wanted:
            return {"user": user}
    raise SlackError("users_not_found")


def groups(call: Call) -> Json:
    """List user groups; their members only when asked."""
    listed = [group_object(group) for group in call.core.state.groups.values()]
    if not call.flag("include_users"):
        listed = [{key: value for key, value in one.items() if key != "users"} for one in listed]
    return {"usergroups": listed}


def group_members(call: Call) -> Json:
    """List who is in a user group."""
    group = call.core.state.groups.get(call.need("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": group.users}


METHODS: Methods = {
    "users.info": Method(info, "users:read"),
    "users.list": Method(list_, "users:read"),
    "users.lookupByEmail": Method(lookup_by_email, "users:read.email"),
    "usergroups.list": Method(groups, "usergroups:read"),
    "usergroups.users.list": Method(group_members, "usergroups:read"),
}
