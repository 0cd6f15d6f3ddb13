# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The compared waiters, each as a function ``wait(control, make_task)`` in a separate module."""
