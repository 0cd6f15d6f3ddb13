# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a request got no answer, with the option that mends it.

Private to the collection: it may change at any time.
"""

from __future__ import annotations

import traceback
import typing as t

from ansible_collections.vsphere.tasks.plugins.module_utils import _errors

if t.TYPE_CHECKING:
    from ansible_collections.vsphere.tasks.plugins.module_utils._connection import _http


def explain(  # noqa: C901 (a list of cases)
    http: _http.Http, error: Exception, connecting: float, answering: float, remedy: str
) -> _errors.VsphereError:
    """Name the cause of a failed request, and what helps: ``remedy`` where it took too many seconds."""
    causes = list(_chain(error))
    kinds = {type(cause).__name__ for cause in causes}
    text = str(causes[-1]) or type(causes[-1]).__name__
    proxy = http.proxies.get("https", "")
    # urllib3 1 blames the proxy for whatever breaks behind it, too, when the request has been sent.
    broke = isinstance(causes[-1], ConnectionError) and "NewConnectionError" not in kinds
    # The second is what requests says of a kind of proxy that it does not know.
    if kinds & {"ProxyError", "InvalidSchema"} and not broke:
        return _errors.Unreachable(
            f"the proxy {proxy or 'of the environment'} on the way to {http.name} failed ({text}): check proxy_host "
            "and proxy_port, or HTTPS_PROXY and NO_PROXY in the environment"
        )
    if text.startswith("[X509"):
        return _errors.Unreachable("ca_path holds no certificate: give a file with CA certificates in PEM form")
    if any(frame.name == "do_handshake" for cause in causes for frame in traceback.extract_tb(cause.__traceback__)):
        # Later on, the request has been sent.
        if "WRONG_VERSION_NUMBER" in text:
            return _errors.Unreachable(f"{http.name} does not speak TLS: check port")
        if "SSLError" in kinds:
            return _errors.Unreachable(
                f"the TLS connection to {http.name} failed ({text}): {_trust(http, text)}, or set validate_certs to "
                "false if you accept any certificate"
            )
    # The second alone is of the body.
    if kinds & {"ReadTimeout", "ReadTimeoutError"}:
        return _errors.TimedOut(f"{http.name} did not answer within {answering:.0f} s: {remedy} if it is just slow")
    if "ConnectTimeout" in kinds:
        return _errors.Unreachable(
            f"{http.name} could not be reached within {connecting:.0f} s: check hostname, port and firewall, "
            f"or {remedy}"
        )
    if "gaierror" in kinds:
        return _errors.Unreachable(f"the name {http.host} cannot be resolved ({text}): check hostname")
    if "NewConnectionError" in kinds:
        return _errors.Unreachable(f"{http.name} cannot be connected to ({text}): check hostname, port and firewall")
    if "InvalidURL" in kinds or "LocationParseError" in kinds:
        return _errors.VsphereError(f"{http.name} is no address to connect to ({text}): check hostname and proxy_host")
    if kinds == {"OSError"}:
        # The one check that requests makes itself.
        return _errors.VsphereError(f"ca_path is of no use ({error}): give a file with CA certificates in PEM form")
    through = f" through the proxy {proxy}" if proxy else ""
    return _errors.Lost(f"the connection to {http.name}{through} broke ({text})")


def _trust(http: _http.Http, text: str) -> str:
    """What makes the server's certificate a valid one."""
    if "mismatch" in text:
        return "give hostname as the certificate has it"
    if isinstance(http.verify, str):
        return f"ca_path {http.verify} does not hold the CA that signed its certificate: give another one"
    return "name the CA that signed its certificate with ca_path"


def _chain(error: BaseException | None) -> t.Iterator[BaseException]:
    """An exception and what lies behind it, the cause last; libraries keep that in the arguments, or as reason.

    urllib3 1 wraps what keeps it from connecting in a text only. Of others, what was handled meanwhile says nothing.
    """
    while error is not None:
        yield error
        wrapped = [inner for inner in (*error.args, getattr(error, "reason", None)) if isinstance(inner, BaseException)]
        behind = error.__context__ if type(error).__name__ == "NewConnectionError" else error.__cause__
        error = wrapped[-1] if wrapped else behind
