# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users who have started no task: are they written in another way?"""

from __future__ import annotations

from .. import _errors


def about_users(wanted: list[str], seen: list[str], *, found: bool) -> str:
    """The warning about users who started no task, with the users who did. Empty without a problem.

    If tasks are ``found``, the other users might be right, unless a similar name exists.
    """
    said = []
    for user in wanted:
        if user in seen:
            continue
        same = [each for each in seen if _is_same(user, each)]
        if same or not found:
            near = same or _errors.close_to(user, seen)
            others = ", ".join(_errors.close_to(user, seen, cutoff=0))
            remedy = f"did you mean {' or '.join(near)}?" if near else f"they belong to {others}"
            said.append(f"the user {user} started none of the tasks that match the other options: {remedy}")
    return "; ".join(said)


def _is_same(one: str, other: str) -> bool:
    """Whether both can be the same user: user@domain is DOMAIN\\user in tasks, and case does not count."""
    (user, domain), (name, realm) = _parts(one), _parts(other)
    return user == name and (domain == realm or not domain or not realm)


def _parts(user: str) -> tuple[str, str]:
    """Name and domain in lower case; of the domain the first label, as Windows has it."""
    domain, slash, name = user.lower().rpartition("\\")
    if not slash:
        name, _at, domain = user.lower().partition("@")
    return name, domain.partition(".")[0]
