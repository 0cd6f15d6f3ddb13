# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One connection per run: logs in, renews a lost session, logs out."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import time
import typing as t

from ansible.module_utils.api import retry_with_delays_and_condition

from .. import _errors, _values
from . import _choice, _http, _options, _properties, _recovery, _session, _transport

Result = t.TypeVar("Result")

_ODD = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What reading data raises that is not made as it should be."""


class Connection:
    """A session on a server; use it in a ``with``, and open it before that or within.

    ``keep_secret`` gets each text that no output can show. A session that the options give is used as it is, and never
    logged out here.
    """

    def __init__(self, options: _options.ConnectionOptions, keep_secret: t.Callable[[str], object]) -> None:
        self._options = options
        self._keep_secret = keep_secret
        self._http = _http.Http(options)
        for secret in self._http.secrets:
            keep_secret(secret)
        self._transport: _transport.Transport
        self._borrowed: list[tuple[_values.Ref, str]] = []
        self._login = _session.Login(options, self._http.name)
        self.host, self.user = self._http.name, self._login.user
        self._not_ours = self._handed_out = ""
        self._at_end = contextlib.ExitStack()
        self._at_end.callback(self._http.close)

    def open(self, patience: float = 0) -> Connection:
        """Negotiate the transport and log in; wait up to ``patience`` seconds for a vCenter that is starting."""
        deadline = time.monotonic() + patience

        def once_ready(step: t.Callable[..., Result]) -> t.Callable[..., Result]:
            again = retry_with_delays_and_condition(
                _recovery.delays_until(deadline), lambda error: isinstance(error, _errors.Unavailable)
            )
            return t.cast("t.Callable[..., Result]", again(step))

        choose = once_ready(
            retry_with_delays_and_condition(_recovery.READ_DELAYS, _recovery.is_transient)(_choice.choose)
        )
        with contextlib.ExitStack() as after_error:
            after_error.push(self)
            self._use(choose(self._options, self._http, self._keep_secret))
            self._not_ours = self._transport.session.key
            # A session can be open even if the answer to the login is unreadable.
            self._at_end.callback(self._clean_up)
            if not self._options.session_id:
                once_ready(self._log_in_somehow)()
            after_error.pop_all()
        return self

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, error: object, *unused: object) -> None:
        if error:
            self.hurry()
            # The run does not return it now.
            self._handed_out = ""
        self._at_end.close()

    def _clean_up(self) -> None:
        try:
            self._leave()
        except (KeyboardInterrupt, SystemExit):
            # It can have come before the request was sent. A second one does not come.
            self.hurry()
            self._leave()
            raise

    def _leave(self) -> None:
        # An error of the clean-up must not hide the result. A session that cannot be reached ends when it is idle.
        if self.owns_session:
            # The logout also removes borrowed objects.
            self.glimpse(lambda transport: self.log_out())
        else:
            while self._borrowed:
                self._give_back(self._transport, *self._borrowed[-1])
                self._borrowed.pop()

    @property
    def owns_session(self) -> bool:
        """Whether the present session was opened here and is closed at the end."""
        return self._transport.session.key not in ("", self._not_ours, self._handed_out)

    def keep_session(self) -> str:
        """Leave the session open, unless the run fails; return the session_id by which others can use it."""
        self._handed_out = self._transport.session.key
        return dataclasses.replace(self._transport.session, product=self.server.product or "").to_text()

    def log_out(self) -> bool:
        """End the session, including a session from the user. Return False if the server did not know it anymore."""
        before, self._not_ours = self._not_ours, self._transport.session.key
        try:
            self._transport.invoke(self.manager("sessionManager"), "Logout")
        except (KeyboardInterrupt, SystemExit):
            # Whether it was sent is unknown, and a second one does no harm.
            self._not_ours = before
            raise
        except _errors.Fault as fault:
            if fault.type != "NotAuthenticated":
                raise
            return False
        return True

    @property
    def release(self) -> str:
        """The release of the API that the connection uses."""
        return self._transport.session.release

    def describe(self) -> dict[str, str | None]:
        """The ``api`` result of every module. Requests the product if it is still unknown."""
        if self.server.product is None:
            self.glimpse(self.server.ask)
        session = self._transport.session
        return {"transport": session.transport, "release": session.release, "product": self.server.product}

    def check_session(self) -> None:
        """Renew a session from the user if it has ended."""
        self.server.product = None
        manager = self.manager("sessionManager")
        objects = [_properties.object_spec(manager)]
        specs = [_properties.property_spec("SessionManager", "currentSession")]
        self.server.add_to(objects, specs)

        def steps(transport: _transport.Transport) -> None:
            found = self.server.take_from(_properties.retrieve(transport, objects, specs))
            # Without a session, the product is readable too, and this property is unset.
            if not any(each.properties or each.refused for each in found):
                text = "The session is not authenticated."
                raise _errors.Fault("NotAuthenticated", text, {}, "Reading currentSession", manager)

        self.read(steps)

    @property
    def server_time(self) -> datetime.datetime | None:
        """The server's clock at its last answer, to the second; None if it gave none."""
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

    def hurry(self) -> None:
        """Limit all following requests to a few seconds."""
        self._http.hurry()

    def read(self, steps: t.Callable[[_transport.Transport], Result], deadline: float | None = None) -> Result:
        """Run calls that change nothing; after a transient failure or a lost session, run all of them again.

        With a ``deadline`` (on the monotonic clock), survive every error of a restarting vCenter, until some seconds
        after it.
        """
        if deadline is None:
            # A login can have succeeded, so it is not sent again.
            again = retry_with_delays_and_condition(
                _recovery.READ_DELAYS, lambda error: _recovery.is_transient(error) and error is not self._login.failure
            )
        else:
            delays = _recovery.delays_until(deadline + _recovery.GRACE)
            again = retry_with_delays_and_condition(delays, _recovery.can_recover)

        def attempt() -> Result:
            with self.readable():
                return self._renewing(lambda: steps(self._transport))

        with self._ending_by(deadline):
            return t.cast("Result", again(attempt)())

    def query(
        self, ref: _values.Ref, method: str, params: _values.Data | None = None, deadline: float | None = None
    ) -> t.Any:
        """The result of a method that changes nothing."""
        return self.read(lambda transport: transport.invoke(ref, method, params), deadline)

    def retrieve(
        self,
        objects: _properties.Specs,
        properties: _properties.Specs,
        transient: bool = False,
        deadline: float | None = None,
    ) -> list[_properties.Object]:
        """The properties of objects, with one request for all of them."""
        return self.read(lambda transport: _properties.retrieve(transport, objects, properties, transient), deadline)

    def glimpse(self, steps: t.Callable[[_transport.Transport], object], deadline: float | None = None) -> None:
        """Run calls, once, for something optional: nothing that goes wrong is an error."""
        with contextlib.suppress(_errors.VsphereError), self.readable(), self._ending_by(deadline):
            steps(self._transport)

    @contextlib.contextmanager
    def readable(self) -> t.Iterator[None]:
        """Turn malformed data from the server into one clear error."""
        try:
            yield
        except _ODD as error:
            raise self._http.malformed(self._transport.last_call, f"{type(error).__name__} {error}") from error

    def invoke(
        self,
        ref: _values.Ref,
        method: str,
        params: _values.Data | None = None,
        take: t.Callable[[t.Any], t.Any] = lambda value: value,
        *,
        undone: t.Callable[[], bool] = lambda: False,
        advice: _errors.Advice = _errors.NO_ADVICE,
        deadline: float | None = None,
    ) -> t.Any:
        """Invoke a method that changes something: send it once, and without a session again, if it is ``undone``.

        Returns what ``take`` makes of the value; if it cannot, the value is not one of this method. ``advice`` goes
        into the error if the outcome is unknown.
        """

        def check() -> None:
            try:
                if undone():
                    return
                why = f"{self.host} did not know the session (NotAuthenticated)"
            except _errors.VsphereError as error:
                why = error.message
            raise _errors.OutcomeUnknown(why, method, ref, advice)

        def call() -> t.Any:
            try:
                with self.readable():
                    return take(self._transport.invoke(ref, method, params))
            except _errors.NotUnderstood as error:
                why = f"{self.host} did not return a vSphere answer ({error.answer})"
                raise _errors.OutcomeUnknown(why, method, ref, advice) from error
            except (_errors.Lost, _errors.TimedOut, _errors.Unavailable) as error:
                raise _errors.OutcomeUnknown(error.message, method, ref, advice) from error

        with self._ending_by(deadline):
            return self._renewing(call, check)

    @contextlib.contextmanager
    def borrowed(
        self, transport: _transport.Transport, ref: _values.Ref, method: str, until_logout: bool = False
    ) -> t.Iterator[_values.Ref]:
        """An object of the session's own, which that method destroys in the end.

        With ``until_logout``, it is left to the end of the connection, unless something went wrong.
        """
        self._borrowed.append((ref, method))
        done = False
        try:
            yield ref
            done = True
        finally:
            if not (done and until_logout) and self._give_back(transport, ref, method):
                self._borrowed.remove((ref, method))

    @staticmethod
    def _give_back(transport: _transport.Transport, ref: _values.Ref, method: str) -> bool:
        """Destroy a borrowed object; a failure must not hide the result."""
        try:
            transport.invoke(ref, method)
        except _errors.VsphereError:
            return False
        return True

    def _ending_by(self, deadline: float | None) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext() if deadline is None else self._http.ending_by(deadline + _recovery.GRACE)

    def _use(self, transport: _transport.Transport) -> None:
        self._transport = transport
        self.server = _properties.Server(transport.session.product or None)

    def _log_in_somehow(self) -> None:
        """Log in. Use SOAP if a front end rejects only VI/JSON, with its own page or status."""
        try:
            self._login.log_in(self._transport)
        except (_errors.NotUnderstood, _errors.Unavailable) as refusal:
            if (self._options.transport, self._transport.session.transport) != ("auto", "json"):
                raise
            if self.owns_session:
                self.glimpse(lambda transport: self.log_out())
            only_soap = dataclasses.replace(self._options, transport="soap")
            try:
                self._use(_choice.choose(only_soap, self._http, self._keep_secret))
            except (_errors.NotUnderstood, _errors.Lost, _errors.TimedOut, _errors.Unavailable):
                raise refusal from None
            except _errors.MissingLibrary as missing:
                # A vCenter that is starting does not require the library.
                raise (refusal if isinstance(refusal, _errors.Unavailable) else missing) from None
            self._login.log_in(self._transport)

    def _renewing(self, call: t.Callable[[], Result], check: t.Callable[[], object] = lambda: None) -> Result:
        """Make the call. If the server does not know the session, repeat it in a new one, unless ``check`` fails."""
        try:
            return call()
        except _errors.Fault as fault:
            if fault.type != "NotAuthenticated":
                raise
            if isinstance(fault, _errors.SessionRefused) and self.owns_session:
                # The server behind the front end can still have it.
                self.glimpse(lambda transport: self.log_out())
            self._login.renew(self._transport, fault)
        check()
        try:
            return call()
        except _errors.Fault as fault:
            if fault.type != "NotAuthenticated" or self._transport.accepted:
                raise
            raise self._login.refused_at_once(fault) from fault
