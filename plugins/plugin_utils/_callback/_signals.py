# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Something to be done before a signal ends Ansible, which then ends as it would have without it.

Private to the collection: it can change at any time.
"""

from __future__ import annotations

import os
import signal
import threading
import typing as t

if t.TYPE_CHECKING:
    import types
    from collections.abc import Callable

    Handler = Callable[[int, types.FrameType | None], t.Any] | int | None

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """Puts a step before the existing handlers: Ansible's own (since 2.19), Python's, or the system's.

    Ansible's worker processes are forks and inherit it. There the handler that was there before acts alone.
    """

    def __init__(self, before: Callable[[str], object]) -> None:
        """``before`` gets the name of the signal. It must not display anything, because it can interrupt a display."""
        self._before = before
        self._pid = os.getpid()
        self._previous: dict[int, Handler] = {}
        # Python allows it only in the main thread. A program that runs Ansible in another thread ends it in a different
        # way.
        is_main = threading.current_thread() is threading.main_thread()
        for number in _ENDING if is_main else ():
            previous = signal.getsignal(number)
            # An ignored signal (by nohup, or in the background of a shell) does not end anything. Python cannot call
            # None.
            if previous not in (signal.SIG_IGN, None):
                self._previous[number] = previous
                signal.signal(number, self._handle)

    def remove(self) -> None:
        """Restore the previous handler, unless other code has set a handler since."""
        for number, previous in self._previous.items():
            if signal.getsignal(number) == self._handle:
                signal.signal(number, previous)

    def _handle(self, number: int, frame: types.FrameType | None) -> None:
        # This comes first, so that a second signal of an impatient user takes effect immediately.
        self.remove()
        if os.getpid() == self._pid:
            self._before(signal.Signals(number).name)
        previous = self._previous[number]
        if callable(previous):
            previous(number, frame)
        else:
            os.kill(os.getpid(), number)
