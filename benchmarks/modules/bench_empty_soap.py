# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does nothing, but imports the libraries that the modules of the collection require for SOAP. Not part of the
collection.
"""

import requests
from ansible.module_utils.basic import AnsibleModule
from pyVmomi import SoapAdapter, VmomiSupport

LIBRARIES = (requests, SoapAdapter, VmomiSupport)


def main() -> None:
    AnsibleModule(argument_spec={}).exit_json()


if __name__ == "__main__":
    main()
