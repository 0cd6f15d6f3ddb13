# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later

"""The waiters that are compared, each as a function ``wait(control, make_task)`` in a module of its own."""
