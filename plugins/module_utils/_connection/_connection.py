# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One connection per run: picks the transport once, logs in, renews a lost session, logs out.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import operator
import time
import typing as t

from ansible.module_utils.api import retry_with_delays_and_condition
from ansible_collections.vsphere.tasks.plugins.module_utils import _errors
from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _http, _properties, _session

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.vsphere.tasks.plugins.module_utils import _values
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _options

    Result = t.TypeVar("Result")

READ_DELAYS = (0.2, 1, 3)
"""Seconds between the tries of a read that met a transient failure."""

GRACE = 10
"""Seconds after a time limit for fetching what is known by then, should the server be slow or away."""

SPARE_RENEWALS = 2
"""So many times a session may be lost at once, as when services restart; beyond that it lives for a minute."""

_ODD = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What reading data raises that is not made as it should be."""


class Transport(t.Protocol):
    """Properties and methods of managed objects, in VI/JSON-shaped plain data.

    ``product`` is what the server calls itself, None where it was not asked. ``accepted`` says whether a call that
    needs a session has worked since the last login; ``last_call`` is the latest one, as Type.member.
    """

    name: str
    product: str | None
    accepted: bool
    last_call: str

    @property
    def release(self) -> str: ...

    @property
    def session(self) -> _session.Session: ...

    def get(self, ref: _values.Ref, property_: str) -> t.Any: ...

    def invoke(
        self, ref: _values.Ref, method: str, params: dict[str, t.Any] | None = None, wait: float = 0
    ) -> t.Any: ...

    def manager(self, name: str) -> _values.Ref: ...

    def forget_session(self) -> None: ...


_LOST = ("NotAuthenticated", "RequestCanceled", "InvalidCollectorVersion")


def _is_transient(error: Exception) -> bool:
    return isinstance(error, (_errors.Lost, _errors.Unavailable))


def _is_starting(error: Exception) -> bool:
    return isinstance(error, _errors.Unavailable)


def _can_recover(error: Exception) -> bool:
    if isinstance(error, _errors.Fault):
        # The session ended (with or without saying so to the call that waits), and its collectors with it; or the
        # server has lost track of what it had told.
        return error.type in _LOST or error.missing.get("type") in ("PropertyCollector", "PropertyFilter")
    return isinstance(error, (_errors.Lost, _errors.TimedOut, _errors.Unavailable, _errors.Unreachable))


def _delays_until(deadline: float) -> t.Iterator[float]:
    """Pauses between attempts: short at first, then every ten seconds, up to the deadline of the monotonic clock."""
    delay = READ_DELAYS[0]
    while time.monotonic() < deadline:
        yield min(delay, max(0.0, deadline - time.monotonic()))
        delay = min(2 * delay, 10)


class Connection:
    """A logged-in session; use it in a ``with``.

    ``keep_secret`` is told each text that must appear in no output; what takes long happens within ``while_wanted``,
    which ends it where nobody waits for it any more. A session that the options give is used as it is, and never logged
    out here. ``patience`` is for how many seconds a vCenter that is starting its services is waited for.
    """

    def __init__(
        self,
        options: _options.ConnectionOptions,
        keep_secret: Callable[[str], object],
        while_wanted: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext,
        patience: float = 0,
    ) -> None:
        self.labels: dict[str, str] = {}
        self.left_over: list[tuple[_values.Ref, str]] = []
        self.forbidden: dict[str, _errors.Fault] = {}
        self.unreadable: dict[str, list[str]] = {}
        self._while_wanted = while_wanted
        self._deadline: float | None = None
        self._options = options
        self._keep_secret = keep_secret
        self._http = _http.Http(options)
        self.logged_in = False
        self._began = time.monotonic()
        self._renewals = 0
        self._refusal: _errors.VsphereError | None = None
        self._ready_by = time.monotonic() + patience if patience else None
        try:
            choose = retry_with_delays_and_condition(READ_DELAYS, _is_transient)(_choose)
            self._transport: Transport = self._once_ready(lambda: choose(options, self._http, keep_secret))
            self.product = self._transport.product
        except BaseException:
            self._http.close()
            raise

    def __enter__(self) -> Connection:
        try:
            if not self._options.session_id:
                self._once_ready(self._open)
        except BaseException:
            self._http.close()
            raise
        return self

    def __exit__(self, error: object, *unused: object) -> None:
        if error:
            self.hurry()
        # What failed or succeeded before must not be hidden; a session that cannot be reached ends when it is idle.
        if self.logged_in:
            self.glimpse(lambda transport: self.log_out())
        else:
            # A given session stays, and with it what could not be destroyed when it was done with.
            for ref, method in self.left_over:
                self.glimpse(operator.methodcaller("invoke", ref, method))
        self._http.close()

    @property
    def host(self) -> str:
        """The server's name and port, for messages."""
        return self._http.name

    @property
    def user(self) -> str:
        """Who logs in, for messages."""
        return self._options.username or "the owner of the session"

    def keep_session(self) -> str:
        """Leave the session open at the end; the session_id by which others go on with it."""
        self.logged_in = False
        return dataclasses.replace(self._transport.session, product=self.product or "").to_text()

    def log_out(self) -> bool:
        """End the session, also one that was given; False where the server did not know it any more."""
        self.logged_in = False
        try:
            self._transport.invoke(self.manager("sessionManager"), "Logout")
        except _errors.Fault as fault:
            if fault.type != "NotAuthenticated":
                raise
            return False
        return True

    def describe(self) -> dict[str, t.Any]:
        """What every module returns as ``api``; a product that nothing has told yet is asked for."""
        if self.product is None:
            self.glimpse(self._read_product)
        return {"transport": self._transport.name, "release": self._transport.release, "product": self.product}

    def check_session(self) -> None:
        """Have a session that was given, and is not alive any more, renewed."""
        self.product = None
        objects: list[dict[str, t.Any]] = []
        specs: list[dict[str, t.Any]] = []
        _properties.add_product(self, objects, specs)
        _properties.take_product(self, self.read(lambda transport: _properties.retrieve(transport, objects, specs)))

    def _read_product(self, transport: Transport) -> None:
        # Anybody may read this, also when the session is over.
        self.product = transport.get(_properties.SERVICE_INSTANCE, "content")["about"]["fullName"]

    @property
    def server_time(self) -> t.Any:
        """The server's clock at its last answer, to the second; None where it gave none."""
        return self._http.server_time

    def manager(self, name: str) -> _values.Ref:
        """A singleton by its name in the ServiceContent, such as ``taskManager``."""
        return self._transport.manager(name)

    def has(self, name: str) -> bool:
        """Whether the server has that singleton; an ESXi lacks some."""
        try:
            self.manager(name)
        except _errors.VsphereError:
            return False
        return True

    @contextlib.contextmanager
    def patient(self, deadline: float) -> t.Iterator[float]:
        """Have reads survive whatever a vCenter does while it restarts, up to some seconds after the deadline.

        It gives when that is, on the monotonic clock as the deadline. No request lasts more than a second longer.
        """
        self._deadline = deadline + GRACE
        self._http.end_by(self._deadline)
        try:
            with self._while_wanted():
                yield self._deadline
        finally:
            self._deadline = None
            self._http.end_by(math.inf)

    def hurry(self) -> None:
        """Spend a few seconds at most on all the rest."""
        self._http.hurry()

    def read(self, steps: Callable[[Transport], Result]) -> Result:
        """Run calls that change nothing; after a transient failure or a lost session all of them are run again."""
        if self._deadline is None:
            again = retry_with_delays_and_condition(READ_DELAYS, _is_transient)
        else:
            again = retry_with_delays_and_condition(_delays_until(self._deadline), _can_recover)

        def tried() -> Result:
            with self.readable():
                return self._renewing(lambda: steps(self._transport))

        return t.cast("Result", again(tried)())

    def glimpse(self, steps: Callable[[Transport], object]) -> None:
        """Run calls, once, for what one can do without: nothing that goes wrong is an error."""
        with contextlib.suppress(_errors.VsphereError), self.readable():
            steps(self._transport)

    @contextlib.contextmanager
    def readable(self) -> t.Iterator[None]:
        """Have data from the server that is not made as it should be end what is done within by one clear error."""
        try:
            yield
        except _ODD as error:
            answer = f"to {self._transport.last_call} with data that cannot be read: {type(error).__name__} {error}"
            raise _errors.NotUnderstood(
                f"{self.host} answered {answer}; report it, with the answer if you can", answer
            ) from error

    def invoke(
        self,
        ref: _values.Ref,
        method: str,
        params: dict[str, t.Any] | None = None,
        take: Callable[[t.Any], t.Any] = lambda value: value,
    ) -> t.Any:
        """Invoke a method that changes something: sent once, unless the server refused it for want of a session.

        It gives what ``take`` makes of its value; where that cannot be done, the value is none of this method's.
        """

        def call() -> t.Any:
            try:
                with self.readable():
                    return take(self._transport.invoke(ref, method, params))
            except _errors.NotUnderstood as error:
                why = f"{self.host} gave no vSphere answer ({error.answer})"
                raise self._outcome_unknown(why, ref, method) from error
            except (_errors.Lost, _errors.TimedOut, _errors.Unavailable) as error:
                raise self._outcome_unknown(error.message, ref, method) from error

        # A new login that fails comes after the server has said that it did nothing.
        return self._renewing(call)

    @staticmethod
    def _outcome_unknown(why: str, ref: _values.Ref, method: str) -> _errors.OutcomeUnknown:
        return _errors.OutcomeUnknown(
            f"{why}; whether {method} of {_errors.name_of_object(ref)} was carried out is unknown: look at the object "
            "before you call it again"
        )

    def _once_ready(self, step: Callable[[], Result]) -> Result:
        """Do it again while the server is starting its services, as long as there is patience for that."""
        if self._ready_by is None:
            return step()
        again = retry_with_delays_and_condition(_delays_until(self._ready_by), _is_starting)
        with self._while_wanted():
            return t.cast("Result", again(step)())

    def _open(self) -> None:
        """Log in; over SOAP where a front end refuses VI/JSON alone, whatever the server said."""
        try:
            self._login()
        except _errors.NotUnderstood as refusal:
            if (self._options.transport, self._transport.name) != ("auto", "json"):
                raise
            only_soap = dataclasses.replace(self._options, transport="soap")
            try:
                self._transport = _choose(only_soap, self._http, self._keep_secret)
            except _errors.NotUnderstood:
                raise refusal from None
            self.product = self._transport.product
            self._login()

    def _login(self) -> None:
        login = {"userName": self._options.username, "password": self._options.password}
        if self._options.locale:
            login["locale"] = self._options.locale
        try:
            self._transport.invoke(self.manager("sessionManager"), "Login", login)
        except _errors.Fault as fault:
            sentences = {
                "InvalidLogin": f"refuses the login of {self.user} (InvalidLogin): check username and password",
                "InvalidLocale": f"does not know the locale {self._options.locale} (InvalidLocale): give another one, "
                "or leave the option out for the server's own language",
            }
            if fault.type not in sentences:
                raise
            self._refusal = _errors.VsphereError(f"{self.host} {sentences[fault.type]}", **fault.result)
            raise self._refusal from fault
        self.logged_in = True

    def _renewing(self, call: Callable[[], Result]) -> Result:
        """Make the call, and once more in a new session where the server does not know the present one."""
        try:
            return call()
        except _errors.Fault as fault:
            # The server says this before it does anything, so even a change can be sent again.
            if fault.type != "NotAuthenticated":
                raise
            self._check_renewable(fault)
        self._transport.forget_session()
        self._login()
        self._renewals += 1
        try:
            return call()
        except _errors.Fault as fault:
            if fault.type != "NotAuthenticated" or self._transport.accepted:
                raise
            raise _errors.VsphereError(
                f"{self.host} refuses the session right after the login of {self.user} has worked (NotAuthenticated): "
                "check what stands between, such as a load balancer that changes servers or drops cookies and headers",
                **fault.result,
            ) from fault

    def _check_renewable(self, fault: _errors.Fault) -> None:
        """Raise an error where no login shall follow a lost session: accounts get locked, and session tables full."""
        if self._refusal:
            # Once is enough, wherever that was.
            raise self._refusal
        if not self._options.password:
            raise _errors.VsphereError(
                f"{self.host} does not know the session any more (NotAuthenticated): make a new one with "
                "vsphere_session, or give username and password as well, so that it can be renewed",
                **fault.result,
            ) from fault
        seconds = time.monotonic() - self._began
        if self._renewals >= SPARE_RENEWALS + seconds // 60:
            raise _errors.VsphereError(
                f"{self.host} has ended {self._renewals + 1} sessions of {self.user} within {seconds:.0f} s "
                "(NotAuthenticated): check who ends them, or what stands between",
                **fault.result,
            ) from fault


def _choose(options: _options.ConnectionOptions, http: _http.Http, keep_secret: Callable[[str], object]) -> Transport:
    """The transport of the given session, or what is negotiated with the server."""
    if options.session_id:
        session = _session.Session.from_text(options.session_id)
        keep_secret(session.key)
        if options.transport not in ("auto", session.transport):
            raise _errors.VsphereError(
                f"session_id is of a session over {session.transport}: set transport to that, or to auto"
            )
    else:
        from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _negotiation

        session = _negotiation.negotiate(http, options.transport)
    # Each run imports what it needs; importing pyVmomi takes longer than a request.
    if session.transport == "json":
        from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _vijson

        return _vijson.ViJson(http, keep_secret, session)
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _soap

    return _soap.Soap(http, keep_secret, session)
