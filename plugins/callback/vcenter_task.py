# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: vcenter_task
type: notification
short_description: Shows a playbook run as a task in vCenter
version_added: 0.1.0
description:
  - Mirrors a run of C(ansible-playbook) into vCenter as a task, which everybody sees in the vSphere Client. The task's
    description is the current Ansible task, its progress the share of the tasks that are done, and it ends as success,
    or as an error that names the failed task.
  - The run counts as failed if Ansible's recap counts a host as failed or unreachable. Failures that were rescued or
    ignored are none.
  - How many tasks a run has is an estimate. It grows where a run turns out to be longer (dynamic includes, handlers,
    batches of O(ignore:serial)); the progress waits meanwhile and never goes back.
  - The task is updated once a second at most, in the background. If vCenter does not answer, the run goes on as if this
    plugin were not there, with one warning. Only the end of a run waits for vCenter, for five seconds at most.
  - SIGINT (as by Ctrl+C), SIGTERM and SIGHUP end the task as an error, and then Ansible as they do otherwise. After
    SIGKILL, which nothing can handle, the task stays as it was. M(vsphere.tasks.vsphere_task_state) can end it.
  - Runs in check mode are mirrored, too. So are ad-hoc commands where C(bin_ansible_callbacks) is set.
author:
  - Contributors to the vsphere.tasks collection (@vsphere-tasks)
requirements:
  - enabling it, as C(vsphere.tasks.vcenter_task) in C(callbacks_enabled) or C(ANSIBLE_CALLBACKS_ENABLED)
  - requests on the controller
  - pyvmomi >= 8.0.3 on the controller, where SOAP is spoken (before vCenter 8.0U1, or with O(transport=soap))
  - the task type, registered in vCenter by M(vsphere.tasks.vsphere_task_type)
notes:
  - The user needs the privileges C(Task.Create) and C(Task.Update).
  - Variables are taken from the extra variables and from the first play (C(vars), C(vars_files), C(vars_prompt)), not
    from hosts and groups. One that begins with C(vcenter_task_) and is no option is warned of.
  - A password in C(ansible.cfg) can be read by whoever reads that file. Give it by the environment, or by a variable
    from a vault.
seealso:
  - module: vsphere.tasks.vsphere_task_type
  - module: vsphere.tasks.vsphere_task_state
options:
  entity:
    description:
      - The object of the inventory that the task is shown on, by its inventory path such as V(DC0/vm/web-01), its name,
        or its type and managed object id such as V(VirtualMachine:vm-12).
      - A slash in a name is written V(%2f) in a path.
      - Without it the root folder, the vCenter itself, is taken.
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
      - Id of the task type, whose label the vSphere Client shows as the task's name.
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
      - Whether each play of the run is shown as a task of its own, too, below that of the run; V(true) or V(false).
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
      - Name or address of the vCenter, without scheme and port; IPv6 literals with or without brackets.
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
      - The user to log in as, such as V(administrator@vsphere.local).
      - Required, unless O(session_id) is given.
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
      - The user's password.
      - Required, unless O(session_id) is given.
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
      - A session that M(vsphere.tasks.vsphere_session) has opened, in place of a password.
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
      - The port of the server's HTTPS service.
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
      - Whether the server's certificate must be valid; V(true) or V(false). Turn it off only where you accept any
        certificate.
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
      - File with the CA certificates, in PEM form, that the server's certificate is checked with.
      - Without it those that Python's requests uses are taken.
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
      - Name or address of an HTTP proxy to connect through. O(proxy_port) is needed as well.
      - Without it E(HTTPS_PROXY) and E(NO_PROXY) apply.
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
      - The protocol to speak.
      - V(auto) takes VI/JSON where the server has it (vCenter 8.0U1 and newer), else SOAP.
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
      - Seconds that connecting, and the answer to one request, may take in the background.
      - At the end of a run they take three seconds at most.
    type: int
    default: 60
    ini:
      - section: callback_vcenter_task
        key: request_timeout
    env:
      - name: VMWARE_REQUEST_TIMEOUT
    vars:
      - name: vcenter_task_request_timeout
  locale:
    description: Language of the server's messages, such as V(en_US) or V(ja). The server's own by default.
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
# And once for each vCenter:
- name: Register the task type of playbook runs
  vsphere.tasks.vsphere_task_type:
    extension: vsphere.tasks
    task_types:
      - id: vsphere.tasks.playbook
        labels:
          en: Ansible playbook
"""

import typing as t

from ansible import constants
from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.callback import CallbackBase
from ansible.template import Templar
from ansible_collections.vsphere.tasks.plugins.module_utils._connection._options import ConnectionOptions
from ansible_collections.vsphere.tasks.plugins.module_utils._errors import VsphereError, nearest
from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback._mirror import Mirror, entity_from_text
from ansible_collections.vsphere.tasks.plugins.plugin_utils._callback._mirrored import MirroredRun

if t.TYPE_CHECKING:
    from ansible.executor.stats import AggregateStats
    from ansible.executor.task_result import CallbackTaskResult
    from ansible.playbook import Playbook
    from ansible.playbook.play import Play
    from ansible.playbook.task import Task

PREFIX = "vcenter_task_"


class CallbackModule(CallbackBase):
    """Hands what happens on to a ``MirroredRun``."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "vsphere.tasks.vcenter_task"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._playbook: Playbook | None = None
        self._run: MirroredRun | None = None

    def v2_playbook_on_start(self, playbook: Playbook) -> None:
        self._playbook = playbook

    def v2_playbook_on_play_start(self, play: Play) -> None:
        # It begins with the first play, as options may be variables that are asked for before that.
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

    def _begin(self, playbook: Playbook, play: Play) -> MirroredRun | None:
        try:
            given = self._read_options(play)
            options = ConnectionOptions.from_params(given)
            mirror = Mirror(options, entity_from_text(given["entity"]), given["task_type"])
        except (AnsibleError, VsphereError) as error:
            # Ansible's own error does not say what an option may be.
            where = f" See ansible-doc -t callback {self.CALLBACK_NAME}" if isinstance(error, AnsibleError) else ""
            self._display.warning(f"This run is not shown in vCenter: {error}{where}")
            return None
        return MirroredRun(mirror, playbook, given["plays"], self._display.warning)

    def _read_options(self, play: Play) -> dict[str, t.Any]:
        """The options, with the variables that they can be as well: Ansible leaves those to the callback."""
        known = play.get_variable_manager().get_vars(play=play)
        names = constants.config.get_plugin_vars("callback", self._load_name)
        for name in known:
            if name.startswith(PREFIX) and name not in names:
                self._display.warning(
                    f"{name} is no option of {self.CALLBACK_NAME}, which shows this run in vCenter"
                    + nearest(name, names, PREFIX)
                )
        templar = Templar(loader=play.get_loader(), variables=known)
        variables = {name: templar.template(known[name]) for name in names if name in known}
        options = constants.config.get_plugin_options("callback", self._load_name, variables=variables)
        # Ansible takes whatever it cannot read as a boolean for false, which must not end the check of certificates.
        return {**options, **{name: _strictly(name, options[name]) for name in ("validate_certs", "plays")}}


def _strictly(name: str, value: t.Any) -> bool:
    try:
        return bool(boolean(value))
    except TypeError as error:
        raise VsphereError(f"{name} {value!r} is neither true nor false") from error
