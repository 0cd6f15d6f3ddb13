# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: vcenter_task
type: notification
short_description: Shows a playbook run as a task in vCenter
version_added: 1.0.0
description:
  - Creates a task in vCenter for each run of C(ansible-playbook). Everyone can see it in the vSphere Client. The
    description of the task is the current Ansible task, and its progress is the share of completed Ansible tasks. It
    ends as a success, or as an error that names the failed Ansible task.
  - The run counts as failed if the recap of Ansible counts a host as failed or unreachable. Rescued and ignored
    failures do not count.
  - The plugin estimates the number of Ansible tasks in a run. The estimate grows if the run becomes longer (because of
    dynamic includes, handlers, or batches of O(ignore:serial)). The progress then pauses, but never decreases.
  - The plugin updates the task in the background, with a maximum of one update per second. If vCenter does not respond,
    the plugin issues one warning, and the run continues unaffected. Only the end of a run waits for vCenter, for a
    maximum of five seconds.
  - If SIGINT (for example from Ctrl+C), SIGTERM, or SIGHUP ends the run, the plugin first ends the task as an error. A
    process cannot handle SIGKILL, so the task then stays as it is. Use M(vsphere.tasks.vsphere_task_state) to end it.
  - In a job of AWX or Automation Controller, the description begins with the ID of the job, the name of its template,
    and the user who launched it. The activation ID of the tasks is C(awx-job-) and the ID of the job.
  - The plugin also shows runs in check mode, and ad-hoc commands if you set C(bin_ansible_callbacks).
author:
  - Contributors to the vsphere.tasks collection (@vsphere-tasks)
requirements:
  - C(vsphere.tasks.vcenter_task) in C(callbacks_enabled) or C(ANSIBLE_CALLBACKS_ENABLED), which enables the plugin
  - requests on the controller
  - pyvmomi >= 8.0.3 on the controller, for connections over SOAP (before vCenter 8.0U1, or with O(transport=soap))
  - the task type, which M(vsphere.tasks.vsphere_task_type) registers in vCenter
notes:
  - The user needs the privileges C(Task.Create) and C(Task.Update).
  - The plugin reads variables from the extra variables and from the first play (C(vars), C(vars_files),
    C(vars_prompt)). It ignores host and group variables. It issues a warning about a variable that starts with
    C(vcenter_task_) but is not an option. A variable or an environment variable that is empty counts as not set.
  - Everyone who can read C(ansible.cfg) can read a password in it. Use an environment variable or Ansible Vault
    instead.
seealso:
  - module: vsphere.tasks.vsphere_task_type
  - module: vsphere.tasks.vsphere_task_state
options:
  entity:
    description:
      - Inventory object on which the vSphere Client shows the task. Use its inventory path, for example
        V(DC0/vm/web-01), its name, or its type and managed object ID, for example V(VirtualMachine:vm-12).
      - In a path, write a slash in a name as V(%2f).
      - The default is the root folder, which stands for the vCenter itself.
    type: str
    ini:
      - section: callback_vcenter_task
        key: entity
    env:
      - name: VCENTER_TASK_ENTITY
    vars:
      - name: vcenter_task_entity
  task_type:
    description:
      - ID of the task type. The vSphere Client shows its label as the name of the task.
    type: str
    default: vsphere.tasks.playbook
    ini:
      - section: callback_vcenter_task
        key: task_type
    env:
      - name: VCENTER_TASK_TYPE
    vars:
      - name: vcenter_task_task_type
  plays:
    description:
      - Whether to also show each play of the run as a task, below the task of the run, V(true) or V(false).
    type: str
    default: "false"
    ini:
      - section: callback_vcenter_task
        key: plays
    env:
      - name: VCENTER_TASK_PLAYS
    vars:
      - name: vcenter_task_plays
  hostname:
    description:
      - Name or address of the vCenter, without a scheme or a port. Write an IPv6 address with or without brackets.
      - Required.
    type: str
    ini:
      - section: callback_vcenter_task
        key: hostname
    env:
      - name: VMWARE_HOST
    vars:
      - name: vcenter_task_hostname
  username:
    description:
      - Name of the user to log in as, for example V(administrator@vsphere.local).
      - Required, unless you set O(session_id).
    type: str
    ini:
      - section: callback_vcenter_task
        key: username
    env:
      - name: VMWARE_USER
    vars:
      - name: vcenter_task_username
  password:
    description:
      - Password of the user.
      - Required, unless you set O(session_id).
    type: str
    ini:
      - section: callback_vcenter_task
        key: password
    env:
      - name: VMWARE_PASSWORD
    vars:
      - name: vcenter_task_password
  session_id:
    description:
      - Session to use instead of a password, as M(vsphere.tasks.vsphere_session) returns it.
    type: str
    ini:
      - section: callback_vcenter_task
        key: session_id
    env:
      - name: VMWARE_SESSION_ID
    vars:
      - name: vcenter_task_session_id
  port:
    description:
      - Port of the server's HTTPS service.
    type: int
    default: 443
    ini:
      - section: callback_vcenter_task
        key: port
    env:
      - name: VMWARE_PORT
    vars:
      - name: vcenter_task_port
  validate_certs:
    description:
      - Whether to require a valid certificate of the server, V(true) or V(false). Disable this option only if you
        accept any certificate.
    type: str
    default: 'true'
    ini:
      - section: callback_vcenter_task
        key: validate_certs
    env:
      - name: VMWARE_VALIDATE_CERTS
    vars:
      - name: vcenter_task_validate_certs
  ca_path:
    description:
      - Path of a file with the CA certificates, in PEM format, that the plugin verifies the server's certificate with.
      - If you do not set it, E(REQUESTS_CA_BUNDLE) or E(CURL_CA_BUNDLE) applies, or else the CA certificates of the
        Python library requests.
    type: path
    ini:
      - section: callback_vcenter_task
        key: ca_path
    env:
      - name: VMWARE_CA_PATH
    vars:
      - name: vcenter_task_ca_path
  proxy_host:
    description:
      - Name or address of an HTTP proxy to connect through. Requires O(proxy_port).
      - If you do not set it, E(HTTPS_PROXY) or else E(ALL_PROXY), and E(NO_PROXY) apply.
    type: str
    ini:
      - section: callback_vcenter_task
        key: proxy_host
    env:
      - name: VMWARE_PROXY_HOST
    vars:
      - name: vcenter_task_proxy_host
  proxy_port:
    description:
      - Port of the HTTP proxy.
    type: int
    ini:
      - section: callback_vcenter_task
        key: proxy_port
    env:
      - name: VMWARE_PROXY_PORT
    vars:
      - name: vcenter_task_proxy_port
  transport:
    description:
      - Protocol of the connection.
      - V(auto) uses VI/JSON if the server supports it (vCenter 8.0U1 and later), and SOAP otherwise.
    type: str
    choices: [auto, json, soap]
    default: auto
    ini:
      - section: callback_vcenter_task
        key: transport
    env:
      - name: VMWARE_TRANSPORT
    vars:
      - name: vcenter_task_transport
  request_timeout:
    description:
      - Maximum number of seconds to connect, and to receive the complete response to a single request, in the
        background.
      - At the end of a run, the maximum is three seconds.
    type: int
    default: 60
    ini:
      - section: callback_vcenter_task
        key: request_timeout
    env:
      - name: VMWARE_REQUEST_TIMEOUT
    vars:
      - name: vcenter_task_request_timeout
  max_response_size:
    description:
      - Maximum size of the response to a single request in megabytes, before and after its decompression.
    type: int
    default: 64
    ini:
      - section: callback_vcenter_task
        key: max_response_size
    env:
      - name: VMWARE_MAX_RESPONSE_SIZE
    vars:
      - name: vcenter_task_max_response_size
  locale:
    description:
      - Language of messages from the server, for example V(en_US) or V(ja). The default is the language of the server.
    type: str
    ini:
      - section: callback_vcenter_task
        key: locale
    env:
      - name: VMWARE_LOCALE
    vars:
      - name: vcenter_task_locale
"""

EXAMPLES = r"""
# In ansible.cfg:
#
#   [defaults]
#   callbacks_enabled = vsphere.tasks.vcenter_task
#
#   [callback_vcenter_task]
#   hostname = vcenter.example.com
#   username = ansible@vsphere.local
#
# Run once for each vCenter:
- name: Register the task type of playbook runs
  vsphere.tasks.vsphere_task_type:
    extension: vsphere.tasks
    task_types:
      - id: vsphere.tasks.playbook
        labels:
          en: Ansible playbook
"""

import contextlib
import os
import typing as t

from ansible import constants
from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.callback import CallbackBase
from ansible.template import Templar
from ansible_collections.vsphere.tasks.plugins.filter.answer import answer
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import ConnectionOptions
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError, nearest
from ansible_collections.vsphere.tasks.plugins.module_utils._inventory._entity import Entity
from ansible_collections.vsphere.tasks.plugins.module_utils._own._create import CreateOptions
from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback._job import Job
from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback._mirror import Mirror
from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback._playbook_run import PlaybookRun

if t.TYPE_CHECKING:
    from ansible.executor.stats import AggregateStats
    from ansible.executor.task_result import CallbackTaskResult
    from ansible.playbook import Playbook
    from ansible.playbook.play import Play
    from ansible.playbook.task import Task

PREFIX = "vcenter_task_"


class CallbackModule(CallbackBase):
    """Hands what happens on to a ``PlaybookRun``."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "vsphere.tasks.vcenter_task"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._playbook: Playbook | None = None
        self._run: PlaybookRun | None = None

    def v2_playbook_on_start(self, playbook: Playbook) -> None:
        self._playbook = playbook

    def v2_playbook_on_play_start(self, play: Play) -> None:
        # The run starts with the first play, because options can be variables of a prompt.
        playbook, self._playbook = self._playbook, None
        if playbook:
            self._run = self._begin(playbook, play)
        if self._run:
            self._run.begin_play(play)

    def v2_playbook_on_task_start(self, task: Task, is_conditional: bool) -> None:
        if self._run:
            self._run.begin_task(task)

    def v2_playbook_on_handler_task_start(self, task: Task) -> None:
        self.v2_playbook_on_task_start(task, is_conditional=False)

    def v2_runner_on_failed(self, result: CallbackTaskResult, ignore_errors: bool = False) -> None:
        if self._run and not ignore_errors:
            self._run.fail(result, "failed on")

    def v2_runner_on_unreachable(self, result: CallbackTaskResult) -> None:
        if self._run:
            self._run.fail(result, "could not reach")

    def v2_playbook_on_stats(self, stats: AggregateStats) -> None:
        if self._run:
            self._run.end(stats)
            self._run = None

    def _begin(self, playbook: Playbook, play: Play) -> PlaybookRun | None:
        try:
            known = play.get_variable_manager().get_vars(play=play)
            given = self._read_options(play, known)
            job = Job.from_variables(known)
            options = ConnectionOptions.from_params(given)
            entity = Entity.from_text("entity", given["entity"]).checked() if given["entity"] else None
            task = CreateOptions(given["task_type"], entity, activation_id=job.activation_id if job else None)
            mirror = Mirror(options, task)
        except (AnsibleError, OverflowError, RecursionError, TypeError, ValueError, VsphereError) as error:
            # Ansible's own errors do not list the valid values.
            where = "" if isinstance(error, VsphereError) else f" See ansible-doc -t callback {self.CALLBACK_NAME}"
            self._display.warning(f"vCenter does not show this run: {error}{where}")
            return None
        return PlaybookRun(mirror, playbook, given["plays"], job.label if job else "", self._display.warning)

    def _read_options(self, play: Play, known: dict[str, t.Any]) -> dict[str, t.Any]:
        """The options, with the variables that they can be as well: Ansible leaves those to the callback."""
        names = constants.config.get_plugin_vars("callback", self._load_name)
        for name in known:
            if name.startswith(PREFIX) and name not in names:
                self._display.warning(
                    f"{name} is not an option of {self.CALLBACK_NAME}, which shows this run in vCenter"
                    + nearest(name, names, PREFIX)
                )
        templar = Templar(loader=play.get_loader(), variables=known)
        variables = {name: templar.template(known[name]) for name in names if name in known}
        # A survey sets the variable of a question without an answer.
        variables = {name: value for name, value in variables.items() if answer(value) is not None}
        with _without_empty(os.environ):
            options = constants.config.get_plugin_options("callback", self._load_name, variables=variables)
        # Ansible reads every unknown value as false, which must not disable the validation of certificates.
        return {**options, **{name: _strictly(name, options[name]) for name in ("validate_certs", "plays")}}


@contextlib.contextmanager
def _without_empty(environment: t.MutableMapping[str, str]) -> t.Iterator[None]:
    """Without empty variables, which count as not set: AWX gives those, and Ansible would reject one for a number."""
    ours = ("VMWARE_", "VCENTER_TASK_")
    empty = {name: value for name, value in environment.items() if name.startswith(ours) and not value.strip()}
    for name in empty:
        del environment[name]
    try:
        yield
    finally:
        environment.update(empty)


def _strictly(name: str, value: t.Any) -> bool:
    try:
        return bool(boolean(value))
    except TypeError as error:
        raise VsphereError(f"{name} {value!r} is not a boolean: set it to true or false") from error
