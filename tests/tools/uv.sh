# SPDX-FileCopyrightText: Contributors to the vsphere.tasks collection
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# Runs a command that installs with uv, which takes a fifth of pip's time, from the registry that pip is configured for,
# and with its certificates: sh tests/tools/uv.sh uv pip install …

configured() {
    python -m pip config get "$1" 2>/dev/null
}

index=${UV_DEFAULT_INDEX:-${PIP_INDEX_URL:-$(configured global.index-url)}}
certificates=${SSL_CERT_FILE:-${PIP_CERT:-$(configured global.cert)}}
UV_DEFAULT_INDEX=${index:-https://pypi.org/simple} exec env ${certificates:+"SSL_CERT_FILE=$certificates"} "$@"
